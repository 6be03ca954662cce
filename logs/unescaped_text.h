// SPDX-License-Identifier: MIT
//
// A text as it was before somebody wrote it into a URL, a JSON string or a log line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatewatch::logs {

// Undone are %HH, \xHH and \u00HH with two digits of base 16, and a backslash before a quotation
// mark, an apostrophe, a slash or another backslash; in what comes out of that once more, as often
// as kMaxUnescapings. All else, \n too, stays as it is. Costs a pass over the text for each.
class UnescapedText {
 public:
  static constexpr uint8_t kMaxUnescapings = 4;

  explicit UnescapedText(std::string_view text);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  // Where in the text a byte begins; of bytes().size(), the text's size.
  [[nodiscard]] size_t from(size_t at) const { return marks_.empty() ? at : marks_[at].from; }
  // How many times it was escaped: 0, as it stands in the text.
  [[nodiscard]] uint8_t depth(size_t at) const { return marks_.empty() ? 0 : marks_[at].depth; }

 private:
  struct Mark {
    size_t from = 0;
    uint8_t depth = 0;
  };

  bool unescape_once();
  [[nodiscard]] size_t escape_at(size_t at, char& meant) const;

  std::string bytes_;
  std::vector<Mark> marks_;  // of each byte, and of the end; empty: nothing was escaped
};

}  // namespace gatewatch::logs
