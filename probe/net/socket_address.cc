// SPDX-License-Identifier: MIT
#include "probe/net/socket_address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace gatewatch::probe {

namespace {

template <typename Native>
SocketAddress as_socket_address(const Native& native) {
  SocketAddress address;
  static_assert(sizeof native <= sizeof address.storage);
  std::memcpy(&address.storage, &native, sizeof native);
  address.length = sizeof native;
  return address;
}

}  // namespace

std::optional<SocketAddress> to_socket_address(const std::string& address, uint16_t port) {
  sockaddr_in v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return as_socket_address(v4);
  }
  const size_t percent = std::min(address.find('%'), address.size());
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET6, address.substr(0, percent).c_str(), &v6.sin6_addr) != 1) {
    return std::nullopt;
  }
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (percent < address.size()) {
    v6.sin6_scope_id = if_nametoindex(address.c_str() + percent + 1);
    if (v6.sin6_scope_id == 0) {
      return std::nullopt;
    }
  }
  return as_socket_address(v6);
}

std::optional<SocketAddress> to_socket_address(const std::string& unix_path) {
  sockaddr_un name{};
  if (unix_path.empty() || unix_path.size() >= sizeof name.sun_path) {
    return std::nullopt;
  }
  name.sun_family = AF_UNIX;
  std::copy(unix_path.begin(), unix_path.end(), std::begin(name.sun_path));
  return as_socket_address(name);
}

bool is_metadata_address(const std::string& address) {
  static constexpr std::array<const char*, 3> kV4{"169.254.169.254", "169.254.170.2",
                                                  "100.100.100.200"};
  in6_addr v6{};
  in_addr v4{};
  bool is_v4 = inet_pton(AF_INET, address.c_str(), &v4) == 1;
  if (!is_v4 && inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &v6) == 1) {
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      std::memcpy(&v4, &v6.s6_addr[12], sizeof v4);
      is_v4 = true;
    } else {
      in6_addr aws{};
      inet_pton(AF_INET6, "fd00:ec2::254", &aws);
      return std::memcmp(&v6, &aws, sizeof v6) == 0;
    }
  }
  return is_v4 && std::any_of(kV4.begin(), kV4.end(), [&v4](const char* text) {
           in_addr known{};
           inet_pton(AF_INET, text, &known);
           return known.s_addr == v4.s_addr;
         });
}

}  // namespace gatewatch::probe
