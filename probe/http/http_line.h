// SPDX-License-Identifier: MIT
//
// The two kinds of line in the head of an HTTP/1.x answer (RFC 9112 sections 4 and 5).
//
// A line is given without its line end. Views point into the line they came from. An error is one
// part of a sentence, of our own words only.
#pragma once

#include <cstddef>
#include <expected>
#include <string_view>

namespace gatewatch::probe {

struct StatusLine {
  bool http_1_0 = false;    // else 1.1
  int status = 0;           // 100 to 999
  std::string_view reason;  // as it came, may be empty
};

struct HttpField {
  std::string_view name;   // a token, in its sender's case
  std::string_view value;  // without the blanks around it, may be empty
};

// "HTTP/1.0" or "HTTP/1.1", blanks, three digits, and nothing or a blank and the reason. Any byte
// but NUL may be in the reason, because a 502 is one whatever it calls itself. Three digits over
// 599 mean nothing in HTTP but are sent by real servers (999), and show best as they are.
[[nodiscard]] std::expected<StatusLine, std::string_view> parse_status_line(std::string_view line);

// A token, a colon right behind it, a value without control characters other than the tab. A line
// that goes on with the one before (it begins with a blank) is an error.
[[nodiscard]] std::expected<HttpField, std::string_view> parse_field_line(std::string_view line);

// Of the record that a server which awaits TLS answers with: an alert, or its side of a handshake.
[[nodiscard]] bool begins_tls_record(std::string_view begin);

// Whether more bytes can make a status line of this. Empty where they can or `begin` is one; else
// why not. For longer ones than kVersionBytes it looks at those alone.
[[nodiscard]] std::string_view why_no_status_line(std::string_view begin);
inline constexpr size_t kVersionBytes = std::string_view("HTTP/1.1").size();

// What a method or a field's name is made of (RFC 9110 section 5.6.2).
[[nodiscard]] bool is_token_char(char c);
// A method or field name as RFC 9110 spells one.
[[nodiscard]] bool is_token(std::string_view text);
// CR, LF, NUL and the like; the tab is none.
[[nodiscard]] bool is_control_char(char c);
[[nodiscard]] std::string_view trim_blanks(std::string_view text);               // spaces and tabs
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII's

}  // namespace gatewatch::probe
