// SPDX-License-Identifier: MIT
#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string_view>

namespace gatewatch::probe {

// A set of HTTP status codes.
class StatusSet {
 public:
  // Reads codes, ranges and classes with commas between them: "200", "200-399", "2xx, 301".
  // Empty for anything else: codes are from 100 to 599, a range does not run backwards.
  [[nodiscard]] static std::optional<StatusSet> parse(std::string_view text);

  [[nodiscard]] bool contains(int status) const;
  // No code outside `first` to `last`.
  [[nodiscard]] bool lies_within(int first, int last) const;

 private:
  static constexpr size_t kLeast = 100;
  static constexpr size_t kMost = 599;
  std::bitset<kMost + 1> codes_;
};

}  // namespace gatewatch::probe
