// SPDX-License-Identifier: MIT
//
// Who made an answer, and what the answer says of why.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatewatch {

// The numbers are stored in the database: append, never renumber.
enum class Role : uint8_t {
  Unknown = 0,
  Gateway = 1,      // in front of the application: a reverse proxy, a load balancer, a CDN
  Application = 2,  // what the gateway is there for
};

// "gateway", "application", "unknown".
[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> parse_role(std::string_view word);

// Why a gateway had no valid answer to pass on. The numbers are stored in the database, as bits:
// append, never renumber, at most 32.
enum class Cause : uint8_t {
  Refused = 0,         // nothing listens at the upstream's port
  TimeoutConnect = 1,  // the upstream's host does not answer
  Unreachable = 2,     // no way to the upstream's host
  Closed = 3,          // the upstream ended the connection before it had answered
  Reset = 4,           // … with a reset
  TimeoutRead = 5,     // the upstream took the request and did not answer in time
  Invalid = 6,         // what the upstream sent is not HTTP as the gateway speaks it
  HeaderTooBig = 7,    // the upstream's header is larger than the gateway takes
  BodyTruncated = 8,   // the upstream ended in the middle of the body
  TlsCertificate = 9,  // the gateway does not trust the upstream's certificate
  TlsProtocol = 10,    // gateway and upstream do not agree on TLS
  Dns = 11,            // the gateway cannot resolve the upstream's name
  MarkedDown = 12,     // the gateway has taken all upstreams out of service
  SocketMissing = 13,  // the upstream's Unix socket is not there
  SocketDenied = 14,   // the gateway may not open the upstream's Unix socket
  GatewayExhausted =
      15,            // the gateway itself has no more ports, connections or places in its queue
  Application = 16,  // the application itself answered so
};

inline constexpr std::array kAllCauses{
    Cause::Refused,       Cause::TimeoutConnect, Cause::Unreachable,  Cause::Closed,
    Cause::Reset,         Cause::TimeoutRead,    Cause::Invalid,      Cause::HeaderTooBig,
    Cause::BodyTruncated, Cause::TlsCertificate, Cause::TlsProtocol,  Cause::Dns,
    Cause::MarkedDown,    Cause::SocketMissing,  Cause::SocketDenied, Cause::GatewayExhausted,
    Cause::Application,
};

// The word of the configuration and the JSON: "upstream_refused".
[[nodiscard]] std::string_view to_string(Cause cause);
[[nodiscard]] std::optional<Cause> parse_cause(std::string_view word);
// What it means, fit to stand in a sentence: "nothing listens at the upstream's port".
[[nodiscard]] std::string_view explain(Cause cause);

// The causes that are possible: none, cannot tell; one, exactly that.
class CauseSet {
 public:
  constexpr CauseSet() = default;
  constexpr CauseSet(std::initializer_list<Cause> causes) {
    for (const Cause cause : causes) {
      add(cause);
    }
  }
  [[nodiscard]] static constexpr CauseSet from_bits(uint32_t bits) {
    CauseSet set;
    set.bits_ = bits & ((uint32_t{1} << kAllCauses.size()) - 1);
    return set;
  }

  constexpr void add(Cause cause) { bits_ |= bit_of(cause); }
  [[nodiscard]] constexpr bool contains(Cause cause) const { return (bits_ & bit_of(cause)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  // The cause, where there is just one.
  [[nodiscard]] std::optional<Cause> exact() const;
  // What both allow.
  [[nodiscard]] constexpr CauseSet common(CauseSet other) const {
    return from_bits(bits_ & other.bits_);
  }
  // What either allows.
  friend constexpr CauseSet operator+(CauseSet one, CauseSet other) {
    return from_bits(one.bits_ | other.bits_);
  }
  [[nodiscard]] constexpr uint32_t bits() const { return bits_; }
  // Their words, in the order of kAllCauses.
  [[nodiscard]] std::vector<std::string> words() const;

  bool operator==(const CauseSet&) const = default;

 private:
  static constexpr uint32_t bit_of(Cause cause) {
    return uint32_t{1} << static_cast<unsigned>(cause);
  }
  uint32_t bits_ = 0;
};

struct AnsweredBy {
  Role role = Role::Unknown;
  std::string product;  // "nginx"; empty: unknown
  std::string rule;     // the signature that told; empty: none did
  CauseSet causes;

  bool operator==(const AnsweredBy&) const = default;
};

}  // namespace gatewatch
