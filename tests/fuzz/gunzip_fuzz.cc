// SPDX-License-Identifier: MIT
//
// Any bytes through gunzip(): a result within its limit, or an error; and what was packed comes
// out as it went in, unless a byte of it was changed.
#include "core/assert.h"
#include "probe/http/gunzip.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/gzip.h"

namespace gatewatch::fuzz {
namespace {

constexpr size_t kMostRepeated = size_t{128} * 1024;

void check(const std::expected<probe::DecodedBody, std::string_view>& result) {
  GW_ASSERT(result ? result->bytes.size() <= probe::kMaxBodyBytes : !result.error().empty());
}

}  // namespace
}  // namespace gatewatch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gatewatch;
  using namespace gatewatch::fuzz;
  FuzzInput input(data, size);
  const unsigned place = input.control();
  const unsigned change = input.control();
  const bool pack = (input.control() & 3U) == 0;  // that takes longer than unpacking
  const std::string bytes = with_repetition(input, kMostRepeated);
  if (bytes.size() > probe::kMaxBodyBytes) {
    return 0;
  }
  check(probe::gunzip({.bytes = bytes}));
  check(probe::gunzip({.bytes = bytes, .is_cut = true}));
  check(probe::decode_content(std::string_view(bytes).substr(0, 20), {.bytes = bytes}));
  if (!pack) {
    return 0;
  }
  std::string packed = testing::gzip(bytes);
  GW_ASSERT(probe::decode_content("gzip", {.bytes = packed})->bytes == bytes);
  GW_ASSERT(!probe::gunzip(
      {.bytes = std::string_view(packed).substr(0, place_in(packed.size(), place))}));
  packed[place_in(packed.size(), place)] ^= static_cast<char>(change);
  check(probe::gunzip({.bytes = packed}));
  return 0;
}
