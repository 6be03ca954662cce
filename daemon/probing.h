// SPDX-License-Identifier: MIT
//
// All that probes: what the probers share, the targets and when each is due, their origins, and
// the jobs that report in.
//
// A target's origin is probed by a schedule of its own, under the target's name, and with places of
// its own, so that origins that hang take none from targets.
//
// Thread: the loop's.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/diagnosis.h"
#include "core/id.h"
#include "core/probe_request.h"
#include "core/push_report.h"
#include "core/push_state.h"
#include "core/sample.h"
#include "daemon/settings.h"
#include "probe/diagnosis/diagnoser.h"
#include "probe/dns/resolver.h"
#include "probe/http/curl_engine.h"
#include "probe/http/http_engine.h"
#include "probe/kinds/kinds.h"
#include "probe/kinds/push_registry.h"
#include "probe/loop/epoll_loop.h"
#include "probe/schedule/scheduler.h"
#include "probe/signature/signatures.h"

namespace gatewatch::daemon {

inline constexpr size_t kMaxOriginsInFlight = 256;  // besides requested ones
// What may be in flight beside the turns of targets.
inline constexpr size_t kBesideTargets = kMaxOriginsInFlight + 2 * probe::kMaxRequested;

class Probing {
 public:
  struct Handlers {
    // Every probe of a target or an origin, and what jobs tell.
    std::function<void(Sample)> on_sample;
    // As of probe::Scheduler; not of origins.
    std::function<void(const std::string& target, uint64_t turns)> on_skip;
    std::function<void(PushState)> on_push_state;
    std::function<void(Diagnosis)> on_diagnosis;
  };

  // `max_in_flight` of the turns of targets.
  Probing(probe::EpollLoop& loop, Rng& rng, const Clock& clock, size_t max_in_flight,
          MakeRequestId make_request_id, Handlers handlers);

  // Probes by `settings` from now on. What did not change keeps its prober and its schedule.
  void set(const Settings& settings);
  void request(const ProbeRequest& request);
  // Has a target diagnosed, its requests come as samples; false where too many others wait for
  // theirs. What changes or goes is diagnosed no further.
  bool diagnose(const std::string& target, const std::string& address);

  // As of probe::Scheduler, of targets and origins.
  void pause();
  void abort_all(std::string_view error);
  [[nodiscard]] size_t in_flight() const;
  [[nodiscard]] uint64_t stalls() const { return targets_.stalls(); }

  [[nodiscard]] probe::PushRegistry& pushes() { return pushes_; }

 private:
  struct Known {
    Target target;
    std::string fingerprint;
    probe::MakeProber make_prober;
    probe::Diagnoser::Id diagnosis = probe::Diagnoser::Id::None;  // the newest
  };

  void schedule(const ProbedTarget& probed);

  probe::Resolver resolver_;
  probe::HttpEngine http_;
  probe::CurlEngine curl_;
  probe::PushRegistry pushes_;
  probe::Signatures signatures_;
  probe::ProbeServices services_;
  probe::Scheduler targets_;
  probe::Scheduler origins_;
  std::function<void(Diagnosis)> on_diagnosis_;
  probe::Diagnoser diagnoser_;
  std::unordered_map<std::string, Known> known_;
};

}  // namespace gatewatch::daemon
