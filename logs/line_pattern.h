// SPDX-License-Identifier: MIT
//
// A regular expression in RE2's syntax that takes a log line apart: matching never recurses, takes
// time in proportion to the line, and bounded memory.
#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace gatewatch::logs {

inline constexpr size_t kMaxGroups = 12;
inline constexpr size_t kMaxPatternLength = 1'024;  // bytes
inline constexpr size_t kMaxPatternSize = 2'048;    // RE2's instructions

// What the groups matched, by number from 1; empty where a group took no part.
using Groups = std::array<std::string_view, kMaxGroups + 1>;

// A value; copies share what was compiled. Thread: any.
class LinePattern {
 public:
  // The error is RE2's message, printable, or says that the pattern is over a limit. Text and
  // pattern are bytes: "." stands for any one but a newline.
  [[nodiscard]] static std::expected<LinePattern, std::string> compile(const std::string& text);
  // Requires: the pattern is good.
  [[nodiscard]] static LinePattern built_in(std::string_view text);

  [[nodiscard]] bool is_in(std::string_view line) const;
  // The leftmost match, whose whole is group 0. Views into `line`.
  [[nodiscard]] std::optional<Groups> match(std::string_view line) const;
  // The number of the group of that name; 0 where there is none.
  [[nodiscard]] size_t group(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> group_names() const;

 private:
  explicit LinePattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace gatewatch::logs
