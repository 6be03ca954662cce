// SPDX-License-Identifier: MIT
//
// How it works: the text is decoded once for each encoding, with a note for each byte of where in
// the text it is from. What is found in the decoded text is blotted out there. The search is Knuth,
// Morris and Pratt's: no text makes it slow, and at its end it knows which beginning of the secret
// the text ends with.
#include "probe/kinds/mask.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace gatewatch::probe {
namespace {

constexpr size_t kLongestReference = 10;  // "&#0000039;"

// Beginning, and one past the end.
using Range = std::pair<size_t, size_t>;

struct Decoded {
  std::string bytes;
  std::vector<Range> from;  // where in the text each byte is from
};

// What a mark and what follows it are.
struct Unit {
  size_t length = 1;       // in the text
  std::string bytes;       // that it means
  bool is_broken = false;  // the text ends within it
};

using Decoder = Unit (*)(std::string_view text);

Unit literal(std::string_view text) {
  return {1, std::string(1, text.front()), false};
}

Unit broken(std::string_view text) {
  return {text.size(), "", true};
}

std::string utf8(uint32_t code) {
  const auto byte = [](uint32_t value) { return static_cast<char>(value); };
  if (code < 0x80) {
    return {byte(code)};
  }
  if (code < 0x800) {
    return {byte(0xC0U | code >> 6U), byte(0x80U | (code & 0x3FU))};
  }
  if (code < 0x10000) {
    return {byte(0xE0U | code >> 12U), byte(0x80U | (code >> 6U & 0x3FU)),
            byte(0x80U | (code & 0x3FU))};
  }
  return {byte(0xF0U | code >> 18U), byte(0x80U | (code >> 12U & 0x3FU)),
          byte(0x80U | (code >> 6U & 0x3FU)), byte(0x80U | (code & 0x3FU))};
}

// All of `digits`.
std::optional<uint32_t> number(std::string_view digits, int base) {
  uint32_t value = 0;
  const char* end = digits.data() + digits.size();
  const std::from_chars_result read = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || read.ec != std::errc() || read.ptr != end) {
    return std::nullopt;
  }
  return value;
}

// `length` characters, the last `digits` of which are a number in hexadecimal.
Unit in_hex(std::string_view text, size_t length, size_t digits, bool is_code) {
  if (text.size() < length) {
    return broken(text);
  }
  const std::optional<uint32_t> value = number(text.substr(length - digits, digits), 16);
  if (!value) {
    return literal(text);
  }
  return {length, is_code ? utf8(*value) : std::string(1, static_cast<char>(*value)), false};
}

Unit percent(std::string_view text) {
  return in_hex(text, 3, 2, false);
}

Unit form(std::string_view text) {
  return text.front() == '+' ? Unit{1, " ", false} : percent(text);
}

Unit html(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 5> kNames{
      {{"amp", '&'}, {"apos", '\''}, {"gt", '>'}, {"lt", '<'}, {"quot", '"'}}};
  const size_t end = text.substr(0, kLongestReference).find(';');
  if (end == std::string_view::npos) {
    return text.size() < kLongestReference ? broken(text) : literal(text);
  }
  std::string_view name = text.substr(1, end - 1);
  for (const auto& [known, character] : kNames) {
    if (name == known) {
      return {end + 1, std::string(1, character), false};
    }
  }
  if (!name.starts_with('#')) {
    return literal(text);
  }
  name.remove_prefix(1);
  const bool is_hex = name.starts_with('x') || name.starts_with('X');
  const std::optional<uint32_t> code = number(name.substr(is_hex ? 1 : 0), is_hex ? 16 : 10);
  return code && *code <= 0x10FFFF ? Unit{end + 1, utf8(*code), false} : literal(text);
}

// \uD83D\uDE00: two that stand for one character.
Unit json_pair(std::string_view text, uint32_t high) {
  static constexpr size_t kBoth = 12;
  if (text.size() < kBoth) {
    return broken(text);
  }
  const std::optional<uint32_t> low = number(text.substr(8, 4), 16);
  if (text.substr(6, 2) != "\\u" || !low || *low < 0xDC00 || *low > 0xDFFF) {
    return literal(text);
  }
  return {kBoth, utf8(0x10000 + ((high - 0xD800) << 10U) + (*low - 0xDC00)), false};
}

Unit json(std::string_view text) {
  static constexpr std::string_view kLetters = "\"\\/bfnrt'";
  static constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t'";
  if (text.size() == 1) {
    return broken(text);
  }
  const size_t letter = kLetters.find(text[1]);
  if (letter != std::string_view::npos) {
    return {2, std::string(1, kMeant[letter]), false};
  }
  if (text[1] == 'x') {
    return in_hex(text, 4, 2, false);
  }
  if (text[1] != 'u') {
    return literal(text);
  }
  if (const auto code = number(text.substr(2, 4), 16);
      text.size() >= 6 && code && *code >= 0xD800 && *code < 0xDC00) {
    return json_pair(text, *code);
  }
  return in_hex(text, 6, 4, true);
}

struct Encoding {
  Decoder decode;
  std::string_view marks;  // what begins a unit that means another than itself
  char needed;             // without this it is no different from an encoding before it
};
constexpr Encoding kPlain{&literal, "", '\0'};
constexpr Encoding kForm{&form, "%+", '+'};
constexpr std::array kEncodings{Encoding{&percent, "%", '%'}, kForm, Encoding{&html, "&", '&'},
                                Encoding{&json, "\\", '\\'}};

// Without what is broken at the end: that may be the beginning of anything.
Decoded decode(std::string_view text, const Encoding& encoding) {
  Decoded decoded;
  decoded.bytes.reserve(text.size());
  decoded.from.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t mark = std::min(text.find_first_of(encoding.marks, at), text.size());
    decoded.bytes.append(text.substr(at, mark - at));
    for (; at < mark; ++at) {
      decoded.from.emplace_back(at, at + 1);
    }
    if (at == text.size()) {
      break;
    }
    const Unit unit = encoding.decode(text.substr(at));
    if (unit.is_broken) {
      break;
    }
    decoded.bytes += unit.bytes;
    decoded.from.resize(decoded.bytes.size(), {at, at + unit.length});
    at += unit.length;
  }
  return decoded;
}

// For each beginning of `word` the length of the longest shorter one that it ends with.
std::vector<size_t> borders_of(std::string_view word) {
  std::vector<size_t> borders(word.size());
  for (size_t i = 1; i < word.size(); ++i) {
    size_t length = borders[i - 1];
    while (length > 0 && word[i] != word[length]) {
      length = borders[length - 1];
    }
    borders[i] = length + (word[i] == word[length] ? 1 : 0);
  }
  return borders;
}

bool is_short(const std::string& secret) {
  return secret.size() < kShortestSecret;
}

// Adds where in the text, `size` bytes long, the secret stands.
void find(const Decoded& text, size_t size, std::string_view secret,
          const std::vector<size_t>& borders, std::vector<Range>& found) {
  size_t length = 0;  // of the longest beginning of the secret that ends here
  for (size_t i = 0; i < text.bytes.size(); ++i) {
    if (length == secret.size()) {
      length = borders[length - 1];
    }
    while (length > 0 && text.bytes[i] != secret[length]) {
      length = borders[length - 1];
    }
    if (text.bytes[i] == secret[length]) {
      ++length;
    }
    if (length == secret.size()) {
      found.emplace_back(text.from[i + 1 - length].first, text.from[i].second);
    }
  }
  if (length >= kShortestSecret) {
    found.emplace_back(text.from[text.from.size() - length].first,
                       length == secret.size() ? text.from.back().second : size);
  }
}

}  // namespace

std::string without_secrets(std::string_view text, const std::vector<std::string>& secrets) {
  text = text.substr(0, kMaxMasked);
  if (std::all_of(secrets.begin(), secrets.end(), is_short)) {
    return std::string(text);
  }
  std::vector<Decoded> forms{decode(text, kPlain)};
  for (const Encoding& encoding : kEncodings) {
    if (text.find(encoding.needed) != std::string_view::npos) {
      forms.push_back(decode(text, encoding));
    }
  }
  std::vector<Range> found;
  for (const std::string& secret : secrets) {
    if (is_short(secret)) {
      continue;
    }
    const std::string_view word = std::string_view(secret).substr(0, kMaxMasked);
    const std::vector<size_t> borders = borders_of(word);
    for (const Decoded& form : forms) {
      find(form, text.size(), word, borders, found);
    }
  }
  std::sort(found.begin(), found.end());
  std::string masked;
  size_t done = 0;  // so much of the text
  for (const auto& [begin, end] : found) {
    if (begin >= done) {
      masked.append(text.substr(done, begin - done)).append(kMask);
    }
    done = std::max(done, end);
  }
  return masked.append(text.substr(done));
}

std::string decode_query_part(std::string_view part) {
  return decode(part, kForm).bytes;
}

}  // namespace gatewatch::probe
