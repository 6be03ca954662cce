// SPDX-License-Identifier: MIT
//
// One block with fixed codes (RFC 1951 section 3.2.6): a zero, then as often as needed "the last
// byte 258 times more", which takes 13 bits.
#include "tests/hostile/gzip_bomb.h"

#include <cstdint>

namespace gatewatch::testing {
namespace {

class BitWriter {
 public:
  explicit BitWriter(std::string& to) : to_(to) {}
  // The least significant bit first.
  void add(uint32_t bits, int count) {
    for (int i = 0; i < count; ++i) {
      byte_ |= ((bits >> i) & 1U) << filled_;
      if (++filled_ == 8) {
        flush();
      }
    }
  }
  // A Huffman code: the most significant bit first.
  void add_code(uint32_t code, int count) {
    for (int i = count - 1; i >= 0; --i) {
      add(code >> i, 1);
    }
  }
  void flush() {
    if (filled_ > 0) {
      to_ += static_cast<char>(byte_);
      byte_ = 0;
      filled_ = 0;
    }
  }

 private:
  std::string& to_;
  uint32_t byte_ = 0;
  int filled_ = 0;
};

}  // namespace

std::string gzip_bomb(size_t unpacked_bytes) {
  constexpr size_t kRepeat = 258;
  std::string file("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03", 10);
  BitWriter bits(file);
  bits.add(1, 1);              // the last block
  bits.add(1, 2);              // with fixed codes
  bits.add_code(0b110000, 8);  // literal 0
  for (size_t unpacked = 1; unpacked < unpacked_bytes; unpacked += kRepeat) {
    bits.add_code(0b11000101, 8);  // length 258
    bits.add_code(0, 5);           // distance 1
  }
  bits.add_code(0, 7);  // the block's end
  bits.flush();
  return file;
}

}  // namespace gatewatch::testing
