// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "core/time.h"

namespace gatewatch::logs {

// Reads an instant in one of the forms in which logs write it, and nothing else:
//   2026-11-22T18:00:18.250+01:00   ISO 8601; a space may stand for T, a comma for the point
//   22/Nov/2026:18:01:30 +0000      the common log format; of HAProxy with a fraction, no offset
//   2026/11/22 18:00:18             nginx
//   Sun Nov 22 18:01:30.646223 2026 Apache
//   20261122.17h59m29s              Traffic Server
//   1795370265.351                  seconds since 1970; 13 digits without a point: milliseconds
// What has no offset is of the machine's own zone. Years 1970 to 2200.
[[nodiscard]] std::optional<WallTime> parse_log_time(std::string_view text);

}  // namespace gatewatch::logs
