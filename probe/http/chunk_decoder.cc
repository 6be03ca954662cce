// SPDX-License-Identifier: MIT
//
// Data is taken in runs; framing goes byte by byte through one state machine, which therefore needs
// no buffer for lines.
#include "probe/http/chunk_decoder.h"

#include <algorithm>
#include <limits>

#include "probe/http/http_limits.h"
#include "probe/http/http_line.h"

namespace gatewatch::probe {
namespace {

constexpr unsigned kBitsPerDigit = 4;
static_assert(kMaxChunkSizeDigits * kBitsPerDigit <= 64);
static_assert(kMaxChunkExtensionBytes < std::numeric_limits<uint16_t>::max());
static_assert(kMaxTrailerBytes < std::numeric_limits<uint16_t>::max());

// 16 for what is no digit.
constexpr unsigned hexadecimal(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<unsigned>(c - '0');
  }
  const int letter = c | 0x20;  // in lower case
  return letter >= 'a' && letter <= 'f' ? static_cast<unsigned>(letter - 'a') + 10U : 16U;
}

}  // namespace

ChunkDecoder::Piece ChunkDecoder::take(std::string_view bytes) {
  size_t taken = 0;
  while (taken < bytes.size() && !done() && !failed()) {
    if (at_ != At::Data) {
      step(bytes[taken++]);
      continue;
    }
    const size_t size = std::min<uint64_t>(left_, bytes.size() - taken);
    left_ -= size;
    at_ = left_ == 0 ? At::DataEnd : At::Data;
    return {.taken = taken + size, .data = bytes.substr(taken, size)};
  }
  return {.taken = taken, .data = {}};
}

void ChunkDecoder::step(char c) {
  switch (at_) {
    case At::Size:
      return step_size(c);
    case At::AfterSize:
    case At::Extension:
      return step_size_line(c);
    case At::SizeLineFeed:
      return c == '\n' ? end_size_line() : fail("a CR within the size line of a chunk");
    case At::DataEnd:
      if (c == '\r') {
        at_ = At::DataLineFeed;
        return;
      }
      return end_chunk(c);
    case At::DataLineFeed:
      return end_chunk(c);
    case At::TrailerLine:
    case At::TrailerName:
    case At::TrailerValue:
    case At::TrailerLineFeed:
    case At::LastLineFeed:
      return step_trailer(c);
    case At::Data:
    case At::Done:
    case At::Failed:
      return;
  }
}

void ChunkDecoder::step_size(char c) {
  const unsigned digit = hexadecimal(c);
  const bool is_digit = digit < 16;
  if (is_digit && digits_ == kMaxChunkSizeDigits) {
    fail("a chunk size of more than 16 digits");
  } else if (is_digit) {
    ++digits_;
    left_ = (left_ << kBitsPerDigit) | digit;
  } else if (digits_ == 0) {
    fail("a chunk without a size");
  } else {
    at_ = At::AfterSize;
    step_size_line(c);
  }
}

void ChunkDecoder::step_size_line(char c) {
  if (c == '\n') {
    end_size_line();
  } else if (c == '\r') {
    at_ = At::SizeLineFeed;
  } else if (++extension_bytes_ > kMaxChunkExtensionBytes) {
    fail("more than 16 KiB of chunk extensions");
  } else if (at_ == At::AfterSize && c == ';') {
    at_ = At::Extension;
  } else if (at_ == At::AfterSize ? c != ' ' && c != '\t' : is_control_char(c)) {
    fail("a chunk size that is not a number");
  }
}

void ChunkDecoder::end_size_line() {
  digits_ = 0;
  at_ = left_ == 0 ? At::TrailerLine : At::Data;
}

void ChunkDecoder::end_chunk(char c) {
  if (c == '\n') {
    at_ = At::Size;
  } else {
    fail("a chunk that does not end where its size says");
  }
}

void ChunkDecoder::step_trailer(char c) {
  if ((at_ == At::TrailerLine || at_ == At::LastLineFeed) && c == '\n') {
    at_ = At::Done;
    return;
  }
  if (at_ == At::TrailerLine && c == '\r') {
    at_ = At::LastLineFeed;
    return;
  }
  if (++trailer_bytes_ > kMaxTrailerBytes) {
    return fail("more than 8 KiB of trailer");
  }
  if (at_ == At::TrailerName && c == ':') {
    at_ = At::TrailerValue;
  } else if (at_ == At::TrailerValue && c == '\r') {
    at_ = At::TrailerLineFeed;
  } else if ((at_ == At::TrailerValue || at_ == At::TrailerLineFeed) && c == '\n') {
    at_ = At::TrailerLine;
  } else if ((at_ == At::TrailerLine || at_ == At::TrailerName) && is_token_char(c)) {
    at_ = At::TrailerName;
  } else if (at_ != At::TrailerValue || is_control_char(c)) {
    fail("a trailer line that is not a field");
  }
}

void ChunkDecoder::fail(std::string_view error) {
  at_ = At::Failed;
  error_ = error;
}

}  // namespace gatewatch::probe
