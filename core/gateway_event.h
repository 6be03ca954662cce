// SPDX-License-Identifier: MIT
//
// What one line of a gateway's log tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/answered_by.h"
#include "core/outcome.h"
#include "core/time.h"

namespace gatewatch {

enum class EventKind : uint8_t {
  Request,   // a request and how it was answered: one line of an access log
  Failure,   // one try at an upstream that failed; the same request may have a line of Request too
  Upstream,  // what the gateway says of an upstream apart from any request: a health check failed
};

inline constexpr size_t kMaxEventText = 256;  // bytes of a path, an upstream, a request id
inline constexpr size_t kMaxEventLine = 512;  // bytes of the copy of the line
inline constexpr size_t kMaxUpstreamTries = 16;

// All text is printable.
struct GatewayEvent {
  // As the line says; where it tells no time, or one that lies ahead, when it was read.
  WallTime at{};
  std::string log;      // the name of the [[log]]
  std::string product;  // "nginx"; empty for an application's own log
  EventKind kind = EventKind::Request;
  int status = 0;                      // that the client got; 0: not told
  Role answered_by = Role::Unknown;    // who made the answer
  CauseSet causes;                     // why a try at the upstream failed; empty: not told
  std::vector<int> upstream_statuses;  // of the tries, in order; 0: no answer; empty: not told
  bool masked = false;  // a try failed, and another one, or a stored copy, hid that from the client
  std::string upstream;    // addresses, as the gateway writes them; of HAProxy "backend/server"
  std::string request_id;  // the X-Request-Id that came with the request; empty: not told
  bool of_probe = false;   // the id is of a probe of this gatewatch: nobody else made it
  std::string path;        // of the request, without query; empty: not told
  std::string host;        // that was asked for: lower case, without port; empty: not told
  std::string line;        // fit to show, without secrets; empty where !tells_trouble()

  bool operator==(const GatewayEvent&) const = default;
};

// Whether it says more than that a request went well, or failed by the client's own doing.
[[nodiscard]] inline bool tells_trouble(const GatewayEvent& event) {
  return event.kind != EventKind::Request || is_server_error(event.status) || event.masked ||
         !event.causes.empty();
}

}  // namespace gatewatch
