// SPDX-License-Identifier: MIT
#include "logs/probe_join.h"

namespace gatewatch::logs {

void ProbeJoin::forget(SteadyTime now) {
  while (!by_age_.empty() &&
         (by_age_.size() > kMaxJoined || by_age_.front().first + kJoinWithin < now)) {
    probes_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
}

void ProbeJoin::add(const std::string& request_id, const std::string& target, SteadyTime now) {
  if (probes_.emplace(request_id, target).second) {
    by_age_.emplace_back(now, request_id);
  }
  forget(now);
}

std::optional<std::string> ProbeJoin::find(const GatewayEvent& event, SteadyTime now) {
  forget(now);
  const auto found = probes_.find(event.request_id);
  return found == probes_.end() ? std::nullopt : std::optional(found->second);
}

bool may_tell_of(const GatewayEvent& event, std::string_view path, WallTime began, WallTime ended) {
  constexpr auto kSlack = std::chrono::duration_cast<WallTime::duration>(kTimeSlack);
  return event.request_id.empty() && !path.empty() && event.path == path &&
         event.at >= began - kSlack && event.at <= ended + kSlack;
}

}  // namespace gatewatch::logs
