// SPDX-License-Identifier: MIT
#include "probe/http/http_framing.h"

#include <charconv>
#include <limits>

namespace gatewatch::probe {
namespace {

constexpr uint64_t kMaxContentLength = std::numeric_limits<int64_t>::max();
constexpr int kNoContent = 204;
constexpr int kNotModified = 304;

}  // namespace

void HttpFraming::add_field(const HttpField& field) {
  if (equal_ignoring_case(field.name, "content-length")) {
    add_content_length(field.value);
  } else if (equal_ignoring_case(field.name, "transfer-encoding")) {
    add_transfer_encoding(field.value);
  } else if (equal_ignoring_case(field.name, "connection")) {
    for_each_element(field.value, [this](std::string_view option) {
      close_ = close_ || equal_ignoring_case(option, "close");
      keep_alive_ = keep_alive_ || equal_ignoring_case(option, "keep-alive");
    });
  }
}

// "5, 5" is what equal fields become where a gateway joins them.
void HttpFraming::add_content_length(std::string_view list) {
  for_each_element(list, [this](std::string_view number) {
    if (!length_error_.empty()) {
      return;
    }
    uint64_t length = 0;
    const char* end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, length);
    if (error == std::errc::invalid_argument || stop != end) {
      length_error_ = "a Content-Length that is not a number";
    } else if (error != std::errc{} || length > kMaxContentLength) {
      length_error_ = "a Content-Length of 2^63 or more";
    } else if (length_ && *length_ != length) {
      length_error_ = "Content-Lengths that differ";
    }
    length_ = length;
  });
}

void HttpFraming::add_transfer_encoding(std::string_view list) {
  for_each_element(list, [this](std::string_view coding) {
    if (equal_ignoring_case(coding, "chunked")) {
      if (chunked_) {
        coding_error_ = "a body that is chunked twice";
      }
      chunked_ = true;
    } else if (!coding.empty() && !equal_ignoring_case(coding, "identity")) {
      coding_error_ = "a transfer coding other than chunked";
    }
  });
}

std::expected<BodyFraming, std::string_view> HttpFraming::body(bool to_head_request,
                                                               const StatusLine& status) const {
  using Kind = BodyFraming::Kind;
  if (to_head_request || status.status == kNoContent || status.status == kNotModified) {
    return BodyFraming{.kind = Kind::None};
  }
  for (const std::string_view error : {coding_error_, length_error_}) {
    if (!error.empty()) {
      return std::unexpected(error);
    }
  }
  if (chunked_ && length_) {
    return std::unexpected("both Content-Length and chunks");
  }
  if (chunked_ && status.http_1_0) {
    return std::unexpected("chunks in an answer of HTTP/1.0");
  }
  if (chunked_) {
    return BodyFraming{.kind = Kind::Chunked};
  }
  if (length_) {
    return BodyFraming{.kind = *length_ == 0 ? Kind::None : Kind::Length, .length = *length_};
  }
  return BodyFraming{.kind = Kind::UntilClose};
}

bool HttpFraming::says_close(const StatusLine& status) const {
  return close_ || (status.http_1_0 && !keep_alive_);
}

}  // namespace gatewatch::probe
