// SPDX-License-Identifier: MIT
#include "probe/http/status_set.h"

#include <utility>

namespace gatewatch::probe {
namespace {

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::optional<size_t> parse_code(std::string_view text) {
  size_t code = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    code = code * 10 + static_cast<size_t>(c - '0');
  }
  if (text.size() != 3 || code < 100 || code > 599) {
    return std::nullopt;
  }
  return code;
}

// First and last of "200", "200-399" or "2xx".
std::optional<std::pair<size_t, size_t>> parse_range(std::string_view text) {
  if (text.size() == 3 && text.substr(1) == "xx" && text[0] >= '1' && text[0] <= '5') {
    const size_t first = static_cast<size_t>(text[0] - '0') * 100;
    return std::pair(first, first + 99);
  }
  const size_t dash = text.find('-');
  const std::optional<size_t> first = parse_code(trim(text.substr(0, dash)));
  const std::optional<size_t> last =
      dash == std::string_view::npos ? first : parse_code(trim(text.substr(dash + 1)));
  if (!first || !last || *last < *first) {
    return std::nullopt;
  }
  return std::pair(*first, *last);
}

}  // namespace

std::optional<StatusSet> StatusSet::parse(std::string_view text) {
  StatusSet set;
  for (;;) {
    const size_t comma = text.find(',');
    const auto range = parse_range(trim(text.substr(0, comma)));
    if (!range) {
      return std::nullopt;
    }
    for (size_t code = range->first; code <= range->second; ++code) {
      set.codes_.set(code);
    }
    if (comma == std::string_view::npos) {
      return set;
    }
    text.remove_prefix(comma + 1);
  }
}

bool StatusSet::contains(int status) const {
  return status >= static_cast<int>(kLeast) && status <= static_cast<int>(kMost) &&
         codes_.test(static_cast<size_t>(status));
}

bool StatusSet::lies_within(int first, int last) const {
  for (size_t code = kLeast; code <= kMost; ++code) {
    const auto status = static_cast<int>(code);
    if (codes_.test(code) && (status < first || status > last)) {
      return false;
    }
  }
  return true;
}

}  // namespace gatewatch::probe
