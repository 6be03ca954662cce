// SPDX-License-Identifier: MIT
//
// Where the body of an HTTP/1.x answer ends, by the fields of its head (RFC 9112 section 6.3), and
// whether its connection does too.
//
// Stricter than the RFC asks of a client, since the right end of an answer that leaves it open is a
// matter of luck: Content-Length together with chunks, and chunks in an answer of HTTP/1.0, are
// errors. More lenient: `identity`, a coding of older HTTP that means none, is no error.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "probe/http/http_line.h"

namespace gatewatch::probe {

struct BodyFraming {
  enum class Kind : uint8_t { None, Length, Chunked, UntilClose };
  Kind kind = Kind::None;
  uint64_t length = 0;  // for Length
};

class HttpFraming {
 public:
  // Of one head, every field in order.
  void add_field(const HttpField& field);

  // The error is one part of a sentence. Where there is no body (HEAD, 204, 304) no field can be
  // wrong. `status` is not 1xx.
  [[nodiscard]] std::expected<BodyFraming, std::string_view> body(bool to_head_request,
                                                                  const StatusLine& status) const;
  // Its sender says, or is of a version that means, that no further answer will come.
  [[nodiscard]] bool says_close(const StatusLine& status) const;

 private:
  void add_content_length(std::string_view list);
  void add_transfer_encoding(std::string_view list);

  std::optional<uint64_t> length_;
  std::string_view length_error_;
  std::string_view coding_error_;
  bool chunked_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
};

// The elements of a comma-separated list, each trimmed, empty ones too: calls take(element).
template <typename Take>
void for_each_element(std::string_view list, Take take) {
  while (true) {
    const size_t comma = list.find(',');
    take(trim_blanks(list.substr(0, comma)));
    if (comma == std::string_view::npos) {
      return;
    }
    list.remove_prefix(comma + 1);
  }
}

}  // namespace gatewatch::probe
