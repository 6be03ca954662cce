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

// Names a sample: when the probe began, and of which target.
struct ProbeKey {
  std::string target;
  WallTime at{};

  bool operator==(const ProbeKey&) const = default;
};

// How long a line may come after the probe was sent: gateways write when a request is over, and
// some in blocks.
inline constexpr Duration kJoinWithin = std::chrono::minutes(10);
inline constexpr size_t kMaxJoined = 20'000;  // probes remembered; the oldest go
// Logs tell whole seconds, and the clocks of two programs are read one after the other.
inline constexpr Duration kTimeSlack = std::chrono::seconds(1);

// Thread: one at a time.
class ProbeJoin {
 public:
  // Remembers a probe that was sent with this request id.
  void add(const std::string& request_id, ProbeKey probe, SteadyTime now);

  // The probe whose request id the line tells; a request may have several lines.
  [[nodiscard]] std::optional<ProbeKey> find(const GatewayEvent& event, SteadyTime now);

  [[nodiscard]] size_t size() const { return probes_.size(); }

 private:
  void forget(SteadyTime now);

  std::unordered_map<std::string, ProbeKey> probes_;
  std::deque<std::pair<SteadyTime, std::string>> by_age_;
};

// Whether a line that tells no request id may be of a request for `path` that began and ended so:
// its path is the same, and its time lies between, give or take kTimeSlack. Other clients may have
// asked for the same at that time.
[[nodiscard]] bool may_tell_of(const GatewayEvent& event, std::string_view path, WallTime began,
                               WallTime ended);

}  // namespace gatewatch::logs
