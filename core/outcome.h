// SPDX-License-Identifier: MIT
//
// The class of what a probe met: one word that rules count, metrics label and people read. The raw
// error and the reason phrase are kept beside it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatewatch {

// The numbers are stored in the database: append, never renumber.
enum class Outcome : uint8_t {
  Ok = 0,              // an expected answer
  BadGateway = 1,      // unexpected status 502
  Unavailable = 2,     // unexpected status 503
  GatewayTimeout = 3,  // unexpected status 504
  HttpError = 4,       // any other unexpected status
  Timeout = 5,         // no whole answer within the target's timeout
  Refused = 6,        // the connection was refused, or the host reported unreachable by its network
  Reset = 7,          // the peer ended the connection before the head of its answer was complete
  Dns = 8,            // the name does not exist or has no address
  Tls = 9,            // handshake or certificate
  Protocol = 10,      // what came is not HTTP, or breaks a limit on its head
  Body = 11,          // expected status, but the body is cut short or not as it should be
  Inconclusive = 12,  // our own trouble; says nothing about the target
  DnsFailure = 13,    // a name server answered that it failed: SERVFAIL, REFUSED, …
  DnsTimeout = 14,    // no name server answered for the name in time
  // What an answer with an expected status and a whole body may still be:
  Slow = 15,                 // later than the target's maximum latency
  Header = 16,               // without an expected header field
  CertificateExpiring = 17,  // under a certificate with fewer days left than the target's minimum
};

inline constexpr std::array kAllOutcomes{
    Outcome::Ok,           Outcome::BadGateway,
    Outcome::Unavailable,  Outcome::GatewayTimeout,
    Outcome::HttpError,    Outcome::Timeout,
    Outcome::Refused,      Outcome::Reset,
    Outcome::Dns,          Outcome::Tls,
    Outcome::Protocol,     Outcome::Body,
    Outcome::Inconclusive, Outcome::DnsFailure,
    Outcome::DnsTimeout,   Outcome::Slow,
    Outcome::Header,       Outcome::CertificateExpiring,
};

// The word of the configuration, the database and the metrics: "bad_gateway".
[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] std::optional<Outcome> parse_outcome(std::string_view word);

// The outcome of an answer whose status is not an expected one.
[[nodiscard]] Outcome outcome_of_unexpected_status(int status);

// Whether it is one of those that tell that the name could not be resolved.
[[nodiscard]] constexpr bool is_dns_trouble(Outcome outcome) {
  return outcome == Outcome::Dns || outcome == Outcome::DnsFailure ||
         outcome == Outcome::DnsTimeout;
}

// Whether it says something about the target, and so counts in rates.
[[nodiscard]] constexpr bool is_conclusive(Outcome outcome) {
  return outcome != Outcome::Inconclusive;
}

// What counts against a target.
[[nodiscard]] constexpr bool is_failure(Outcome outcome) {
  return is_conclusive(outcome) && outcome != Outcome::Ok;
}

// Whether a status is of the class 5xx (RFC 9110, 15.6) or beyond what that document knows.
[[nodiscard]] constexpr bool is_server_error(int status) {
  return status >= 500;
}

// Whether `one` is what a probe should be known by where `other` was met as well: what is bad goes
// before what is inconclusive, and that before ok.
[[nodiscard]] constexpr bool is_worse(Outcome one, Outcome other) {
  const auto rank = [](Outcome outcome) {
    return outcome == Outcome::Ok ? 0 : is_conclusive(outcome) ? 2 : 1;
  };
  return rank(one) > rank(other);
}

}  // namespace gatewatch
