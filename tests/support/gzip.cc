// SPDX-License-Identifier: MIT
#include "tests/support/gzip.h"

#define ZLIB_CONST  // zlib does not write to its input
#include <zlib.h>

#include "core/assert.h"

namespace gatewatch::testing {

std::string gzip(std::string_view plain) {
  constexpr int kGzipOnly = 16;
  constexpr int kMemoryLevel = 8;
  z_stream stream{};
  GW_ASSERT(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzipOnly,
                         kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  GW_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace gatewatch::testing
