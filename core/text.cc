// SPDX-License-Identifier: MIT
#include "core/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <vector>

namespace gatewatch {
namespace {

struct Decoded {
  char32_t code = 0;
  size_t length = 0;  // 0: not well-formed here
};

// One character by the table of RFC 3629 section 4: no overlong forms, no surrogates.
Decoded decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    return {first, 1};
  }
  size_t length = 0;
  char32_t code = 0;
  char32_t smallest = 0;
  if ((first & 0xE0U) == 0xC0) {
    length = 2, code = first & 0x1FU, smallest = 0x80;
  } else if ((first & 0xF0U) == 0xE0) {
    length = 3, code = first & 0x0FU, smallest = 0x800;
  } else if ((first & 0xF8U) == 0xF0) {
    length = 4, code = first & 0x07U, smallest = 0x10000;
  }
  if (length == 0 || text.size() < length) {
    return {};
  }
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) {
      return {};
    }
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  if (code < smallest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
    return {};
  }
  return {code, length};
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C ||
         (code >= 0x200E && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

template <typename Number>
std::string in_hex(const char* format, Number number) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, static_cast<unsigned>(number));
  return buffer.data();
}

// Optimal string alignment: an insertion, a deletion, a replacement or a swap of two neighbours
// counts one.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> two_above(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    two_above.swap(above);
    above.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], two_above[j - 2] + 1);
      }
    }
  }
  return row.back();
}

}  // namespace

std::string printable(std::string_view text, size_t limit) {
  static constexpr std::string_view kEllipsis = "…";
  std::string out;
  size_t cut = 0;  // where out ends if the rest does not fit
  while (!text.empty()) {
    const Decoded next = decode(text);
    std::string piece;
    if (next.length == 0) {
      piece = in_hex("\\x%02X", static_cast<unsigned char>(text.front()));
    } else if (is_control(next.code)) {
      piece = next.code < 0x80 ? in_hex("\\x%02X", next.code) : in_hex("\\u{%X}", next.code);
    } else {
      piece = text.substr(0, next.length);
    }
    if (out.size() + kEllipsis.size() <= limit) {
      cut = out.size();
    }
    if (out.size() + piece.size() > limit) {
      out.resize(cut);
      return out.append(kEllipsis);
    }
    out += piece;
    text.remove_prefix(std::max<size_t>(next.length, 1));
  }
  return out;
}

bool is_printable_utf8(std::string_view text) {
  while (!text.empty()) {
    const Decoded next = decode(text);
    if (next.length == 0 || is_control(next.code)) {
      return false;
    }
    text.remove_prefix(next.length);
  }
  return true;
}

size_t count_characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
  }));
}

std::string_view closest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  size_t best_distance = std::max<size_t>(word.size() / 3, 1) + 1;
  for (const std::string_view candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string list_of(const std::vector<std::string>& items, std::string_view last) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) {
      text.append(i + 1 == items.size() ? last : ", ");
    }
    text += items[i];
  }
  return text;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

}  // namespace gatewatch
