// SPDX-License-Identifier: MIT
//
// What the findings of a diagnosis say when they are laid side by side. Pure.
//
// A difference is told only where both sides were tried and are conclusive. Where the same GET to
// the same address both worked and failed, the answers alternate, and no difference between two
// requests is told: it could be chance.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnosis.h"

namespace gatewatch {

// The numbers are stored: append, never renumber.
enum class ConclusionKind : uint8_t {
  AnswersAlternate = 0,  // the same request works and fails
  GetFailsHeadWorks = 1,
  HeadFailsGetWorks = 2,
  OnlyThisPathFails = 3,  // another path of the same origin is answered
  EveryPathFails = 4,
  Http1FailsHttp2Works = 5,
  Http2FailsHttp1Works = 6,
  ReusedConnectionFails = 7,  // a fresh one works
  Ipv4Fails = 8,              // at every IPv4 address, while an IPv6 one works
  Ipv6Fails = 9,
  SomeAddressesFail = 10,       // others work
  NoAddressConnects = 11,       // TCP or TLS fails at each that was tried
  HostAnswersPortDoesNot = 12,  // a ping is answered, a connection is not
  PathEnds = 13,                // the traceroute falls silent, and no connection is made
  ResolverFails = 14,           // another one answers
  ResolversDisagree = 15,       // no address in common
  NameNotResolved = 16,         // nobody answers with an address
  CertificateBad = 17,          // one of the chain has expired, or is not valid yet
};

inline constexpr size_t kConclusionKinds = 18;

// "get_fails_head_works".
[[nodiscard]] std::string_view to_string(ConclusionKind kind);
[[nodiscard]] std::optional<ConclusionKind> parse_conclusion(std::string_view word);

struct Conclusion {
  ConclusionKind kind = ConclusionKind::AnswersAlternate;
  std::string text;  // a sentence without its full stop

  bool operator==(const Conclusion&) const = default;
};

// In the order of the enumeration, each kind at most once.
[[nodiscard]] std::vector<Conclusion> conclusions_of(const Diagnosis& diagnosis);

}  // namespace gatewatch
