// SPDX-License-Identifier: MIT
//
// From what a gateway says of itself to what that says of its trouble.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/gateway_report.h"
#include "core/host_state.h"
#include "core/time.h"
#include "logs/gateway_settings.h"

namespace gatewatch::logs {

inline constexpr size_t kMaxPoolsTold = 4;      // the others are counted
inline constexpr size_t kMaxServersTold = 4;    // of a pool
inline constexpr size_t kMaxGatewayLine = 512;  // bytes
// A gateway that drops clients drops so many at least: nginx counts a connection as accepted a
// moment before it counts it as handled, so that a few are always on their way.
inline constexpr uint64_t kFewestDropped = 10;

// How a gateway was while all was well, so long before.
struct EarlierStatus {
  GatewayStatus status;
  Duration age{};
};

// `backends`: of HAProxy, those that count; empty: all. Where several count, the gateway is without
// a server only where each of them is. What it failed at, and closed, is told since `before`, where
// it has not been started anew meanwhile; without that, for connections that it closed, since its
// start, which decides nothing.
[[nodiscard]] GatewayReport report_of(const std::string& gateway, const GatewayStatus& now,
                                      const std::optional<EarlierStatus>& before,
                                      const std::vector<std::string>& backends);

// Of a gateway that does not tell how it is, and why.
[[nodiscard]] GatewayReport silent_report(const GatewaySettings& gateway, const std::string& why);

}  // namespace gatewatch::logs
