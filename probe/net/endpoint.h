// SPDX-License-Identifier: MIT
//
// A url of the kinds that are not HTTP: "SCHEME://HOST[:PORT][/REST]".
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace gatewatch::probe {

inline constexpr size_t kMaxHostLength = 253;  // RFC 1035, as text

struct EndpointUrl {
  std::string host;         // lower case; a name or a numeric address, without brackets
  uint16_t port = 0;        // 0 where the url has none
  bool is_address = false;  // the host is numeric; an IPv6 one may have a zone: "fe80::1%eth0"
  std::string rest;         // from the first "/", "?" or "#" on, as written; may be empty
};

// Reads a url with any scheme. The error is a sentence part fit for a diagnostic, such as "has no
// host"; it never repeats the url. User and password are an error.
[[nodiscard]] std::expected<EndpointUrl, std::string> parse_endpoint_url(std::string_view url);

// "HOST:PORT" or "[ADDRESS]:PORT", to show.
[[nodiscard]] std::string host_and_port(std::string_view host, uint16_t port);

// Whether `name` can stand for a host: 1 to kMaxHostLength letters, digits, "-", "_" and "." of
// ASCII, no part between dots empty or over 63 characters. A "." at the end is fine.
[[nodiscard]] bool is_host_name(std::string_view name);

}  // namespace gatewatch::probe
