// SPDX-License-Identifier: MIT
#include "probe/http/http_head.h"

#include <charconv>
#include <utility>

#include "core/text.h"

namespace gatewatch::probe {
namespace {

constexpr std::string_view kLocation = "location";
constexpr std::string_view kTransferEncoding = "transfer-encoding";
constexpr std::string_view kContentEncoding = "content-encoding";

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Splits off what comes before the first space.
std::string_view take_word(std::string_view& text) {
  const size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  text = trim(text);
  return word;
}

}  // namespace

bool HttpHead::add_line(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ <= kMaxHeadBytes && !complete_) {
    if (!in_head_) {
      text_.clear();
    }
    text_ += line;
  }
  if (bytes_ > kMaxHeadBytes) {
    violation_ = "more than 64 KiB of header";
  } else if (complete_) {
    ++fields_;  // a trailer
  } else if (!in_head_) {
    begin(line);
  } else if (trim(line).empty()) {
    in_head_ = false;
    complete_ = status_ >= 200;
    interim_ += complete_ ? 0 : 1;
  } else {
    add_field(line);
  }
  if (fields_ > kMaxHeadFields) {
    violation_ = "more than 500 header fields";
  } else if (interim_ > kMaxInterimAnswers) {
    violation_ = "more than 10 interim answers";
  }
  return violation_.empty();
}

void HttpHead::begin(std::string_view line) {
  in_head_ = true;
  fields_ = 0;
  is_coded_ = false;
  location_.clear();
  field_list_.clear();
  std::string_view rest = trim(line);
  take_word(rest);  // the version
  const std::string_view code = take_word(rest);
  status_ = 0;
  std::from_chars(code.data(), code.data() + code.size(), status_);
  reason_ = printable(rest);
}

void HttpHead::add_field(std::string_view line) {
  ++fields_;
  const size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    field_list_.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  if (colon == kLocation.size() && ascii_lower(line.substr(0, colon)) == kLocation) {
    location_ = trim(line.substr(colon + 1));
  }
  // libcurl would unpack any other coding, unasked and without a limit of time: a few kilobytes can
  // keep it busy for hours.
  if (colon == kTransferEncoding.size() &&
      ascii_lower(line.substr(0, colon)) == kTransferEncoding &&
      ascii_lower(trim(line.substr(colon + 1))) != "chunked") {
    violation_ = "a transfer coding other than chunked";
  }
  if (colon == kContentEncoding.size() && ascii_lower(line.substr(0, colon)) == kContentEncoding &&
      (line.find(',', colon) != std::string_view::npos || std::exchange(is_coded_, true))) {
    violation_ = "more than one content coding";
  }
}

void HttpHead::clear() {
  bytes_ = fields_ = interim_ = 0;
  in_head_ = complete_ = false;
  status_ = 0;
  reason_.clear();
  location_.clear();
  text_.clear();
  field_list_.clear();
  violation_.clear();
}

}  // namespace gatewatch::probe
