// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "config/table.h"
#include "core/target.h"
#include "logs/gateway_settings.h"

namespace gatewatch::logs {

inline constexpr size_t kMaxGateways = 50;
inline constexpr size_t kMaxBackends = 20;  // named by one [[gateway]]

// Reads the [[gateway]] tables; mistakes go to their diagnostics, and what is returned is fit for
// use only where there are none. Warns of words that fit none of `targets`. finish() is left to the
// caller.
[[nodiscard]] std::vector<GatewaySettings> read_gateways(std::vector<config::Table>& tables,
                                                         const std::vector<Target>& targets);

// Warns of each socket that is not there, or that this process may not use. `gateways`: what
// read_gateways() made of `tables`. May take as long as the file system likes.
void look_at_sockets(std::vector<config::Table>& tables,
                     const std::vector<GatewaySettings>& gateways);

}  // namespace gatewatch::logs
