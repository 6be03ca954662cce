// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "core/time.h"

namespace gatewatch::logs {

inline constexpr Duration kStatsTimeout = std::chrono::seconds(1);
inline constexpr size_t kMaxStatsAnswer = size_t{4} * 1024 * 1024;

// Asks a Unix stream socket that answers one command and closes, as HAProxy's stats socket does
// ("show info", "show stat"). Blocks at most `timeout`. The error says why there is no whole
// answer: the system's words, "timed out", or that the answer is over kMaxStatsAnswer.
[[nodiscard]] std::expected<std::string, std::string> ask_stats_socket(
    const std::string& path, std::string_view command, Duration timeout = kStatsTimeout);

}  // namespace gatewatch::logs
