// SPDX-License-Identifier: MIT
//
// Lines of access logs: the common and the combined format, with fields of the form name="value"
// after it, or a JSON object of such fields.
//
// The names are those of nginx's variables: upstream_addr, upstream_status, upstream_connect_time,
// upstream_header_time, request_id or http_x_request_id (which goes first); uaddr, ustatus, uct and
// uht mean the same. In JSON also time_iso8601, time_local or msec, request or request_uri, status.
// Of varnishncsa: fetch_error and side.
#pragma once

#include <optional>
#include <string_view>

#include "core/gateway_event.h"

namespace gatewatch::logs {

// Empty for a line that is none. `at` is the epoch where the line tells no time; product, log and
// line are left to the caller.
[[nodiscard]] std::optional<GatewayEvent> read_access_line(std::string_view line);

}  // namespace gatewatch::logs
