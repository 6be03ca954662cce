// SPDX-License-Identifier: MIT
//
// When the first bad probe of a target is worth a closer look: the rules with `confirm` ask for a
// burst of extra probes, which tells a trouble of seconds from one that stays.
//
// A target is armed until a scheduled sample is bad by one of those rules; that one may start a
// burst, and the target is armed again by a scheduled sample that is ok and bad by none of them.
// Other samples change nothing, those of the burst itself included. Where several rules find the
// sample bad, the burst is as close as the closest and as long as the longest of them.
//
// No burst starts, and the target is no longer armed, where the target had kMaxBurstsAnHour in the
// last hour or where bursts of kMaxBurstsPerPeer other targets at the same host and port are still
// going on: a server that struggles is not to be hammered.
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

  // Takes a live sample; the burst that it starts, with purpose confirm.
  std::optional<ProbeRequest> take(const Sample& sample, SteadyTime now);

 private:
  struct Entry {
    std::string peer;
    std::vector<std::shared_ptr<const Rule>> rules;  // those with `confirm`; at least one
    bool armed = true;
    std::deque<SteadyTime> bursts;  // when those of the last hour began, oldest first
  };

  bool may_start(const std::string& target, Entry& entry, SteadyTime now);

  std::unordered_map<std::string, Entry> targets_;
  // By peer and target: when its newest burst ends.
  std::map<std::string, std::map<std::string, SteadyTime>> running_;
};

}  // namespace gatewatch::alerts
