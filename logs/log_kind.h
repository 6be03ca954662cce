// SPDX-License-Identifier: MIT
//
// The logs whose lines gatewatch knows: `kind` of a [[log]].
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatewatch::logs {

enum class LogKind : uint8_t {
  Nginx,        // its error log
  NginxAccess,  // combined, with named fields after it, or JSON
  Haproxy,      // requests and health of servers
  Apache,       // its error log
  ApacheAccess,
  Caddy,    // JSON: requests, errors, or both
  Varnish,  // varnishlog -g request, or varnishncsa
  Lighttpd,
  LighttpdAccess,
  Squid,          // cache.log, access.log
  TrafficServer,  // error.log, diags.log, squid.log
  Pattern,        // by a regular expression of the user
};

inline constexpr std::array kAllLogKinds{
    LogKind::Nginx,          LogKind::NginxAccess, LogKind::Haproxy,       LogKind::Apache,
    LogKind::ApacheAccess,   LogKind::Caddy,       LogKind::Varnish,       LogKind::Lighttpd,
    LogKind::LighttpdAccess, LogKind::Squid,       LogKind::TrafficServer, LogKind::Pattern,
};

// The word of the configuration: "nginx-access".
[[nodiscard]] std::string_view to_string(LogKind kind);
[[nodiscard]] std::optional<LogKind> parse_log_kind(std::string_view word);
// "nginx", as in AnsweredBy; empty for Pattern.
[[nodiscard]] std::string_view product_of(LogKind kind);
// Whether such a log has a line for each request, so that shares can be told from it. Of Caddy and
// Varnish only where they are told to log requests.
[[nodiscard]] bool may_tell_requests(LogKind kind);

}  // namespace gatewatch::logs
