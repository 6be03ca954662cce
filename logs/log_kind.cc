// SPDX-License-Identifier: MIT
#include "logs/log_kind.h"

#include <algorithm>

namespace gatewatch::logs {
namespace {

struct Row {
  LogKind kind;
  std::string_view word;
  std::string_view product;
  bool may_tell_requests;
};

constexpr std::array<Row, kAllLogKinds.size()> kRows{{
    {LogKind::Nginx, "nginx", "nginx", false},
    {LogKind::NginxAccess, "nginx-access", "nginx", true},
    {LogKind::Haproxy, "haproxy", "haproxy", true},
    {LogKind::Apache, "apache", "apache", false},
    {LogKind::ApacheAccess, "apache-access", "apache", true},
    {LogKind::Caddy, "caddy", "caddy", true},
    {LogKind::Varnish, "varnish", "varnish", true},
    {LogKind::Lighttpd, "lighttpd", "lighttpd", false},
    {LogKind::LighttpdAccess, "lighttpd-access", "lighttpd", true},
    {LogKind::Squid, "squid", "squid", true},
    {LogKind::TrafficServer, "trafficserver", "trafficserver", true},
    {LogKind::Pattern, "pattern", "", true},
}};

const Row& row_of(LogKind kind) {
  return kRows.at(static_cast<size_t>(kind));
}

}  // namespace

std::string_view to_string(LogKind kind) {
  return row_of(kind).word;
}

std::optional<LogKind> parse_log_kind(std::string_view word) {
  const auto* found =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return row.word == word; });
  return found == kRows.end() ? std::nullopt : std::optional(found->kind);
}

std::string_view product_of(LogKind kind) {
  return row_of(kind).product;
}

bool may_tell_requests(LogKind kind) {
  return row_of(kind).may_tell_requests;
}

}  // namespace gatewatch::logs
