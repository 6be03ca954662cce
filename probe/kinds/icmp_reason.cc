// SPDX-License-Identifier: MIT
#include "probe/kinds/icmp_reason.h"

#include <array>
#include <span>
#include <string_view>

namespace gatewatch::probe {
namespace {

// Indexed by code; "" where a code says no more than its type.
constexpr std::array<std::string_view, 16> kUnreachable4{
    "network unreachable",
    "host unreachable",
    "protocol unreachable",
    "port unreachable",
    "fragmentation needed",
    "source route failed",
    "network unknown",
    "host unknown",
    "",
    "network administratively prohibited",
    "host administratively prohibited",
    "network unreachable for this type of service",
    "host unreachable for this type of service",
    "administratively prohibited",
    "host precedence violation",
    "precedence cutoff",
};
constexpr std::array<std::string_view, 7> kUnreachable6{
    "no route to the destination",
    "administratively prohibited",
    "beyond the scope of the source address",
    "address unreachable",
    "port unreachable",
    "source address refused by policy",
    "reject route",
};

constexpr uint8_t kUnreachableType4 = 3;
constexpr uint8_t kFragmentationNeeded4 = 4;  // a code of it
constexpr uint8_t kTimeExceededType4 = 11;
constexpr uint8_t kParameterProblemType4 = 12;
constexpr uint8_t kUnreachableType6 = 1;
constexpr uint8_t kTimeExceededType6 = 3;
constexpr uint8_t kParameterProblemType6 = 4;

}  // namespace

std::string icmp_reason(Address::Family family, uint8_t type, uint8_t code) {
  const bool v4 = family == Address::Family::V4;
  if (type == (v4 ? kUnreachableType4 : kUnreachableType6)) {
    const std::span<const std::string_view> words =
        v4 ? std::span<const std::string_view>(kUnreachable4) : kUnreachable6;
    if (code < words.size() && !words[code].empty()) {
      return std::string(words[code]);
    }
    return "destination unreachable, code " + std::to_string(code);
  }
  if (type == (v4 ? kTimeExceededType4 : kTimeExceededType6)) {
    return "time exceeded";
  }
  if (type == (v4 ? kParameterProblemType4 : kParameterProblemType6)) {
    return "parameter problem";
  }
  return "ICMP type " + std::to_string(type) + ", code " + std::to_string(code);
}

bool icmp_says_unreachable(Address::Family family, uint8_t type, uint8_t code) {
  if (family == Address::Family::V4) {
    return (type == kUnreachableType4 && code != kFragmentationNeeded4) ||
           type == kTimeExceededType4 || type == kParameterProblemType4;
  }
  return type == kUnreachableType6 || type == kTimeExceededType6 || type == kParameterProblemType6;
}

}  // namespace gatewatch::probe
