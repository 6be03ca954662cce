// SPDX-License-Identifier: MIT
//
// Numeric IP addresses as text.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"

struct sockaddr;  // NOLINT(readability-identifier-naming): the system's own

namespace gatewatch::probe {

struct Address {
  enum class Family : uint8_t { V4, V6 };
  Family family = Family::V4;
  std::string text;  // numeric, without brackets: "192.0.2.1", "2001:db8::1", "fe80::1%eth0"

  auto operator<=>(const Address&) const = default;
};

// The address that `host` spells ("192.0.2.1", "2001:db8::1"); empty where it is a name.
[[nodiscard]] std::optional<Address> parse_address(std::string_view host);

// The address in `address`; empty for a family other than IPv4 and IPv6.
[[nodiscard]] std::optional<Address> to_address(const sockaddr* address);

// An address, and a port where one was written.
struct Endpoint {
  Address address;
  uint16_t port = 0;  // 0: none was written

  bool operator==(const Endpoint&) const = default;
};

// Reads "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]" or "[2001:db8::1]:53"; ports
// are from 1 to 65535. Empty for anything else.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);
// As parse_endpoint() reads it: "192.0.2.1:53", "[2001:db8::1]:53", without the port where it is 0.
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

// Which addresses have a route from here. What was found holds for kRoutesKept.
//
// Thread: one. Limits: kMaxRoutes addresses are remembered.
class Routes {
 public:
  static constexpr Duration kRoutesKept = std::chrono::seconds(5);
  static constexpr size_t kMaxRoutes = 16'384;

  // `check` takes the place of the system in tests.
  explicit Routes(std::function<bool(const Address&)> check = {}) : check_(std::move(check)) {}

  // Whether a datagram could be sent to `address` now; nothing is sent.
  [[nodiscard]] bool leads_to(const Address& address, SteadyTime now);
  // Leaves out a family whose first address has no route, where the other family's has one.
  // Requires: `addresses` are sorted.
  void drop_unroutable(std::vector<Address>& addresses, SteadyTime now);

 private:
  const std::function<bool(const Address&)> check_;
  std::map<Address, bool> known_;
  SteadyTime kept_until_;
};

}  // namespace gatewatch::probe
