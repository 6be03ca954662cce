// SPDX-License-Identifier: MIT
//
// Tells the requests of gatewatch's own probes from all others in one log. An id that was sent
// counts once: it is taken for the first line of EventKind::Request that tells it, and for as many
// of EventKind::Failure as a request has tries. Who repeats an id that they have seen is a visitor.
//
// Thread: one at a time. Limits: remembers the kMaxOwnRequests ids that were met last.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>

#include "core/gateway_event.h"
#include "core/request_id.h"

namespace gatewatch::logs {

inline constexpr size_t kMaxOwnRequests = 10'000;

class OwnRequests {
 public:
  // Without `is_own` none is.
  explicit OwnRequests(IsOwnRequestId is_own) : is_own_(std::move(is_own)) {}

  // Whether the id is one that was sent.
  [[nodiscard]] bool knows(const std::string& request_id) const {
    return is_own_ && !request_id.empty() && is_own_(request_id);
  }
  // Whether the line is of a probe; counts it.
  [[nodiscard]] bool take(const GatewayEvent& event);

 private:
  struct Lines {
    bool of_request = false;
    size_t of_tries = 0;
  };

  IsOwnRequestId is_own_;
  std::unordered_map<std::string, Lines> met_;
  std::deque<std::string> by_age_;
};

}  // namespace gatewatch::logs
