// SPDX-License-Identifier: MIT
//
// Finds the probe that a line of a log tells of.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/gateway_event.h"
#include "core/time.h"

namespace gatewatch::logs {

// How long a line may come after the probe was sent: gateways write when a request is over, and
// some in blocks.
inline constexpr Duration kJoinWithin = std::chrono::minutes(10);
inline constexpr size_t kMaxJoined = 20'000;  // probes remembered; the oldest go
// Logs tell whole seconds, and the clocks of two programs are read one after the other.
inline constexpr Duration kTimeSlack = std::chrono::seconds(1);

// Thread: one at a time.
class ProbeJoin {
 public:
  // Remembers that a probe of the target was sent with this request id.
  void add(const std::string& request_id, const std::string& target, SteadyTime now);

  // The target of the probe whose request id the line tells; a request may have several lines.
  [[nodiscard]] std::optional<std::string> find(const GatewayEvent& event, SteadyTime now);

  [[nodiscard]] size_t size() const { return probes_.size(); }

 private:
  void forget(SteadyTime now);

  std::unordered_map<std::string, std::string> probes_;  // targets, by request id
  std::deque<std::pair<SteadyTime, std::string>> by_age_;
};

// Whether a line that tells no request id may be of a request for `path` that began and ended so:
// its path is the same, and its time lies between, give or take kTimeSlack. Other clients may have
// asked for the same at that time.
[[nodiscard]] bool may_tell_of(const GatewayEvent& event, std::string_view path, WallTime began,
                               WallTime ended);

}  // namespace gatewatch::logs
