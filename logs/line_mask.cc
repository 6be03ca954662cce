// SPDX-License-Identifier: MIT
#include "logs/line_mask.h"

#include <algorithm>

#include "logs/line_pattern.h"

namespace gatewatch::logs {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::string_view kBlanks = " \t\r\n";

bool is_blank(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}

// A quotation mark inside a query, as a client may send one, has more of the query behind it.
bool ends_quotation(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at + 1);
  if (rest.empty() || is_blank(rest.front())) {
    return true;
  }
  return std::string_view(",:;)]").find(rest.front()) != std::string_view::npos &&
         (rest.size() == 1 || is_blank(rest[1]));
}

std::string mask_queries(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const size_t query = std::min(text.find('?'), text.size());
    shown.append(text.substr(0, query));
    text.remove_prefix(query);
    if (text.empty()) {
      break;
    }
    size_t end = 1;
    while (end < text.size() && !is_blank(text[end]) &&
           !(text[end] == '"' && ends_quotation(text, end))) {
      ++end;
    }
    shown.append(end == 1 ? "?" : "?***");
    text.remove_prefix(end);
  }
  return shown;
}

// Puts the mask in place of what the pattern's second group matches, wherever it does.
std::string mask_group(std::string_view text, const LinePattern& pattern) {
  std::string shown;
  while (const auto found = pattern.match(text)) {
    const auto before = static_cast<size_t>((*found)[2].data() - text.data());
    shown.append(text.substr(0, before)).append(kMask);
    text.remove_prefix(before + (*found)[2].size());
  }
  return shown.append(text);
}

bool is_escaped(std::string_view text, size_t at) {
  size_t backslashes = 0;
  while (backslashes < at && text[at - backslashes - 1] == '\\') {
    ++backslashes;
  }
  return backslashes % 2 == 1;
}

// The next `quote` that is escaped or not as `escaped` says; the size where there is none.
size_t find_quote(std::string_view text, size_t from, char quote, bool escaped) {
  size_t at = std::min(text.find(quote, from), text.size());
  while (at < text.size() && is_escaped(text, at) != escaped) {
    at = std::min(text.find(quote, at + 1), text.size());
  }
  return at;
}

bool is_inside_quotation(std::string_view before) {
  bool is_inside = false;
  for (size_t at = find_quote(before, 0, '"', false); at < before.size();
       at = find_quote(before, at + 1, '"', false)) {
    is_inside = !is_inside;
  }
  return is_inside;
}

struct Extent {
  size_t begin = 0;
  size_t end = 0;
};

// Of the value that begins at `at`; `has_words` where it may be more than one word.
Extent find_value(std::string_view text, size_t at, bool has_words) {
  if (at < text.size() && (text[at] == '[' || text[at] == '{')) {
    return {at + 1, std::min(text.find(text[at] == '[' ? ']' : '}', at), text.size())};
  }
  const size_t quote = std::min(text.find_first_not_of('\\', at), text.size());
  if (quote < text.size() && (text[quote] == '"' || text[quote] == '\'')) {
    const bool escaped = quote > at;
    const size_t end = find_quote(text, quote + 1, text[quote], escaped);
    return {quote + 1, end < text.size() && escaped ? end - 1 : end};
  }
  if (!has_words) {
    return {at, std::min(text.find_first_of(" \t\r\n\"", at), text.size())};
  }
  return {at,
          is_inside_quotation(text.substr(0, at)) ? find_quote(text, at, '"', false) : text.size()};
}

std::string mask_pairs(std::string_view text) {
  static const LinePattern kName = LinePattern::built_in(
      R"re((?i)(?:(?:secret|token|key|passw|pwd|auth|cookie|sess|credential)[\w.\[\]-]*|)re"
      R"re(\b(?:[\w-]*[._-])?sid)(?:\\*["'])?\s*(=>|=|:)(\s*))re");
  std::string shown;
  size_t done = 0;
  while (const auto found = kName.match(text.substr(done))) {
    const std::string_view name = (*found)[0];
    const bool has_words = (*found)[1] == ":" && !(*found)[2].empty();
    const auto after = static_cast<size_t>(name.data() + name.size() - text.data());
    const Extent value = find_value(text, after, has_words);
    shown.append(text.substr(done, value.begin - done));
    shown.append(value.begin == value.end ? "" : kMask);
    done = std::max(value.end, after);
  }
  return shown.append(text.substr(done));
}

}  // namespace

std::string mask_secrets(std::string_view text) {
  static const LinePattern kUser = LinePattern::built_in(R"re((://)([^/\s"@]+)@)re");
  static const LinePattern kScheme =
      LinePattern::built_in(R"re((?i)\b(bearer|basic|digest|negotiate)(?:\s|%20)+([^\s"]+))re");
  // nginx's `upstream sent duplicate header line: "NAME: VALUE", previous value: "NAME: VALUE"`.
  static const LinePattern kHeader =
      LinePattern::built_in(R"re(((?:header|header line|value): "[^"\s:]*:\s*)([^"\s][^"]*))re");
  std::string shown = mask_queries(text);
  for (const LinePattern* pattern : {&kUser, &kScheme, &kHeader}) {
    shown = mask_group(shown, *pattern);
  }
  return mask_pairs(shown);
}

}  // namespace gatewatch::logs
