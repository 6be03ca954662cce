// SPDX-License-Identifier: MIT
#include "probe/http/http_line.h"

#include <algorithm>

namespace gatewatch::probe {
namespace {

constexpr std::string_view kNoHttp = "what came is not HTTP";
constexpr std::string_view kTls = "what came is TLS, not HTTP";
constexpr std::string_view kOtherVersion = "a version of HTTP other than 1.0 and 1.1";

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool begins_tls_record(std::string_view begin) {
  return begin.starts_with('\x15') || begin.starts_with('\x16');
}

std::string_view why_no_status_line(std::string_view begin) {
  constexpr std::string_view kVersion = "HTTP/1.";
  constexpr size_t kMajor = kVersion.size() - 2;
  const size_t same = static_cast<size_t>(
      std::mismatch(begin.begin(), begin.end(), kVersion.begin(), kVersion.end()).first -
      begin.begin());
  if (same == begin.size()) {
    return {};
  }
  if (same < kMajor) {
    return begins_tls_record(begin) ? kTls : kNoHttp;
  }
  const bool known = same == kVersion.size() && (begin[same] == '0' || begin[same] == '1');
  return known ? std::string_view{} : kOtherVersion;
}

std::expected<StatusLine, std::string_view> parse_status_line(std::string_view line) {
  constexpr size_t kCodeDigits = 3;
  if (line.size() < kVersionBytes) {
    return std::unexpected(kNoHttp);
  }
  if (const std::string_view why = why_no_status_line(line); !why.empty()) {
    return std::unexpected(why);
  }
  if (line.find('\0') != std::string_view::npos) {
    return std::unexpected("a NUL in the status line");
  }
  StatusLine parsed;
  parsed.http_1_0 = line[kVersionBytes - 1] == '0';
  std::string_view rest = line.substr(kVersionBytes);
  if (!rest.empty() && !is_blank(rest.front())) {
    return std::unexpected(kOtherVersion);
  }
  rest = trim_blanks(rest);
  const std::string_view code = rest.substr(0, kCodeDigits);
  rest.remove_prefix(code.size());
  if (code.size() != kCodeDigits || !std::all_of(code.begin(), code.end(), is_digit) ||
      code.front() == '0' || !(rest.empty() || is_blank(rest.front()))) {
    return std::unexpected("a status that is not from 100 to 999");
  }
  for (const char digit : code) {
    parsed.status = parsed.status * 10 + (digit - '0');
  }
  parsed.reason = trim_blanks(rest);
  return parsed;
}

std::expected<HttpField, std::string_view> parse_field_line(std::string_view line) {
  if (!line.empty() && is_blank(line.front())) {
    return std::unexpected("a header line that goes on from the one before");
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return std::unexpected("a header line without a colon");
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = line.substr(colon + 1);
  if (!name.empty() && is_blank(name.back())) {
    return std::unexpected("a blank before the colon of a header field");
  }
  if (!is_token(name)) {
    return std::unexpected("a malformed header field name");
  }
  if (std::any_of(value.begin(), value.end(), is_control_char)) {
    return std::unexpected("a control character in a header field");
  }
  return HttpField{.name = name, .value = trim_blanks(value)};
}

bool is_token_char(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
         kMarks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_control_char(char c) {
  constexpr char kDelete = 0x7F;
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == kDelete;
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char left, char right) { return lower(left) == lower(right); });
}

}  // namespace gatewatch::probe
