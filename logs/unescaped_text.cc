// SPDX-License-Identifier: MIT
//
// `\\"` is a backslash that was escaped, and a quotation mark that was not: only two bytes of one
// depth make an escape that begins with a backslash. Letters and digits are the same at each depth.
#include "logs/unescaped_text.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace gatewatch::logs {
namespace {

constexpr std::string_view kEscapable = "\"'/\\";

// Two digits of base 16 at the beginning of `text`; else `meant` stays.
bool read_hex(std::string_view text, char& meant) {
  if (text.size() < 2) {
    return false;
  }
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 2, value, 16);
  const bool is_hex = error == std::errc() && end == text.data() + 2;
  meant = is_hex ? static_cast<char>(value) : meant;
  return is_hex;
}

}  // namespace

UnescapedText::UnescapedText(std::string_view text) : bytes_(text) {
  for (int times = 0; times < kMaxUnescapings && unescape_once(); ++times) {
  }
}

// The length of the escape that begins there, and what it stands for; 0 where there is none.
size_t UnescapedText::escape_at(size_t at, char& meant) const {
  const std::string_view rest = std::string_view(bytes_).substr(at);
  if (rest.front() == '%') {
    return read_hex(rest.substr(1), meant) ? 3 : 0;
  }
  if (rest.front() != '\\' || rest.size() < 2) {
    return 0;
  }
  if (kEscapable.find(rest[1]) != std::string_view::npos && depth(at) == depth(at + 1)) {
    meant = rest[1];
    return 2;
  }
  if (rest[1] == 'x') {
    return read_hex(rest.substr(2), meant) ? 4 : 0;
  }
  return rest.substr(1).starts_with("u00") && read_hex(rest.substr(4), meant) ? 6 : 0;
}

// False where nothing was escaped.
bool UnescapedText::unescape_once() {
  size_t at = bytes_.find_first_of("%\\");
  if (at == std::string::npos) {
    return false;
  }
  std::string bytes;
  std::vector<Mark> marks;
  bytes.reserve(bytes_.size());
  marks.reserve(bytes_.size() + 1);
  for (at = 0; at < bytes_.size();) {
    char meant = bytes_[at];
    const size_t length = escape_at(at, meant);
    uint8_t deepest = depth(at);
    for (size_t i = 1; i < length; ++i) {
      deepest = std::max(deepest, depth(at + i));
    }
    bytes.push_back(meant);
    marks.push_back({from(at), length == 0 ? deepest : static_cast<uint8_t>(deepest + 1)});
    at += std::max(length, size_t{1});
  }
  const bool has_changed = bytes.size() != bytes_.size();
  marks.push_back({from(bytes_.size()), 0});
  bytes_ = std::move(bytes);
  marks_ = std::move(marks);
  return has_changed;
}

}  // namespace gatewatch::logs
