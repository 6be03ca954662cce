// SPDX-License-Identifier: MIT
//
// What a gateway says of itself at one time: in words, and as far as a verdict goes by it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/answered_by.h"

namespace gatewatch {

// So many gateways before one target are asked: the first in the configuration.
inline constexpr size_t kMaxGatewaysOfTarget = 4;

struct GatewayReport {
  std::string gateway;             // its name in the configuration
  std::string product;             // "nginx", "haproxy"
  std::vector<std::string> lines;  // printable, without full stops

  // Why it has no server to send a request to, by what it says of each; empty where it has one, or
  // does not tell.
  CauseSet without_server;
  // All that it could send to were taken out of service by a person.
  bool taken_out_by_hand = false;

  bool drops_clients = false;  // it closed connections, for want of resources, since it was well
  bool is_full = false;        // it has as many connections as it takes

  bool operator==(const GatewayReport&) const = default;
};

}  // namespace gatewatch
