// SPDX-License-Identifier: MIT
//
// The body of an answer: where it ends, how much of it is kept, and what is wrong with it.
#include <gtest/gtest.h>

#include <string>

#include "probe/http/http_parser.h"
#include "tests/unit/probe/parse_answer.h"

namespace gatewatch::probe {
namespace {

using ::gatewatch::testing::Feed;
using ::gatewatch::testing::ParsedAnswer;
using std::string_literals::operator""s;
using State = HttpParser::State;
using End = HttpParser::End;

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kUntilClose = "HTTP/1.1 200 OK\r\n\r\n";

std::string with_length(size_t length) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

// The answer's head with these fields is refused.
void expect_protocol(std::string_view fields, std::string_view error,
                     std::string_view version = "HTTP/1.1") {
  const ParsedAnswer answer =
      parse(std::string(version) + " 200 OK\r\n" + std::string(fields) + "\r\nhello");
  EXPECT_EQ(answer.failure, Outcome::Protocol) << fields;
  EXPECT_EQ(answer.error, error) << fields;
  EXPECT_FALSE(answer.head_complete) << fields;
}

void expect_broken_body(std::string_view bytes, std::string_view error,
                        std::optional<End> end = std::nullopt) {
  const ParsedAnswer answer = parse(bytes, {.options = {}, .end = end});
  EXPECT_EQ(answer.state, State::Failed) << bytes.substr(0, 100);
  EXPECT_EQ(answer.failure, Outcome::Body) << bytes.substr(0, 100);
  EXPECT_EQ(answer.error, error) << bytes.substr(0, 100);
  EXPECT_TRUE(answer.head_complete) << bytes.substr(0, 100);
}

TEST(HttpParserBody, EndsWhereContentLengthSays) {
  const ParsedAnswer answer = parse(with_length(5) + "hello", keeping_body());
  EXPECT_EQ(answer.state, State::Done);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.body_bytes, 5U);
  EXPECT_EQ(parse(with_length(0)).state, State::Done);
  EXPECT_EQ(parse(with_length(5) + "hell").state, State::Body);
}

TEST(HttpParserBody, EndsWithTheConnectionWhereNothingElseSays) {
  const ParsedAnswer answer = parse(kUntilClose + "hello", keeping_body(End::Closed));
  EXPECT_EQ(answer.state, State::Done);
  EXPECT_EQ(answer.failure, Outcome::Ok);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(parse(kUntilClose + "hello").state, State::Body);
  EXPECT_EQ(parse(kUntilClose, then(End::Closed)).state, State::Done);
}

TEST(HttpParserBody, EndsWithTheLastChunk) {
  const ParsedAnswer answer =
      parse(kChunked + "5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: trailer\r\n\r\n", keeping_body());
  EXPECT_EQ(answer.state, State::Done);
  EXPECT_EQ(answer.body, "hello!");
  EXPECT_EQ(answer.body_bytes, 6U);
  EXPECT_EQ(answer.fields.size(), 1U);
}

TEST(HttpParserBody, IsAbsentFor204And304AndHeadWhateverTheFieldsSay) {
  for (const char* fields : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
                             "Content-Length: 5\r\nContent-Length: 6\r\n", ""}) {
    for (const char* status : {"204 No Content", "304 Not Modified"}) {
      const std::string head = "HTTP/1.1 "s + status + "\r\n" + fields + "\r\n";
      const ParsedAnswer answer = parse(head + "hello", keeping_body());
      EXPECT_EQ(answer.state, State::Done) << head;
      EXPECT_EQ(answer.taken, head.size()) << head;
      EXPECT_EQ(answer.body, "") << head;
    }
    const std::string head = "HTTP/1.1 502 Bad Gateway\r\n"s + fields + "\r\n";
    const ParsedAnswer answer =
        parse(head + "hello", {.options = {.to_head_request = true}, .end = {}});
    EXPECT_EQ(answer.state, State::Done) << head;
    EXPECT_EQ(answer.taken, head.size()) << head;
  }
}

TEST(HttpParserBody, LeavesAnAnswerBehindThisOneAlone) {
  const std::string fake = "HTTP/1.1 200 OK\r\nX: fake\r\nContent-Length: 2\r\n\r\nok";
  const std::string head = "HTTP/1.1 502 Bad Gateway\r\n";
  for (const auto& rest : {"Content-Length: 3\r\n\r\nbad"s, "Content-Length: 0\r\n\r\n"s,
                           "Transfer-Encoding: chunked\r\n\r\n3\r\nbad\r\n0\r\n\r\n"s}) {
    const ParsedAnswer alone = parse(head + rest, keeping_body());
    EXPECT_EQ(alone.status, 502);
    EXPECT_EQ(alone.state, State::Done);
    EXPECT_EQ(alone.taken, head.size() + rest.size());
    EXPECT_EQ(parse(head + rest + fake, keeping_body(End::Reset)), alone) << rest;
  }
}

TEST(HttpParserBody, MayComeWithEqualContentLengths) {
  for (const char* fields :
       {"Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n",
        "Content-Length: 5\r\nContent-Length:\t005 \r\n"}) {
    const ParsedAnswer answer = parse("HTTP/1.1 200 OK\r\n"s + fields + "\r\nhello");
    EXPECT_EQ(answer.state, State::Done) << fields;
    EXPECT_EQ(answer.body_bytes, 5U) << fields;
  }
}

TEST(HttpParserBody, IsNotGuessedFromContentLengthsThatAreWrong) {
  constexpr const char* kDiffer = "Content-Lengths that differ";
  constexpr const char* kNoNumber = "a Content-Length that is not a number";
  constexpr const char* kTooLarge = "a Content-Length of 2^63 or more";
  expect_protocol("Content-Length: 5\r\nContent-Length: 6\r\n", kDiffer);
  expect_protocol("Content-Length: 6\r\nX: y\r\ncontent-length: 5, 5\r\n", kDiffer);
  for (const char* value :
       {"-5", "+5", "1e3", "5.0", "0x5", "", " ", "5,", ", 5", "5 5", "five", "５", "5;5"}) {
    expect_protocol("Content-Length: "s + value + "\r\n", kNoNumber);
  }
  expect_protocol("Content-Length: 9223372036854775808\r\n", kTooLarge);
  expect_protocol("Content-Length: 18446744073709551616\r\n", kTooLarge);
  expect_protocol("Content-Length: " + std::string(1000, '9') + "\r\n", kTooLarge);
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nx").state,
            State::Body);
}

TEST(HttpParserBody, IsNotGuessedFromTransferCodingsThatAreWrong) {
  expect_protocol("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                  "both Content-Length and chunks");
  expect_protocol("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                  "both Content-Length and chunks");
  for (const char* codings : {"gzip", "gzip, chunked", "chunked, gzip", "x", "chunked;q=1"}) {
    expect_protocol("Transfer-Encoding: "s + codings + "\r\n",
                    "a transfer coding other than chunked");
  }
  expect_protocol("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                  "a body that is chunked twice");
  expect_protocol("Transfer-Encoding: chunked\r\n", "chunks in an answer of HTTP/1.0", "HTTP/1.0");
}

TEST(HttpParserBody, TakesTheCodingIdentityForNone) {
  const ParsedAnswer answer =
      parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: Identity\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(answer.state, State::Done);
  EXPECT_EQ(answer.body_bytes, 5U);
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: , CHUNKED ,\r\n\r\n0\r\n\r\n").state,
            State::Done);
}

TEST(HttpParserBody, IsBrokenWhereItEndsEarly) {
  expect_broken_body(with_length(10) + "hello",
                     "the connection was closed after 5 of 10 bytes of the body", End::Closed);
  expect_broken_body(with_length(10), "the connection was reset after 0 of 10 bytes of the body",
                     End::Reset);
  expect_broken_body(kChunked + "5\r\nhello\r\n",
                     "the connection was closed after 5 bytes of the body", End::Closed);
  expect_broken_body(kChunked + "0\r\n", "the connection was closed after 0 bytes of the body",
                     End::Closed);
  expect_broken_body(kUntilClose + "hello", "the connection was reset after 5 bytes of the body",
                     End::Reset);
}

TEST(HttpParserBody, IsBrokenWhereItsChunksAre) {
  expect_broken_body(kChunked + "hello", "a chunk without a size");
  expect_broken_body(kChunked + "FFFFFFFFFFFFFFFFF\r\n", "a chunk size of more than 16 digits");
  expect_broken_body(kChunked + "3\r\nabcd\r\n", "a chunk that does not end where its size says");
  expect_broken_body(kChunked + "1;" + std::string(20'000, 'x'),
                     "more than 16 KiB of chunk extensions");
  expect_broken_body(kChunked + "0\r\n" + std::string(10'000, 'x'), "more than 8 KiB of trailer");
}

TEST(HttpParserBody, KeepsNoMoreThanIsWanted) {
  const Feed five = {.options = {.kept_body = 5}, .end = End::Closed};
  for (const auto& bytes : {with_length(11) + "hello world", kUntilClose + "hello world",
                            kChunked + "6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n"}) {
    const ParsedAnswer answer = parse(bytes, five);
    EXPECT_EQ(answer.state, State::Done);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.body_bytes, 11U);
    EXPECT_FALSE(answer.body_cut);
  }
}

TEST(HttpParserBody, KeepsAnyByte) {
  const std::string bytes = "\0\xFF\r\n.\r\n</script>{{7*7}}"s;
  EXPECT_EQ(parse(kUntilClose + bytes, keeping_body(End::Closed)).body, bytes);
}

TEST(HttpParserBody, IsCompleteAtTheLimit) {
  const std::string largest(kMaxBodyBytes, 'x');
  for (const auto& bytes : {with_length(kMaxBodyBytes) + largest, kUntilClose + largest,
                            kChunked + "40000\r\n" + largest + "\r\n0\r\n\r\n"}) {
    const ParsedAnswer answer = parse(bytes, keeping_body(End::Closed));
    EXPECT_EQ(answer.state, State::Done);
    EXPECT_FALSE(answer.body_cut);
    EXPECT_EQ(answer.body, largest);
  }
}

TEST(HttpParserBody, IsCutBeyondTheLimitAndCountsAsComplete) {
  const std::string over(kMaxBodyBytes + 1, 'x');
  for (const auto& head : {with_length(kMaxBodyBytes + 1), kUntilClose, kChunked + "40001\r\n",
                           kChunked + "FFFFFFFFFFFFFFFF\r\n"}) {
    const ParsedAnswer answer = parse(head + over, keeping_body(End::Reset));
    EXPECT_EQ(answer.state, State::Done);
    EXPECT_EQ(answer.failure, Outcome::Ok);
    EXPECT_TRUE(answer.body_cut);
    EXPECT_TRUE(answer.ends_connection);
    EXPECT_EQ(answer.body_bytes, kMaxBodyBytes);
    EXPECT_EQ(answer.body.size(), kMaxBodyBytes);
    EXPECT_EQ(answer.taken, head.size() + kMaxBodyBytes);
  }
}

TEST(HttpParserBody, IsCutAmongAMillionChunksOfOneByte) {
  std::string bytes = kChunked;
  for (int i = 0; i < 1'000'000; ++i) {
    bytes += "1\r\nx\r\n";
  }
  HttpParser parser;
  parser.begin({.kept_body = 2048});
  EXPECT_EQ(parser.take(bytes), kChunked.size() + kMaxBodyBytes * 6 + 3);
  EXPECT_EQ(parser.state(), State::Done);
  EXPECT_TRUE(parser.body_cut());
  EXPECT_EQ(parser.body(), std::string(2048, 'x'));
}

}  // namespace
}  // namespace gatewatch::probe
