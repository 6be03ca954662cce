// SPDX-License-Identifier: MIT
#include "probe/http/gunzip.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/gzip.h"

namespace gatewatch::probe {
namespace {

using ::gatewatch::testing::gzip;

std::string_view error_of(const std::expected<std::string, std::string_view>& result) {
  return result ? "" : result.error();
}

TEST(Gunzip, UnpacksWhatWasPacked) {
  const std::string text = "hello, wide world\n";
  for (const auto& plain : {std::string(), text, std::string(100'000, 'x'), std::string(3, '\0')}) {
    EXPECT_EQ(gunzip(gzip(plain)), plain);
  }
}

TEST(Gunzip, ReadsTheOptionalFieldsOfAHead) {
  // FHCRC is left out; FEXTRA, FNAME and FCOMMENT are set.
  const std::string packed = gzip("hello");
  const std::string named = packed.substr(0, 3) + "\x1c" + packed.substr(4, 6) +
                            std::string("\x02\x00xy", 4) + std::string("name\0", 5) +
                            std::string("comment\0", 8) + packed.substr(10);
  EXPECT_EQ(gunzip(named), "hello");
}

TEST(Gunzip, JoinsMembersAndIgnoresWhatFollowsThem) {
  EXPECT_EQ(gunzip(gzip("hello, ") + gzip("") + gzip("world")), "hello, world");
  EXPECT_EQ(gunzip(gzip("hello") + std::string(512, '\0')), "hello");
  EXPECT_EQ(gunzip(gzip("hello") + "\x1f"), "hello");
}

TEST(Gunzip, FailsWhereTheBodyEndsEarly) {
  const std::string packed = gzip("hello, wide world");
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(error_of(gunzip(packed.substr(0, size))), "the gzip body ends early") << size;
  }
  EXPECT_EQ(error_of(gunzip(packed + packed.substr(0, 12))), "the gzip body ends early");
}

TEST(Gunzip, FailsWhereTheBodyIsCorrupt) {
  const std::string packed = gzip("hello, wide world");
  const size_t check_sum = packed.size() - 8;
  for (const size_t place : {size_t{2}, size_t{3}, size_t{10}, check_sum, packed.size() - 1}) {
    std::string wrong = packed;
    wrong[place] = static_cast<char>(~wrong[place]);
    EXPECT_FALSE(gunzip(wrong)) << place;
  }
  std::string wrong = packed;
  wrong[check_sum] = static_cast<char>(~wrong[check_sum]);
  EXPECT_EQ(error_of(gunzip(wrong)), "the gzip body is corrupt");
  EXPECT_EQ(error_of(gunzip("hello")), "the body is not gzip");
  EXPECT_EQ(error_of(gunzip("\x1fx")), "the body is not gzip");
}

TEST(Gunzip, AllowsOneMebibyteAndNotOneByteMore) {
  EXPECT_EQ(gunzip(gzip(std::string(kMaxUnzippedBytes, 'x')))->size(), kMaxUnzippedBytes);
  constexpr const char* kTooLarge = "the gzip body is over 1 MiB when unpacked";
  EXPECT_EQ(error_of(gunzip(gzip(std::string(kMaxUnzippedBytes + 1, 'x')))), kTooLarge);
  EXPECT_EQ(error_of(gunzip(gzip(std::string(kMaxUnzippedBytes, 'x')) + gzip("y"))), kTooLarge);
}

TEST(Gunzip, KeepsNoMoreOfABombThanTheLimit) {
  const std::string bomb = gzip(std::string(size_t{20} * 1024 * 1024, '\0'));
  ASSERT_LT(bomb.size(), kMaxBodyBytes);
  EXPECT_EQ(error_of(gunzip(bomb)), "the gzip body is over 1 MiB when unpacked");
}

TEST(DecodeContent, GoesByTheContentEncoding) {
  const std::string packed = gzip("hello");
  for (const char* coding : {"gzip", "GZIP", "x-gzip", " gzip ", "identity, gzip", ",gzip,"}) {
    EXPECT_EQ(decode_content(coding, packed), "hello") << coding;
  }
  for (const char* coding : {"", "identity", " ", ","}) {
    EXPECT_EQ(decode_content(coding, packed), packed) << coding;
  }
  EXPECT_EQ(decode_content("gzip", ""), "");
}

TEST(DecodeContent, UnpacksOneLayerOnly) {
  const std::string inner = gzip("hello");
  EXPECT_EQ(error_of(decode_content("gzip, gzip", gzip(inner))), "more than one content coding");
  EXPECT_EQ(decode_content("gzip", gzip(inner)), inner);
}

TEST(DecodeContent, FailsForOtherCodings) {
  for (const char* coding : {"br", "deflate", "zstd", "compress", "gzip;q=1", "gzi", "x"}) {
    EXPECT_EQ(error_of(decode_content(coding, "hello")), "a content coding other than gzip")
        << coding;
  }
}

}  // namespace
}  // namespace gatewatch::probe
