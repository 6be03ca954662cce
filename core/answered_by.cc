// SPDX-License-Identifier: MIT
#include "core/answered_by.h"

#include <algorithm>
#include <bit>

namespace gatewatch {
namespace {

struct Words {
  std::string_view word;
  std::string_view meaning;
};

// In the order of the enumerators.
constexpr std::array<Words, kAllCauses.size()> kWords{{
    {"upstream_refused", "nothing listens at the upstream's port"},
    {"upstream_timeout_connect", "the upstream's host does not answer connections"},
    {"upstream_unreachable", "the gateway has no way to the upstream's host"},
    {"upstream_closed", "the upstream ended the connection before it had answered"},
    {"upstream_reset", "the upstream reset the connection before it had answered"},
    {"upstream_timeout_read", "the upstream took the request and did not answer in time"},
    {"upstream_invalid", "what the upstream sent is not valid HTTP"},
    {"upstream_header_too_big", "the upstream's header is larger than the gateway takes"},
    {"upstream_body_truncated", "the upstream ended in the middle of the body"},
    {"upstream_tls_cert", "the gateway does not trust the upstream's certificate"},
    {"upstream_tls_proto", "gateway and upstream do not agree on TLS"},
    {"upstream_dns", "the gateway cannot resolve the upstream's name"},
    {"upstream_marked_down", "the gateway has taken all upstreams out of service"},
    {"upstream_socket_missing", "the upstream's Unix socket is not there"},
    {"upstream_socket_denied", "the gateway may not open the upstream's Unix socket"},
    {"gateway_exhausted", "the gateway has no ports, connections or places in its queue left"},
    {"app_error", "the application itself answered so"},
}};

constexpr std::array<std::string_view, 3> kRoles{"unknown", "gateway", "application"};

}  // namespace

std::string_view to_string(Role role) {
  return kRoles.at(static_cast<size_t>(role));
}

std::optional<Role> parse_role(std::string_view word) {
  const auto* found = std::find(kRoles.begin(), kRoles.end(), word);
  if (found == kRoles.end()) {
    return std::nullopt;
  }
  return static_cast<Role>(found - kRoles.begin());
}

std::string_view to_string(Cause cause) {
  return kWords.at(static_cast<size_t>(cause)).word;
}

std::optional<Cause> parse_cause(std::string_view word) {
  const auto* found = std::find_if(kWords.begin(), kWords.end(),
                                   [&](const Words& words) { return words.word == word; });
  if (found == kWords.end()) {
    return std::nullopt;
  }
  return static_cast<Cause>(found - kWords.begin());
}

std::string_view explain(Cause cause) {
  return kWords.at(static_cast<size_t>(cause)).meaning;
}

std::optional<Cause> CauseSet::exact() const {
  if (!std::has_single_bit(bits_)) {
    return std::nullopt;
  }
  return static_cast<Cause>(std::countr_zero(bits_));
}

std::vector<std::string> CauseSet::words() const {
  std::vector<std::string> words;
  for (const Cause cause : kAllCauses) {
    if (contains(cause)) {
      words.emplace_back(to_string(cause));
    }
  }
  return words;
}

}  // namespace gatewatch
