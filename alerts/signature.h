// SPDX-License-Identifier: MIT
//
// Keys and signatures as Standard Webhooks 1.0 has them (github.com/standard-webhooks).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret.h"

namespace gatewatch::alerts {

inline constexpr size_t kShortestKey = 24;  // bytes
inline constexpr size_t kLongestKey = 64;

// The key's bytes from "whsec_" and standard base64 with padding; empty where `text` is not that,
// or is shorter or longer than a key may be.
[[nodiscard]] std::optional<Secret> parse_signing_key(std::string_view text);

// The value of the header webhook-signature: "v1," and the base64 of the HMAC-SHA256 of
// "id.timestamp.body". Requires: `id` has no dot.
[[nodiscard]] std::string sign(const Secret& key, std::string_view id, std::string_view timestamp,
                               std::string_view body);

}  // namespace gatewatch::alerts
