// SPDX-License-Identifier: MIT
#include "probe/http/gunzip.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/gzip.h"

namespace gatewatch::probe {
namespace {

using ::gatewatch::testing::gzip;

// What comes out, or why nothing does.
std::string plain(const std::expected<DecodedBody, std::string_view>& result) {
  return result ? result->bytes : "failed: " + std::string(result.error());
}

std::string unpacked(const std::string& packed) {
  return plain(gunzip({.bytes = packed}));
}

TEST(Gunzip, UnpacksWhatWasPacked) {
  const std::string text = "hello, wide world\n";
  for (const auto& body : {std::string(), text, std::string(100'000, 'x'), std::string(3, '\0')}) {
    EXPECT_EQ(unpacked(gzip(body)), body);
  }
}

TEST(Gunzip, ReadsTheOptionalFieldsOfAHead) {
  // FHCRC is left out; FEXTRA, FNAME and FCOMMENT are set.
  const std::string packed = gzip("hello");
  const std::string named = packed.substr(0, 3) + "\x1c" + packed.substr(4, 6) +
                            std::string("\x02\x00xy", 4) + std::string("name\0", 5) +
                            std::string("comment\0", 8) + packed.substr(10);
  EXPECT_EQ(unpacked(named), "hello");
}

TEST(Gunzip, JoinsMembersAndIgnoresWhatFollowsThem) {
  EXPECT_EQ(unpacked(gzip("hello, ") + gzip("") + gzip("world")), "hello, world");
  EXPECT_EQ(unpacked(gzip("hello") + std::string(512, '\0')), "hello");
  EXPECT_EQ(unpacked(gzip("hello") + "\x1f"), "hello");
}

TEST(Gunzip, FailsWhereTheBodyEndsEarly) {
  const std::string packed = gzip("hello, wide world");
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(unpacked(packed.substr(0, size)), "failed: the gzip body ends early") << size;
  }
  EXPECT_EQ(unpacked(packed + packed.substr(0, 12)), "failed: the gzip body ends early");
}

TEST(Gunzip, FailsWhereTheBodyIsCorrupt) {
  const std::string packed = gzip("hello, wide world");
  const size_t check_sum = packed.size() - 8;
  for (const size_t place : {size_t{2}, size_t{3}, size_t{10}, check_sum, packed.size() - 1}) {
    std::string wrong = packed;
    wrong[place] = static_cast<char>(~wrong[place]);
    EXPECT_FALSE(gunzip({.bytes = wrong})) << place;
  }
  std::string wrong = packed;
  wrong[check_sum] = static_cast<char>(~wrong[check_sum]);
  EXPECT_EQ(unpacked(wrong), "failed: the gzip body is corrupt");
  EXPECT_EQ(unpacked("hello"), "failed: the body is not gzip");
  EXPECT_EQ(unpacked("\x1fx"), "failed: the body is not gzip");
}

TEST(Gunzip, CutsWhatIsUnpackedAtTheLimitOfAnyBody) {
  const auto whole = gunzip({.bytes = gzip(std::string(kMaxBodyBytes, 'x'))});
  EXPECT_EQ(whole->bytes.size(), kMaxBodyBytes);
  EXPECT_FALSE(whole->is_cut);
  const std::string longer = gzip(std::string(kMaxBodyBytes, 'x')) + gzip("y");
  const auto cut = gunzip({.bytes = longer});
  EXPECT_EQ(cut->bytes, std::string(kMaxBodyBytes, 'x'));
  EXPECT_TRUE(cut->is_cut);
}

TEST(Gunzip, UnpacksAsMuchAsThereIsOfABodyThatWasCut) {
  const std::string packed = gzip("hello, wide world");
  const auto result = gunzip({.bytes = packed.substr(0, packed.size() - 9), .is_cut = true});
  ASSERT_TRUE(result);
  EXPECT_TRUE(std::string_view("hello, wide world").starts_with(result->bytes));
  EXPECT_GT(result->bytes.size(), 8U);
  EXPECT_TRUE(result->is_cut);
}

TEST(Gunzip, KeepsNoMoreOfABombThanTheLimit) {
  const std::string bomb = gzip(std::string(size_t{20} * 1024 * 1024, '\0'));
  ASSERT_LT(bomb.size(), kMaxBodyBytes);
  EXPECT_EQ(unpacked(bomb).size(), kMaxBodyBytes);
}

TEST(DecodeContent, GoesByTheContentEncoding) {
  const std::string packed = gzip("hello");
  for (const char* coding : {"gzip", "GZIP", "x-gzip", " gzip ", "identity, gzip", ",gzip,"}) {
    EXPECT_EQ(plain(decode_content(coding, {.bytes = packed})), "hello") << coding;
  }
  for (const char* coding : {"", "identity", " ", ","}) {
    EXPECT_EQ(plain(decode_content(coding, {.bytes = packed})), packed) << coding;
  }
  EXPECT_EQ(plain(decode_content("gzip", {.bytes = ""})), "");
}

TEST(DecodeContent, UnpacksOneLayerOnly) {
  const std::string inner = gzip("hello");
  EXPECT_EQ(plain(decode_content("gzip, gzip", {.bytes = gzip(inner)})),
            "failed: more than one content coding");
  EXPECT_EQ(plain(decode_content("gzip", {.bytes = gzip(inner)})), inner);
}

TEST(DecodeContent, FailsForOtherCodings) {
  for (const char* coding : {"br", "deflate", "zstd", "compress", "gzip;q=1", "gzi", "x"}) {
    EXPECT_EQ(plain(decode_content(coding, {.bytes = "hello"})),
              "failed: a content coding other than gzip")
        << coding;
  }
}

}  // namespace
}  // namespace gatewatch::probe
