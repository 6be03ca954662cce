// SPDX-License-Identifier: MIT
//
// Takes the content coding off a body that was read whole. Only a check of the body needs this.
//
// Limits: kMaxUnzippedBytes of result, and about twice that of memory while it works.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "probe/http/http_limits.h"

namespace gatewatch::probe {

// One or more members of RFC 1952 after one another. What follows the last one is ignored where it
// does not begin another, as browsers do. `packed` is at most kMaxBodyBytes long. The error is one
// part of a sentence: not gzip, wrong within (check sum included), ended early, or too large.
[[nodiscard]] std::expected<std::string, std::string_view> gunzip(std::string_view packed);

// The body as it was before its sender coded it, by the value of all its Content-Encoding fields
// (HttpParser::joined_fields()): gzip once, or none. Any other coding and more than one are errors.
// An empty body stays empty.
[[nodiscard]] std::expected<std::string, std::string_view> decode_content(
    std::string_view content_encoding, std::string_view body);

}  // namespace gatewatch::probe
