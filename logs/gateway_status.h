// SPDX-License-Identifier: MIT
//
// What gateways say of themselves, from the text of their status pages and sockets.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/host_state.h"

namespace gatewatch::logs {

inline constexpr size_t kMaxServers = 1'000;  // of one gateway; of more the first are kept
inline constexpr size_t kMaxColumns = 500;    // of "show stat"; HAProxy has some hundred

// The page of nginx's stub_status; empty where it is none.
[[nodiscard]] std::optional<GatewayStatus> parse_stub_status(std::string_view page);

// HAProxy's answers to "show info" and "show stat"; `info` may be empty. Columns are found by their
// names. Empty where `stat` has no header of such columns, or of more than kMaxColumns.
[[nodiscard]] std::optional<GatewayStatus> parse_haproxy(std::string_view info,
                                                         std::string_view stat);

}  // namespace gatewatch::logs
