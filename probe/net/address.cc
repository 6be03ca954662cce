// SPDX-License-Identifier: MIT
#include "probe/net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace gatewatch::probe {
namespace {

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  if (read.ec != std::errc() || read.ptr != end || port == 0) {
    return std::nullopt;
  }
  return port;
}

bool has_route(const Address& address) {
  sockaddr_storage peer{};
  socklen_t length = 0;
  if (address.family == Address::Family::V4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(9);
    inet_pton(AF_INET, address.text.c_str(), &v4.sin_addr);
    length = sizeof v4;
    std::copy_n(reinterpret_cast<const std::byte*>(&v4), length,
                reinterpret_cast<std::byte*>(&peer));
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(9);
    const size_t percent = address.text.find('%');
    if (percent != std::string::npos) {
      v6.sin6_scope_id = if_nametoindex(address.text.c_str() + percent + 1);
    }
    const std::string bare = address.text.substr(0, percent);
    inet_pton(AF_INET6, bare.c_str(), &v6.sin6_addr);
    length = sizeof v6;
    std::copy_n(reinterpret_cast<const std::byte*>(&v6), length,
                reinterpret_cast<std::byte*>(&peer));
  }
  const int probe = socket(peer.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) {
    return errno != EAFNOSUPPORT;
  }
  const bool routed = connect(probe, reinterpret_cast<const sockaddr*>(&peer), length) == 0 ||
                      (errno != ENETUNREACH && errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT);
  close(probe);
  return routed;
}

}  // namespace

std::optional<Address> parse_address(std::string_view host) {
  const std::string text(host);
  if (text.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return Address{Address::Family::V4, text};
  }
  const std::string bare = text.substr(0, text.find('%'));
  if (inet_pton(AF_INET6, bare.c_str(), bytes.data()) == 1) {
    return Address{Address::Family::V6, text};
  }
  return std::nullopt;
}

std::optional<Address> to_address(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::copy_n(reinterpret_cast<const std::byte*>(address), sizeof v4,
                reinterpret_cast<std::byte*>(&v4));
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return Address{Address::Family::V4, text.data()};
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::copy_n(reinterpret_cast<const std::byte*>(address), sizeof v6,
                reinterpret_cast<std::byte*>(&v6));
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    std::string full = text.data();
    std::array<char, IF_NAMESIZE> interface {};
    if (v6.sin6_scope_id != 0 && if_indextoname(v6.sin6_scope_id, interface.data()) != nullptr) {
      full.append("%").append(interface.data());
    }
    return Address{Address::Family::V6, full};
  }
  return std::nullopt;
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  Endpoint endpoint;
  if (const std::optional<Address> bare = parse_address(text)) {
    endpoint.address = *bare;
    return endpoint;
  }
  const bool brackets = text.starts_with('[');
  const size_t end = text.find(brackets ? ']' : ':');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::optional<Address> address =
      parse_address(brackets ? text.substr(1, end - 1) : text.substr(0, end));
  const std::string_view rest = text.substr(brackets ? end + 1 : end);  // empty or ":PORT"
  if (!address || brackets != (address->family == Address::Family::V6)) {
    return std::nullopt;
  }
  endpoint.address = *address;
  if (rest.empty()) {
    return endpoint;
  }
  const std::optional<uint16_t> port = parse_port(rest.substr(1));
  if (!port || rest[0] != ':') {
    return std::nullopt;
  }
  endpoint.port = *port;
  return endpoint;
}

std::string to_string(const Endpoint& endpoint) {
  const std::string& text = endpoint.address.text;
  if (endpoint.port == 0) {
    return text;
  }
  const bool v6 = endpoint.address.family == Address::Family::V6;
  return (v6 ? '[' + text + ']' : text) + ':' + std::to_string(endpoint.port);
}

bool Routes::leads_to(const Address& address, SteadyTime now) {
  if (now >= kept_until_ || known_.size() >= kMaxRoutes) {
    known_.clear();
    kept_until_ = now + kRoutesKept;
  }
  const auto [known, is_new] = known_.try_emplace(address, false);
  if (is_new) {
    known->second = check_ ? check_(address) : has_route(address);
  }
  return known->second;
}

void Routes::drop_unroutable(std::vector<Address>& addresses, SteadyTime now) {
  const auto first_v6 = std::find_if(addresses.begin(), addresses.end(), [](const Address& a) {
    return a.family == Address::Family::V6;
  });
  if (first_v6 == addresses.begin() || first_v6 == addresses.end()) {
    return;  // one family only
  }
  const bool v4 = leads_to(addresses.front(), now);
  const bool v6 = leads_to(*first_v6, now);
  if (v4 && !v6) {
    addresses.erase(first_v6, addresses.end());
  } else if (v6 && !v4) {
    addresses.erase(addresses.begin(), first_v6);
  }
}

}  // namespace gatewatch::probe
