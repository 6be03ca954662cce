// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "config/table.h"
#include "core/target.h"
#include "logs/log_settings.h"

namespace gatewatch::logs {

inline constexpr size_t kMaxLogs = 50;

// Reads the [[log]] tables; mistakes go to their diagnostics, and what is returned is fit for use
// only where there are none. `targets` are all, with the controls, for their names. finish() is
// left to the caller.
[[nodiscard]] std::vector<LogSettings> read_logs(std::vector<config::Table>& tables,
                                                 const std::vector<Target>& targets);

}  // namespace gatewatch::logs
