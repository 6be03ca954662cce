// SPDX-License-Identifier: MIT
//
// The X-Request-Id that a probe sends, by which a gateway's log line is known to be its own.
#pragma once

#include <string>
#include <string_view>

#include "core/id.h"
#include "core/time.h"

namespace gatewatch {

inline constexpr std::string_view kRequestIdPrefix = "gatewatch-";

// "gatewatch-" and a ULID: 36 letters, digits and a dash.
[[nodiscard]] inline std::string make_request_id(WallTime now, Rng& rng) {
  return std::string(kRequestIdPrefix) + make_ulid(now, rng);
}

// Whether it has the form of such an id, of this daemon or another.
[[nodiscard]] inline bool is_probe_request_id(std::string_view id) {
  constexpr std::size_t kUlidLength = 26;
  return id.size() == kRequestIdPrefix.size() + kUlidLength && id.starts_with(kRequestIdPrefix);
}

}  // namespace gatewatch
