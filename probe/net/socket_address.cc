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

namespace {

// The IPv4 address that an IPv6 one stands for on its way, if any.
std::optional<in_addr> embedded(const in6_addr& v6) {
  struct Prefix {
    const char* text;
    size_t length;  // bytes
    size_t at;      // where the IPv4 address begins
  };
  static constexpr std::array<Prefix, 5> kPrefixes{{
      {"::ffff:0:0", 12, 12},   // mapped, RFC 4291
      {"::", 12, 12},           // compatible, RFC 4291
      {"64:ff9b::", 12, 12},    // NAT64, RFC 6052
      {"64:ff9b:1::", 12, 12},  // NAT64 with a local prefix, RFC 8215
      {"2002::", 2, 2},         // 6to4, RFC 3056
  }};
  for (const Prefix& prefix : kPrefixes) {
    in6_addr known{};
    inet_pton(AF_INET6, prefix.text, &known);
    if (std::memcmp(&v6, &known, prefix.length) == 0) {
      in_addr v4{};
      std::memcpy(&v4, &v6.s6_addr[prefix.at], sizeof v4);
      return v4;
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_metadata_address(const std::string& address) {
  // Amazon (instances, containers, pods), Google, Azure and others; Azure's agent; Oracle; Alibaba.
  static constexpr std::array<const char*, 6> kV4{"169.254.169.254", "169.254.170.2",
                                                  "169.254.170.23",  "168.63.129.16",
                                                  "192.0.0.192",     "100.100.100.200"};
  // Amazon's two, Google's, Oracle's.
  static constexpr std::array<const char*, 4> kV6{"fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
                                                  "fd00:c1::a9fe:a9fe"};
  in6_addr v6{};
  in_addr v4{};
  if (inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &v6) == 1) {
    const std::optional<in_addr> inner = embedded(v6);
    if (!inner) {
      return std::any_of(kV6.begin(), kV6.end(), [&v6](const char* text) {
        in6_addr known{};
        inet_pton(AF_INET6, text, &known);
        return std::memcmp(&known, &v6, sizeof v6) == 0;
      });
    }
    v4 = *inner;
  } else if (inet_pton(AF_INET, address.c_str(), &v4) != 1) {
    return false;
  }
  return std::any_of(kV4.begin(), kV4.end(), [&v4](const char* text) {
    in_addr known{};
    inet_pton(AF_INET, text, &known);
    return known.s_addr == v4.s_addr;
  });
}

std::string no_connection_to(const std::string& metadata_address) {
  return metadata_address +
         " is where a cloud hands out credentials; gatewatch does not connect to it";
}

bool is_unspecified_address(const std::string& address) {
  in6_addr v6{};
  in_addr v4{};
  if (inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &v6) == 1) {
    const std::optional<in_addr> inner = embedded(v6);
    return inner && inner->s_addr == INADDR_ANY;
  }
  return inet_pton(AF_INET, address.c_str(), &v4) == 1 && v4.s_addr == INADDR_ANY;
}

}  // namespace gatewatch::probe
