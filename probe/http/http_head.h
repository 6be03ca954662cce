// SPDX-License-Identifier: MIT
//
// What a probe keeps of the head of an HTTP answer, line by line as libcurl hands it over, and the
// limits on it.
//
// Limits: kMaxHeadBytes, kMaxHeadFields, kMaxInterimAnswers, no transfer coding but chunked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "probe/http/http_limits.h"

namespace gatewatch::probe {

class HttpHead {
 public:
  // One line with its line end: a status line, a field, the empty line that ends a head, or, after
  // the final head, a trailer field. False where a limit is broken; violation() then says which.
  [[nodiscard]] bool add_line(std::string_view line);

  // The head of a final (not 1xx) answer is complete.
  [[nodiscard]] bool complete() const { return complete_; }
  // Anything came at all.
  [[nodiscard]] bool begun() const { return bytes_ > 0; }

  // The final head as it came.
  [[nodiscard]] const std::string& text() const { return text_; }
  // Names and trimmed values of its fields.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const {
    return field_list_;
  }
  // Of the latest status line; 0 before there is one.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }      // printable
  [[nodiscard]] const std::string& location() const { return location_; }  // as it came
  [[nodiscard]] const std::string& violation() const { return violation_; }

  void clear();

 private:
  void begin(std::string_view line);
  void add_field(std::string_view line);

  size_t bytes_ = 0;
  size_t fields_ = 0;
  size_t interim_ = 0;
  bool in_head_ = false;
  bool is_coded_ = false;  // this head has a Content-Encoding
  bool complete_ = false;
  int status_ = 0;
  std::string reason_;
  std::string location_;
  std::string text_;
  std::vector<std::pair<std::string, std::string>> field_list_;
  std::string violation_;
};

}  // namespace gatewatch::probe
