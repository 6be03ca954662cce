// SPDX-License-Identifier: MIT
//
// Takes the content coding off a body that was read. Only a check of the body needs this.
//
// Limits: kMaxBodyBytes of result, as of a body without a coding, and about three times that of
// memory while it works.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "probe/http/http_limits.h"

namespace gatewatch::probe {

struct CodedBody {
  std::string_view bytes;  // at most kMaxBodyBytes
  bool is_cut = false;     // it goes on behind them
};

struct DecodedBody {
  std::string bytes;
  bool is_cut = false;  // it goes on behind them, as far as is known
};

// One or more members of RFC 1952 after one another. What follows the last one is ignored where it
// does not begin another, as browsers do. The error is one part of a sentence: not gzip, wrong
// within (check sum included), or ended early where it was not cut.
[[nodiscard]] std::expected<DecodedBody, std::string_view> gunzip(const CodedBody& body);

// The body as it was before its sender coded it, by the value of all its Content-Encoding fields
// (HttpParser::joined_fields()): gzip once, or none. Any other coding and more than one are errors.
// An empty body stays empty.
[[nodiscard]] std::expected<DecodedBody, std::string_view> decode_content(
    std::string_view content_encoding, const CodedBody& body);

}  // namespace gatewatch::probe
