// SPDX-License-Identifier: MIT
//
// When the first bad probe of a target is worth a closer look: the rules with `confirm` ask for a
// burst of extra probes, which tells a trouble of seconds from one that stays.
//
// A target is armed until a scheduled sample is bad by one of those rules; that one may start a
// burst, where a trial needs it (none does while the incident is open), and the target is armed
// again by a scheduled sample that is ok and bad by none of them. Other samples change nothing,
// those of the burst itself included. Where several rules find the sample bad, the burst is as
// close as the closest and as long as the longest of them.
//
// A burst of which the trial (core/trial.h) is undecided goes on, in steps of confirm_recent, up to
// confirm_at_most; not where bursts of kMaxBurstsPerPeer other targets at its host and port are.
//
// No burst starts, and the target is no longer armed, where the target had kMaxBurstsAnHour in the
// last hour or where bursts of kMaxBurstsPerPeer other targets at the same host and port are still
// in their first confirm_for: a server that struggles is not to be hammered, and those that go on
// for longer make room.
//
// Thread: one at a time. No I/O, no clock: what it decides depends on what it is handed alone.
// Limits: kMaxBurstsAnHour instants for each target with such a rule.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "alerts/evaluator.h"
#include "core/probe_request.h"
#include "core/rule.h"
#include "core/sample.h"
#include "core/time.h"

namespace gatewatch::alerts {

inline constexpr size_t kMaxBurstsAnHour = 10;
inline constexpr size_t kMaxBurstsPerPeer = 2;

class Confirmation {
 public:
  // Minds exactly these from now on; what is known of those that stay is kept.
  void configure(const std::vector<Watched>& watched);

  // Takes a live sample; the burst that it starts or lets go on, with purpose confirm. `need`: the
  // evaluator's, after that sample.
  std::optional<ProbeRequest> take(const Sample& sample, SteadyTime now, Need need = Need::Burst);

 private:
  struct Entry {
    std::string peer;
    std::vector<std::shared_ptr<const Rule>> rules;  // those with `confirm`; at least one
    bool armed = true;
    std::deque<SteadyTime> bursts;  // when those of the last hour began, oldest first
  };
  // The newest burst of a target.
  struct Burst {
    SteadyTime first_until;  // the end of its first confirm_for
    SteadyTime until;        // … and of what was added
    SteadyTime at_most;
    Duration every{};
    Duration step{};  // what is added at once
  };

  std::optional<ProbeRequest> start(const std::string& target, Entry& entry, SteadyTime now,
                                    const ProbeResult& result);
  std::optional<ProbeRequest> go_on(const std::string& target, const Entry& entry, SteadyTime now);
  static bool may_start(Entry& entry, SteadyTime now);

  std::unordered_map<std::string, Entry> targets_;
  std::map<std::string, std::map<std::string, Burst>> running_;  // by peer and target
};

}  // namespace gatewatch::alerts
