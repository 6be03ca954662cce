// SPDX-License-Identifier: MIT
#include "logs/log_reader.h"

#include <utility>

#include "core/assert.h"
#include "logs/access_line.h"
#include "logs/caddy_line.h"
#include "logs/line_text.h"

namespace gatewatch::logs {

LogReader::LogReader(std::string log, LogKind kind, std::optional<OwnPattern> pattern,
                     IsOwnRequestId is_own)
    : log_(std::move(log)), kind_(kind), pattern_(std::move(pattern)), own_(std::move(is_own)) {
  GW_ASSERT(pattern_.has_value() == (kind_ == LogKind::Pattern));
}

std::optional<GatewayEvent> LogReader::read_kind(std::string_view line) {
  switch (kind_) {
    case LogKind::Nginx:
      return read_nginx_error(line);
    case LogKind::NginxAccess:
    case LogKind::ApacheAccess:
    case LogKind::LighttpdAccess:
      return read_access_line(line);
    case LogKind::Haproxy:
      return haproxy_.read(line);
    case LogKind::Apache:
      return apache_.read(line, own_);
    case LogKind::Caddy:
      return read_caddy_line(line);
    case LogKind::Varnish:
      return varnish_.read(line);
    case LogKind::Lighttpd:
      return read_lighttpd_error(line);
    case LogKind::Squid:
      return read_squid_line(line);
    case LogKind::TrafficServer:
      return read_trafficserver_line(line);
    case LogKind::Pattern:
      return pattern_->read(line);
  }
  return std::nullopt;
}

std::optional<GatewayEvent> LogReader::read(std::string_view line, WallTime now) {
  std::optional<GatewayEvent> event = read_kind(line);
  if (!event) {
    return std::nullopt;
  }
  event->log = log_;
  event->product = product_of(kind_);
  event->of_probe = own_.take(*event);
  if (event->at == WallTime{} || event->at > now + kMaxAhead) {
    event->at = now;
  }
  if (!tells_trouble(*event)) {
    event->line.clear();
  } else if (event->line.empty()) {
    event->line = shown_line(line);
  }
  return event;
}

}  // namespace gatewatch::logs
