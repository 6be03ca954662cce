// SPDX-License-Identifier: MIT
//
// Pieces of log lines, made fit to keep.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatewatch::logs {

// The path of a request's target, without query and fragment; of an absolute URL without the part
// before it. Printable, at most kMaxEventText bytes.
[[nodiscard]] std::string path_of(std::string_view target);

// Of a Host header: lower case, without port, an IPv6 address without its brackets. Printable, at
// most kMaxEventText bytes; "-" gives an empty one.
[[nodiscard]] std::string host_of(std::string_view text);

// Printable, at most kMaxEventText bytes; "-" gives an empty one.
[[nodiscard]] std::string kept(std::string_view text);

// The beginning of a line without its secrets: mask_secrets(). Printable, at most kMaxEventLine
// bytes.
[[nodiscard]] std::string shown_line(std::string_view line);

// `status=502 request="GET /a"`: for lines whose other fields may hold anything. Those without a
// value are left out. Without secrets, as shown_line().
struct ShownField {
  std::string_view name;
  std::string_view value;
};
[[nodiscard]] std::string shown_fields(const std::vector<ShownField>& fields);

// "GET /a?b HTTP/1.1" gives "GET /a".
[[nodiscard]] std::string shown_request(std::string_view request);

// "GET /a HTTP/1.1": the method and the target; empty where there is none.
struct RequestLine {
  std::string_view method;
  std::string_view target;
};
[[nodiscard]] RequestLine split_request(std::string_view request);

// 100 to 999, or 9 (nginx's word for an answer without a status line); 0 for anything else.
[[nodiscard]] int parse_status(std::string_view text);

// The elements of nginx's lists of tries: between them stand ", " and " : ". At most
// kMaxUpstreamTries, the last ones.
[[nodiscard]] std::vector<std::string_view> split_tries(std::string_view list);

}  // namespace gatewatch::logs
