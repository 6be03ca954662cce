// SPDX-License-Identifier: MIT
#include "probe/http/chunk_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "probe/http/http_limits.h"

namespace gatewatch::probe {
namespace {

using std::string_literals::operator""s;

struct Decoded {
  std::string data;
  size_t taken = 0;
  bool done = false;
  std::string error;

  friend bool operator==(const Decoded&, const Decoded&) = default;
};

void PrintTo(const Decoded& decoded, std::ostream* out) {
  *out << decoded.data.size() << " bytes of data, " << decoded.taken << " taken"
       << (decoded.done ? ", done" : "") << (decoded.error.empty() ? "" : ": ") << decoded.error;
}

Decoded decode_in_pieces(std::string_view bytes, size_t piece_size) {
  ChunkDecoder decoder;
  Decoded decoded;
  while (decoded.taken < bytes.size() && !decoder.done() && !decoder.failed()) {
    const std::string_view piece = bytes.substr(decoded.taken, piece_size);
    const ChunkDecoder::Piece next = decoder.take(piece);
    EXPECT_EQ(next.data, piece.substr(next.taken - next.data.size(), next.data.size()));
    if (next.taken == 0) {
      ADD_FAILURE() << "no progress";
      break;
    }
    decoded.taken += next.taken;
    decoded.data += next.data;
  }
  decoded.done = decoder.done();
  decoded.error = decoder.error();
  EXPECT_EQ(decoder.failed(), !decoded.error.empty());
  return decoded;
}

// All at once, byte by byte and in threes give the same.
Decoded decode(const std::string& bytes) {
  Decoded whole = decode_in_pieces(bytes, bytes.size());
  EXPECT_EQ(decode_in_pieces(bytes, 1), whole) << bytes.substr(0, 80);
  EXPECT_EQ(decode_in_pieces(bytes, 3), whole) << bytes.substr(0, 80);
  return whole;
}

TEST(ChunkDecoder, JoinsTheDataOfAllChunks) {
  const Decoded decoded = decode("5\r\nhello\r\nC\r\n, wide\r\nworl\r\n0001\r\nd\r\n0\r\n\r\n");
  EXPECT_EQ(decoded.data, "hello, wide\r\nworld");
  EXPECT_TRUE(decoded.done);
}

TEST(ChunkDecoder, EndsWithTheTrailerAndNoByteLater) {
  const std::string body = "3\r\nabc\r\n0\r\nDigest: x\r\nX:\r\n\r\n";
  const Decoded decoded = decode(body + "HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(decoded.data, "abc");
  EXPECT_TRUE(decoded.done);
  EXPECT_EQ(decoded.taken, body.size());
}

TEST(ChunkDecoder, IsNotDoneBeforeTheEmptyLine) {
  for (const char* body : {"", "1", "1\r", "1\r\n", "1\r\na", "1\r\na\r", "1\r\na\r\n", "0\r\n",
                           "0\r\n\r", "0\r\nX: y\r\n", "0\r\nX: y\r\n\r"}) {
    const Decoded decoded = decode(body);
    EXPECT_FALSE(decoded.done) << body;
    EXPECT_EQ(decoded.error, "") << body;
    EXPECT_EQ(decoded.taken, std::string(body).size()) << body;
  }
}

TEST(ChunkDecoder, TakesALineFeedAloneForALineEnd) {
  const Decoded decoded = decode("a;x\n0123456789\n0\nX: y\n\n");
  EXPECT_EQ(decoded.data, "0123456789");
  EXPECT_TRUE(decoded.done);
}

TEST(ChunkDecoder, ReadsSizesInHexadecimalOfEitherCase) {
  EXPECT_EQ(decode("1f\r\n" + std::string(31, 'x') + "\r\n0\r\n\r\n").data.size(), 31U);
  EXPECT_EQ(decode("1F\r\n" + std::string(31, 'x') + "\r\n0\r\n\r\n").data.size(), 31U);
}

TEST(ChunkDecoder, DropsExtensionsAndBlanksBehindASize) {
  const Decoded decoded = decode("3  \t\r\nabc\r\n2 ;a=b;c=\"d e\"\r\nde\r\n0;last\r\n\r\n");
  EXPECT_EQ(decoded.data, "abcde");
  EXPECT_TRUE(decoded.done);
}

TEST(ChunkDecoder, AllowsSixteenDigitsAndNotOneMore) {
  EXPECT_EQ(decode("0000000000000001\r\nx\r\n0\r\n\r\n").data, "x");
  const Decoded largest = decode("FFFFFFFFFFFFFFFF\r\nxyz");
  EXPECT_EQ(largest.data, "xyz");
  EXPECT_EQ(largest.error, "");
  EXPECT_EQ(decode("FFFFFFFFFFFFFFFFF\r\nx").error, "a chunk size of more than 16 digits");
  EXPECT_EQ(decode("00000000000000001\r\nx").error, "a chunk size of more than 16 digits");
}

TEST(ChunkDecoder, FailsWhereASizeIsNone) {
  for (const char* body : {"\r\n", "x\r\n", "-1\r\n", "+1\r\n", " 1\r\na", ";x\r\n", "\n"}) {
    EXPECT_EQ(decode(body).error, "a chunk without a size") << body;
  }
  for (const auto& body :
       {"1x\r\n"s, "0x5\r\n"s, "1 2\r\n"s, "5,\r\n"s, "1\0\r\n"s, "1;\0\r\n"s, "1;\x1b\r\n"s}) {
    EXPECT_EQ(decode(body).error, "a chunk size that is not a number") << body;
  }
  EXPECT_EQ(decode("1\ra").error, "a CR within the size line of a chunk");
}

TEST(ChunkDecoder, FailsWhereAChunkIsLongerOrShorterThanItsSize) {
  constexpr const char* kError = "a chunk that does not end where its size says";
  EXPECT_EQ(decode("3\r\nabcd\r\n0\r\n\r\n").error, kError);
  EXPECT_EQ(decode("3\r\na\r\n0\r\n\r\n").error, kError);
  EXPECT_EQ(decode("3\r\nabc\rd").error, kError);
}

TEST(ChunkDecoder, AllowsSixteenKibibytesOfExtensionsInAllChunksAndNotOneMore) {
  std::string half = "1;" + std::string(8 * 1024 - 1, 'x') + "\r\n.\r\n";
  EXPECT_TRUE(decode(half + half + "0\r\n\r\n").done);
  EXPECT_EQ(decode(half + half + "0 \r\n\r\n").error, "more than 16 KiB of chunk extensions");
  EXPECT_EQ(decode("1;" + std::string(100'000, 'x')).error, "more than 16 KiB of chunk extensions");
}

TEST(ChunkDecoder, AllowsEightKibibytesOfTrailerAndNotOneMore) {
  const std::string field = "X: " + std::string(1024 - 5, 'y') + "\r\n";
  std::string trailer;
  for (int i = 0; i < 8; ++i) {
    trailer += field;
  }
  EXPECT_TRUE(decode("0\r\n" + trailer + "\r\n").done);
  EXPECT_EQ(decode("0\r\n" + trailer + "X:\r\n\r\n").error, "more than 8 KiB of trailer");
}

TEST(ChunkDecoder, FailsWhereATrailerLineIsNoField) {
  for (const auto& trailer : {"HTTP/1.1 200 OK\r\n"s, "x\r\n"s, ": x\r\n"s, " X: y\r\n"s,
                              "X : y\r\n"s, "X: \0\r\n"s, "X: \x1b\r\n"s, "X: y\rz\r\n"s, "\rX"s}) {
    EXPECT_EQ(decode("0\r\n" + trailer + "\r\n").error, "a trailer line that is not a field")
        << trailer;
  }
}

TEST(ChunkDecoder, TakesNothingMoreOnceItHasFailed) {
  ChunkDecoder decoder;
  EXPECT_EQ(decoder.take("zz").taken, 1U);
  EXPECT_TRUE(decoder.failed());
  EXPECT_EQ(decoder.take("1\r\na").taken, 0U);
}

}  // namespace
}  // namespace gatewatch::probe
