// SPDX-License-Identifier: MIT
//
// How a fuzzer's input is read: control bytes from its end, one after another; the rest is what a
// peer sends. A control byte '0' means the plain case, so a seed is an answer with "000000" behind.
//
// A fuzz target checks with GW_ASSERT: what it finds ends the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatewatch::fuzz {

class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : bytes_(reinterpret_cast<const char*>(data), size) {}

  // 0 to 255; 0 where there are no more.
  [[nodiscard]] unsigned control() {
    if (bytes_.empty()) {
      return 0;
    }
    const unsigned byte = static_cast<unsigned char>(bytes_.back() ^ '0');
    bytes_.remove_suffix(1);
    return byte;
  }

  // What the controls taken so far have left.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

// The place in `size` bytes that a control byte points to: from 0 to below `size`, or 0.
[[nodiscard]] constexpr size_t place_in(size_t size, unsigned control) {
  return size * control / 256;
}

// The input's bytes with a part of them, chosen by three control bytes, many times over, so that
// short inputs reach large limits. At most `most` bytes more; and seldom, since that takes time.
[[nodiscard]] inline std::string with_repetition(FuzzInput& input, size_t most) {
  const unsigned begin = input.control();
  const unsigned length = input.control();
  const unsigned power = input.control();
  const std::string_view bytes = input.bytes();
  std::string out(bytes);
  const size_t place = place_in(bytes.size(), begin);
  const std::string_view part = bytes.substr(place, length);
  if (!part.empty() && power >= 0xF0) {
    size_t times = size_t{1} << (power - 0xF0);
    times = times * part.size() > most ? most / part.size() : times;
    std::string repeated;
    for (; times > 1; --times) {
      repeated += part;
    }
    out.insert(place, repeated);
  }
  return out;
}

// Sizes of pieces from 1 to `most`, the same for the same seed.
class PieceSizes {
 public:
  PieceSizes(unsigned seed, size_t most) : state_(seed), most_(most) {}
  size_t operator()(size_t /*left*/) {
    state_ = state_ * 1'664'525U + 1'013'904'223U;
    return 1 + (state_ >> 8U) % most_;
  }

 private:
  uint32_t state_;
  size_t most_;
};

}  // namespace gatewatch::fuzz
