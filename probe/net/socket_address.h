// SPDX-License-Identifier: MIT
//
// Addresses as sockets take them. Pure, but for the number of an interface that an IPv6 zone names.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace gatewatch::probe {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  [[nodiscard]] int family() const { return storage.ss_family; }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// Of a numeric address, without brackets, IPv6 perhaps with a zone; empty where it is none or the
// zone names no interface.
[[nodiscard]] std::optional<SocketAddress> to_socket_address(const std::string& address,
                                                             uint16_t port);
// Of a Unix socket's path; empty where it is too long.
[[nodiscard]] std::optional<SocketAddress> to_socket_address(const std::string& unix_path);

// Whether `address` is one at which clouds hand out credentials to whoever asks from within:
// 169.254.169.254 and its like, also where an IPv6 address stands for it (mapped, NAT64, 6to4).
[[nodiscard]] bool is_metadata_address(const std::string& address);
// Says why there is no connection to one that nobody named.
[[nodiscard]] std::string no_connection_to(const std::string& metadata_address);

// 0.0.0.0 and ::, in every form: a connection to them leads to this machine.
[[nodiscard]] bool is_unspecified_address(const std::string& address);

}  // namespace gatewatch::probe
