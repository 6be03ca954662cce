// SPDX-License-Identifier: MIT
//
// Takes the framing off a chunked body (RFC 9112 section 7.1). Sizes are used, extensions and
// trailer fields are checked and dropped. A line may end with LF alone.
//
// Allocates nothing. Any split of the same bytes gives the same data, end or error.
// Limits: kMaxChunkSizeDigits, kMaxChunkExtensionBytes, kMaxTrailerBytes; none on the data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatewatch::probe {

class ChunkDecoder {
 public:
  struct Piece {
    size_t taken = 0;       // bytes from the front, to be given no second time
    std::string_view data;  // part of the body: the last of the bytes taken
  };

  // Takes bytes up to the end of the first data among them, of the body, or to the first byte that
  // is wrong. Takes at least one of a non-empty input, unless done() or failed(): then none.
  [[nodiscard]] Piece take(std::string_view bytes);

  // The last chunk and the trailer are complete.
  [[nodiscard]] bool done() const { return at_ == At::Done; }
  [[nodiscard]] bool failed() const { return at_ == At::Failed; }
  // One part of a sentence; empty unless failed().
  [[nodiscard]] std::string_view error() const { return error_; }

 private:
  enum class At : uint8_t {
    Size,
    AfterSize,  // blanks
    Extension,
    SizeLineFeed,
    Data,
    DataEnd,
    DataLineFeed,
    TrailerLine,  // before its first byte
    TrailerName,
    TrailerValue,
    TrailerLineFeed,
    LastLineFeed,
    Done,
    Failed,
  };

  void step(char c);
  void step_size(char c);
  void step_size_line(char c);
  void step_trailer(char c);
  void end_size_line();
  void end_chunk(char c);
  void fail(std::string_view error);

  At at_ = At::Size;
  uint8_t digits_ = 0;
  uint16_t extension_bytes_ = 0;
  uint16_t trailer_bytes_ = 0;
  uint64_t left_ = 0;  // of the chunk
  std::string_view error_;
};

}  // namespace gatewatch::probe
