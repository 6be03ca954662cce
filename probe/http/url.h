// SPDX-License-Identifier: MIT
//
// An http or https URL, taken apart and normalised by libcurl's own parser, so that what is
// resolved here is what libcurl connects to.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "core/secret.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxUrlLength = 8192;

struct Url {
  std::string text;         // whole, without credentials and fragment: fit to show
  std::string target;       // what a request asks for: path and query
  std::string scheme;       // "http" or "https"
  std::string host;         // lower case; a name or a numeric address, without brackets
  uint16_t port = 0;        // also where the URL leaves it to the scheme
  bool is_address = false;  // the host is numeric

  // Decoded; empty where the URL has none.
  Secret user;
  Secret password;

  [[nodiscard]] bool same_origin(const Url& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }
};

// Reads an absolute URL. The error is a sentence part fit for a diagnostic: "has no host". It never
// repeats the URL.
[[nodiscard]] std::expected<Url, std::string> parse_url(std::string_view text);

// The URL that a Location header means, seen from `base`. Credentials in it are dropped.
[[nodiscard]] std::expected<Url, std::string> resolve_location(const Url& base,
                                                               const std::string& location);

}  // namespace gatewatch::probe
