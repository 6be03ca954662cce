// SPDX-License-Identifier: MIT
#include "logs/own_requests.h"

#include <utility>

namespace gatewatch::logs {

bool OwnRequests::take(const GatewayEvent& event) {
  if (!knows(event.request_id)) {
    return false;
  }
  const auto [place, is_new] = met_.try_emplace(event.request_id);
  if (is_new) {
    by_age_.push_back(event.request_id);
  }
  Lines& lines = place->second;
  const bool is_its = event.kind == EventKind::Request ? !std::exchange(lines.of_request, true)
                                                       : lines.of_tries++ < kMaxUpstreamTries;
  if (by_age_.size() > kMaxOwnRequests) {
    met_.erase(by_age_.front());
    by_age_.pop_front();
  }
  return is_its;
}

}  // namespace gatewatch::logs
