// SPDX-License-Identifier: MIT
//
// What the network told about the packets of a socket with IP_RECVERR or IPV6_RECVERR (ip(7)).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

struct sockaddr;  // NOLINT(readability-identifier-naming): the system's own

namespace gatewatch::probe {

struct NetworkError {
  bool is_local = false;  // of this machine, without a packet of ICMP
  int system_error = 0;   // an errno
  uint8_t type = 0;       // of ICMP or ICMPv6
  uint8_t code = 0;
  std::string told_by;  // numeric; empty where nobody else did
};

// Takes the oldest error that waits in the socket's error queue; empty where there is none.
[[nodiscard]] std::optional<NetworkError> take_network_error_of(int descriptor);

// "192.0.2.1", "2001:db8::1", without port and zone; empty for another family.
[[nodiscard]] std::string numeric_text(const sockaddr* address);

}  // namespace gatewatch::probe
