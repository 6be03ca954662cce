// SPDX-License-Identifier: MIT
//
// Where a TOML string ends, and what is wrong inside it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatewatch::config {

struct ScannedString {
  size_t end = 0;  // after the closing quote
  bool multi_line = false;
  bool unterminated = false;
  std::vector<std::pair<size_t, std::string>> mistakes;  // offset and message, at most one
};

// Requires: a quote at `start`.
[[nodiscard]] ScannedString scan_string(std::string_view text, size_t start);

}  // namespace gatewatch::config
