// SPDX-License-Identifier: MIT
#include "config/scan_string.h"

#include <algorithm>

namespace gatewatch::config {
namespace {

constexpr std::string_view kEscapes = "btnfr\"\\uU";

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7F';
}

// Two more quotes may stand before the three that close a multi-line string.
size_t end_of_quotes(std::string_view text, size_t at, char quote) {
  size_t end = at;
  while (end < text.size() && text[end] == quote && end - at < 5) {
    ++end;
  }
  return end;
}

std::string mistake_of_escape(char escaped) {
  return std::string("\\") + escaped + " is not an escape; write \\\\" + escaped +
         ", or put the text in single quotes";
}

}  // namespace

ScannedString scan_string(std::string_view text, size_t start) {
  const char quote = text[start];
  const std::string three(3, quote);
  ScannedString found;
  found.multi_line = text.substr(start).starts_with(three);
  const auto mistake = [&](size_t at, std::string message) {
    if (found.mistakes.empty()) {
      found.mistakes.emplace_back(at, std::move(message));
    }
  };
  for (size_t at = start + (found.multi_line ? 3 : 1); at < text.size(); ++at) {
    const char c = text[at];
    const char next = at + 1 < text.size() ? text[at + 1] : '\n';
    const bool line_end = c == '\n' || (c == '\r' && next == '\n');
    if (found.multi_line ? text.substr(at).starts_with(three) : c == quote) {
      found.end = found.multi_line ? end_of_quotes(text, at, quote) : at + 1;
      return found;
    }
    if (line_end && !found.multi_line) {
      break;
    }
    if (c == '\\' && quote == '"') {
      const bool continued = found.multi_line && std::string_view(" \t\r\n").contains(next);
      if (next == '\n' && !found.multi_line) {
        break;
      }
      if (!continued && !kEscapes.contains(next)) {
        mistake(at, mistake_of_escape(next));
      }
      if (!continued) {
        ++at;
      }
    } else if (is_control(c) && !line_end) {
      mistake(at, "a control character in a text must be written as an escape, such as \\u0007");
    }
  }
  found.unterminated = true;
  found.mistakes.clear();
  found.end = std::min(text.find('\n', start), text.size());
  return found;
}

}  // namespace gatewatch::config
