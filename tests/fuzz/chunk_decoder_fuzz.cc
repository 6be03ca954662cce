// SPDX-License-Identifier: MIT
//
// Any bytes through ChunkDecoder: no split makes a difference; and any data in any chunks comes out
// as it went in, without a byte of what follows.
#include "core/assert.h"
#include "probe/http/chunk_decoder.h"
#include "tests/fuzz/fuzz_input.h"

namespace gatewatch::fuzz {
namespace {

using probe::ChunkDecoder;

constexpr size_t kMostRepeated = size_t{64} * 1024;
constexpr std::string_view kNext = "HTTP/1.1 200 OK\r\n\r\n";

struct Decoded {
  std::string data;
  size_t taken = 0;
  bool done = false;
  std::string_view error;

  friend bool operator==(const Decoded&, const Decoded&) = default;
};

template <typename NextSize>
Decoded decode(std::string_view bytes, NextSize next_size) {
  ChunkDecoder decoder;
  Decoded decoded;
  while (decoded.taken < bytes.size() && !decoder.done() && !decoder.failed()) {
    const std::string_view rest = bytes.substr(decoded.taken);
    const std::string_view piece = rest.substr(0, next_size(rest.size()));
    const ChunkDecoder::Piece next = decoder.take(piece);
    GW_ASSERT(next.taken > 0 && next.taken <= piece.size() && next.data.size() <= next.taken);
    GW_ASSERT(next.data.empty() ||
              next.data.data() + next.data.size() == piece.data() + next.taken);
    decoded.taken += next.taken;
    decoded.data += next.data;
  }
  decoded.done = decoder.done();
  decoded.error = decoder.error();
  GW_ASSERT(decoder.failed() == !decoded.error.empty());
  GW_ASSERT(!(decoder.done() && decoder.failed()));
  if (decoder.done() || decoder.failed()) {
    GW_ASSERT(decoder.take("0\r\n\r\n").taken == 0);
  }
  return decoded;
}

std::string encode(std::string_view data, unsigned seed) {
  constexpr size_t kMostInAChunk = 300;
  constexpr std::string_view kDigits = "0123456789aBcDeF";
  PieceSizes sizes(seed, kMostInAChunk);
  std::string out;
  while (!data.empty()) {
    const std::string_view chunk = data.substr(0, sizes(data.size()));
    for (const unsigned shift : {8U, 4U, 0U}) {
      out += kDigits[(chunk.size() >> shift) & 0xFU];
    }
    out += (seed & 1U) != 0 ? ";x=\"y\"\r\n" : "\r\n";
    out.append(chunk).append("\r\n");
    data.remove_prefix(chunk.size());
  }
  return out + ((seed & 2U) != 0 ? "0\r\nX: y\r\n\r\n" : "0\r\n\r\n");
}

}  // namespace
}  // namespace gatewatch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gatewatch::fuzz;
  constexpr auto kAll = [](size_t left) { return left; };
  FuzzInput input(data, size);
  const unsigned seed = input.control();
  const size_t most = 1 + input.control() % 64;
  const std::string bytes = with_repetition(input, kMostRepeated);

  const Decoded whole = decode(bytes, kAll);
  GW_ASSERT(decode(bytes, PieceSizes(seed, most)) == whole);

  const std::string_view plain = input.bytes();
  const std::string encoded = encode(plain, seed);
  const Decoded decoded = decode(encoded + std::string(kNext), PieceSizes(seed, most));
  GW_ASSERT(decoded.done && decoded.data == plain && decoded.taken == encoded.size());
  return 0;
}
