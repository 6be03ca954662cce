// SPDX-License-Identifier: MIT
//
// One HttpProber for each address does the work; they are kept from probe to probe while the name
// has the address. The time that resolving took belongs to each of their results.
#include "probe/kinds/every_address_prober.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/text.h"
#include "probe/kinds/diagnosis_subject.h"

namespace gatewatch::probe {

EveryAddressProber::EveryAddressProber(const ProbeServices& services,
                                       std::shared_ptr<const HttpSettings> settings)
    : services_(services), settings_(std::move(settings)) {
  GW_ASSERT(!settings_->url.is_address && !settings_->connect_to && !settings_->proxy &&
            settings_->unix_socket.empty());
}

EveryAddressProber::~EveryAddressProber() {
  services_.loop.cancel(deadline_timer_);
  services_.resolver.cancel(lookup_);
}

void EveryAddressProber::start(SteadyTime deadline, Done done) {
  GW_ASSERT(!done_);
  done_ = std::move(done);
  started_ = services_.loop.precise_now();
  deadline_ = deadline;
  deadline_timer_ = services_.loop.call_at(deadline, [this] {
    deadline_timer_ = Loop::TimerId::None;
    on_deadline();
  });
  Resolver::Query query;
  query.host = settings_->url.host;
  query.server = settings_->resolver;
  query.family = settings_->ip_family;
  query.patience = (deadline - started_) / 2;
  lookup_ = services_.resolver.resolve(std::move(query), [this](const Resolution& resolution) {
    lookup_ = Resolver::RequestId::None;
    services_.loop.cancel(std::exchange(deadline_timer_, Loop::TimerId::None));
    on_resolved(resolution);
  });
}

void EveryAddressProber::on_resolved(const Resolution& resolution) {
  dns_ = services_.loop.precise_now() - started_;
  is_stale_ = resolution.is_stale;
  if (resolution.outcome != Outcome::Ok) {
    finish_unresolved(resolution.outcome, settings_->url.host + ": " + resolution.error);
    return;
  }
  follow_records(resolution.addresses);
  waiting_for_ = probers_.size();
  for (const auto& [address, prober] : probers_) {
    prober->start(started_, deadline_, [this](ProbeResult result) { take(std::move(result)); });
  }
}

// Keeps the probers of the addresses that are still there, and makes those of new ones.
void EveryAddressProber::follow_records(const std::vector<Address>& addresses) {
  std::erase_if(probers_, [&addresses](const auto& known) {
    return std::find(addresses.begin(), addresses.end(), known.first) == addresses.end();
  });
  for (const Address& address : addresses) {
    std::unique_ptr<HttpProber>& prober = probers_[address];
    if (prober == nullptr) {
      prober = std::make_unique<HttpProber>(services_, settings_, Endpoint{address, 0});
    }
  }
}

// Telling a result may abort the others, which come back here.
void EveryAddressProber::take(ProbeResult result) {
  result.phases.dns = result.phases.dns.value_or(Duration::zero()) + dns_;
  result.dns_stale = result.dns_stale || is_stale_;
  if (--waiting_for_ > 0) {
    report_part(std::move(result));
    return;
  }
  Done done = std::exchange(done_, nullptr);
  done(std::move(result));
}

void EveryAddressProber::abort(std::string_view error) {
  if (!done_) {
    return;
  }
  services_.loop.cancel(std::exchange(deadline_timer_, Loop::TimerId::None));
  if (lookup_ != Resolver::RequestId::None) {
    services_.resolver.cancel(std::exchange(lookup_, Resolver::RequestId::None));
    finish_unresolved(Outcome::Inconclusive, printable(error));
    return;
  }
  for (const auto& [address, prober] : probers_) {
    prober->abort(error);
  }
}

void EveryAddressProber::on_deadline() {
  const Resolution unresolved = services_.resolver.give_up(std::exchange(lookup_, {}));
  dns_ = services_.loop.precise_now() - started_;
  const bool stood_still = services_.loop.now() - deadline_ >= kStandstill;
  const auto ms = std::chrono::round<std::chrono::milliseconds>(dns_).count();
  finish_unresolved(stood_still ? Outcome::Inconclusive : unresolved.outcome,
                    (stood_still ? "gatewatch stood still, resolving "
                                 : "timed out after " + std::to_string(ms) + " ms, resolving ") +
                        settings_->url.host + ": " + unresolved.error);
}

void EveryAddressProber::finish_unresolved(Outcome outcome, std::string error) {
  ProbeResult result;
  result.outcome = outcome;
  result.error = std::move(error);
  result.latency = services_.loop.precise_now() - started_;
  result.phases.dns = result.latency;
  Done done = std::exchange(done_, nullptr);
  done(std::move(result));
}

DiagnosisSubject EveryAddressProber::subject() const {
  return subject_of(settings_);
}

}  // namespace gatewatch::probe
