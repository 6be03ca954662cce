// SPDX-License-Identifier: MIT
#include "daemon/probing.h"

#include <utility>

namespace gatewatch::daemon {

Probing::Probing(probe::EpollLoop& loop, Rng& rng, const Clock& clock, size_t max_in_flight,
                 MakeRequestId make_request_id, Handlers handlers)
    : resolver_(loop, {}),
      http_(loop, clock, max_in_flight + kBesideTargets),
      curl_(loop),
      pushes_(loop, handlers.on_sample, std::move(handlers.on_push_state)),
      services_{loop, resolver_, http_, curl_, signatures_, &pushes_, std::move(make_request_id)},
      targets_(loop, rng, max_in_flight,
               {.on_sample = handlers.on_sample, .on_skip = handlers.on_skip}),
      origins_(loop, rng, kMaxOriginsInFlight,
               {.on_sample =
                    [told = handlers.on_sample](Sample sample) {
                      sample.is_origin = true;
                      told(std::move(sample));
                    },
                .on_skip = [](const std::string&, uint64_t) {}}),
      on_diagnosis_(std::move(handlers.on_diagnosis)),
      diagnoser_(services_, handlers.on_sample, {}) {}

void Probing::schedule(const ProbedTarget& probed) {
  const Target& target = probed.target;
  if (target.enabled) {
    targets_.set(target, probed.make_prober(services_));
  } else {
    targets_.remove(target.name);
  }
  if (target.enabled && probed.origin) {
    origins_.set(probed.origin->target, probed.origin->make(services_));
    // How it is while all is well is to be known before the first trouble.
    origins_.request({.target = target.name, .purpose = Purpose::Confirm, .of_origin = true});
  } else {
    origins_.remove(target.name);
  }
}

void Probing::set(const Settings& settings) {
  signatures_.set_own(settings.signatures);
  http_.refresh_certificates();
  curl_.refresh_certificates();
  std::unordered_map<std::string, Known> gone = std::exchange(known_, {});
  for (const ProbedTarget& probed : settings.targets) {
    const auto old = gone.find(probed.target.name);
    if (old == gone.end() || old->second.target != probed.target ||
        old->second.fingerprint != probed.fingerprint) {
      if (old != gone.end()) {
        diagnoser_.cancel(old->second.diagnosis);
      }
      schedule(probed);
      known_[probed.target.name] = {.target = probed.target,
                                    .fingerprint = probed.fingerprint,
                                    .make_prober = probed.make_prober};
    } else {
      known_[probed.target.name] = std::move(old->second);
    }
    if (old != gone.end()) {
      gone.erase(old);
    }
  }
  for (const auto& [name, target] : gone) {
    targets_.remove(name);
    origins_.remove(name);
    diagnoser_.cancel(target.diagnosis);
  }
}

void Probing::request(const ProbeRequest& request) {
  (request.of_origin ? origins_ : targets_).request(request);
}

bool Probing::diagnose(const std::string& target, const std::string& address) {
  const auto found = known_.find(target);
  if (found == known_.end()) {
    return true;
  }
  if (diagnoser_.waiting() >= probe::kMaxWaitingDiagnoses) {
    return false;
  }
  Known& known = found->second;
  probe::DiagnosisRequest request{.target = target,
                                  .url = known.target.url,
                                  .subject = known.make_prober(services_)->subject(),
                                  .timeout = known.target.timeout,
                                  .address = address};
  if (request.subject.host.empty()) {
    return true;  // nothing is there to be asked
  }
  known.diagnosis = diagnoser_.start(std::move(request), on_diagnosis_);
  return known.diagnosis != probe::Diagnoser::Id::None;
}

void Probing::pause() {
  targets_.pause();
  origins_.pause();
}

void Probing::abort_all(std::string_view error) {
  targets_.abort_all(error);
  origins_.abort_all(error);
}

size_t Probing::in_flight() const {
  return targets_.in_flight() + origins_.in_flight();
}

}  // namespace gatewatch::daemon
