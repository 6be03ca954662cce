// SPDX-License-Identifier: MIT
//
// A regular expression in RE2's syntax: matching never recurses, takes time in proportion to the
// text, and bounded memory.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace gatewatch::probe {

// Of one pattern: its program, and the states it keeps while it matches.
inline constexpr size_t kMaxPatternMemory = size_t{256} * 1024;
inline constexpr size_t kMaxPatternLength = 1'024;  // bytes
// The most instructions of one pattern.
inline constexpr size_t kMaxPatternSize = 1'024;

// A value; copies share what was compiled. Thread: any.
class Pattern {
 public:
  // The error is RE2's message, printable, or says that the pattern is over a limit.
  [[nodiscard]] static std::expected<Pattern, std::string> compile(const std::string& text);

  // Whether it matches somewhere in `text`, which may be any bytes; "." stands for one well-formed
  // UTF-8 character. Costs at most about 7 ns per byte of `text` and instruction.
  [[nodiscard]] bool is_in(std::string_view text) const;

  // As written.
  [[nodiscard]] const std::string& text() const;
  // Its instructions, 1 to kMaxPatternSize.
  [[nodiscard]] size_t size() const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace gatewatch::probe
