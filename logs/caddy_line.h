// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "core/gateway_event.h"

namespace gatewatch::logs {

// A line of Caddy's log in its JSON format: a handled request (logger http.log.access), an error
// (http.log.error, http.handlers.reverse_proxy), or a failed health check. Empty for any other.
// Fills as read_access_line() does.
[[nodiscard]] std::optional<GatewayEvent> read_caddy_line(std::string_view line);

}  // namespace gatewatch::logs
