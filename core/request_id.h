// SPDX-License-Identifier: MIT
//
// The X-Request-Id that a probe sends, by which a gateway's log line is known to be its own: how
// probers make them, and readers of logs know them. daemon/request_ids.h does both.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/time.h"

namespace gatewatch {

// One that was never made before, of letters, digits and dashes; `now` is when it is sent.
using MakeRequestId = std::function<std::string(WallTime now)>;
// Whether it was made so, by the same maker. Thread: any.
using IsOwnRequestId = std::function<bool(std::string_view id)>;

}  // namespace gatewatch
