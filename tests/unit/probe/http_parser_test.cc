// SPDX-License-Identifier: MIT
//
// The head of an answer, and what is no answer.
#include "probe/http/http_parser.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/probe/parse_answer.h"

namespace gatewatch::probe {
namespace {

using ::gatewatch::testing::ParsedAnswer;
using std::string_literals::operator""s;
using State = HttpParser::State;
using End = HttpParser::End;

void expect_protocol(std::string_view bytes, std::string_view error) {
  const ParsedAnswer answer = parse(bytes);
  EXPECT_EQ(answer.state, State::Failed) << bytes.substr(0, 100);
  EXPECT_EQ(answer.failure, Outcome::Protocol) << bytes.substr(0, 100);
  EXPECT_EQ(answer.error, error) << bytes.substr(0, 100);
  EXPECT_FALSE(answer.head_complete) << bytes.substr(0, 100);
}

std::string with_field(std::string_view line) {
  return "HTTP/1.1 200 OK\r\n" + std::string(line) + "\r\nContent-Length: 0\r\n\r\n";
}

TEST(HttpParser, ReadsStatusReasonAndFields) {
  const ParsedAnswer answer = parse(
      "HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\nX-A:1\r\nsErVer: \t b \r\n"
      "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(answer.state, State::Done);
  EXPECT_EQ(answer.failure, Outcome::Ok);
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(answer.reason, "Bad Gateway");
  const std::vector<std::pair<std::string, std::string>> fields{
      {"Server", "nginx"}, {"X-A", "1"}, {"sErVer", "b"}, {"Content-Length", "0"}};
  EXPECT_EQ(answer.fields, fields);
}

TEST(HttpParser, FindsFieldsByNameInWhateverCase) {
  HttpParser parser;
  parser.begin({});
  parser.take("HTTP/1.1 200 OK\r\nVia: 1.1 a\r\nEmpty:\r\nVIA: 1.1 b, 1.1 c\r\n\r\n");
  EXPECT_EQ(parser.field("via"), "1.1 a");
  EXPECT_EQ(parser.field("empty"), "");
  EXPECT_EQ(parser.field("vi"), std::nullopt);
  EXPECT_EQ(parser.joined_fields("Via"), "1.1 a, 1.1 b, 1.1 c");
  EXPECT_EQ(parser.joined_fields("none"), "");
}

TEST(HttpParser, KeepsTheHeadAsItCame) {
  const std::string head = "HTTP/1.1  200  OK\r\nx :y";
  EXPECT_EQ(parse(head).head, head);
  const std::string whole = "HTTP/1.1 200 OK\nA:  b \r\n\n";
  EXPECT_EQ(parse("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n\r\n" + whole + "body").head, whole);
}

TEST(HttpParser, TakesALineFeedAloneForALineEnd) {
  const ParsedAnswer answer = parse("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", keeping_body());
  EXPECT_EQ(answer.state, State::Done);
  EXPECT_EQ(answer.body, "ok");
}

TEST(HttpParser, TellsHowFarItHasCome) {
  HttpParser parser;
  parser.begin({});
  EXPECT_FALSE(parser.begun());
  EXPECT_EQ(parser.status(), 0);
  parser.take("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n");
  EXPECT_TRUE(parser.begun());
  EXPECT_FALSE(parser.head_complete());
  EXPECT_EQ(parser.status(), 200);
  EXPECT_EQ(parser.state(), State::Head);
  EXPECT_EQ(parser.failure(), Outcome::Inconclusive);
  parser.take("\r\n");
  EXPECT_TRUE(parser.head_complete());
  EXPECT_EQ(parser.state(), State::Body);
  EXPECT_EQ(parser.failure(), Outcome::Inconclusive);
  parser.take("x");
  EXPECT_EQ(parser.state(), State::Done);
  EXPECT_EQ(parser.failure(), Outcome::Ok);
}

TEST(HttpParser, IsAsNewAfterBegin) {
  HttpParser parser;
  parser.begin({.kept_body = 10});
  parser.take("HTTP/1.0 302 Found\r\nLocation: /x\r\nContent-Length: 3\r\n\r\nab");
  parser.take_end(End::Closed);
  ASSERT_EQ(parser.failure(), Outcome::Body);
  parser.begin({});
  EXPECT_EQ(parser.state(), State::Head);
  EXPECT_FALSE(parser.begun());
  EXPECT_EQ(parser.status(), 0);
  EXPECT_EQ(parser.reason(), "");
  EXPECT_EQ(parser.error(), "");
  EXPECT_EQ(parser.head(), "");
  EXPECT_EQ(parser.body(), "");
  EXPECT_EQ(parser.field("location"), std::nullopt);
}

TEST(HttpParser, SkipsInterimAnswers) {
  const ParsedAnswer answer = parse(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\nLink: x\r\n"
      "\r\nHTTP/1.1 204 No Content\r\nX: y\r\n\r\n");
  EXPECT_EQ(answer.state, State::Done);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.fields.size(), 1U);
}

TEST(HttpParser, RefusesASwitchToAnotherProtocol) {
  expect_protocol("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\x81\x05hello",
                  "a switch to another protocol");
}

TEST(HttpParser, MakesTheReasonPrintable) {
  const ParsedAnswer answer = parse("HTTP/1.1 502 \x1b[31m\rBad \xE2\x80\xAE\xFF\r\n\r\n");
  EXPECT_EQ(answer.status, 502);
  EXPECT_TRUE(answer.head_complete);
  EXPECT_EQ(answer.reason, "\\x1B[31m\\x0DBad \\u{202E}\\xFF");
}

TEST(HttpParser, CutsALongReasonForDisplay) {
  const ParsedAnswer answer = parse("HTTP/1.1 502 " + std::string(60'000, 'r') + "\r\n\r\n");
  EXPECT_EQ(answer.status, 502);
  EXPECT_LE(answer.reason.size(), 256U);
}

TEST(HttpParser, KeepsInvalidUtf8InAFieldAsItCame) {
  EXPECT_EQ(parse(with_field("Server: \xFF\xC0")).fields[0].second, "\xFF\xC0");
}

TEST(HttpParser, KnowsWhatIsNotHttpAtTheFirstWrongByte) {
  EXPECT_EQ(parse("SSH-2.0-OpenSSH_9.2p1\r\n").taken, 1U);
  EXPECT_EQ(parse("HTTP/2 200\r\n").taken, 6U);
  for (const auto& bytes : {"SSH-2.0-OpenSSH_9.2p1"s, "220 mail.test ESMTP\r\n"s, "<html>"s,
                            "HTTQ"s, " HTTP/1.1 200 OK\r\n\r\n"s, "\0\0\0"s, "\rH"s, "\xFF\xFE"s}) {
    expect_protocol(bytes, "what came is not HTTP");
  }
  expect_protocol("\x15\x03\x01", "what came is TLS, not HTTP");
  expect_protocol("HTTP/9", "a version of HTTP other than 1.0 and 1.1");
  expect_protocol("HTTP/1.1\r\n\r\n", "a status that is not from 100 to 999");
  expect_protocol("HTTP/1.1 1000 OK\r\n", "a status that is not from 100 to 999");
}

TEST(HttpParser, SkipsAFewBlankLinesAndNotOneMore) {
  EXPECT_EQ(parse("\r\n\n\r\n\nHTTP/1.1 204 No Content\r\n\r\n").state, State::Done);
  expect_protocol("\r\n\n\r\n\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
                  "more than 4 blank lines before a status line");
}

TEST(HttpParser, RefusesLinesThatAreNoFields) {
  expect_protocol(with_field("X: a\0b"s), "a control character in a header field");
  expect_protocol(with_field("X: a\rb"), "a control character in a header field");
  expect_protocol(with_field("X: a\r"), "a control character in a header field");
  expect_protocol(with_field("X y"), "a header line without a colon");
  expect_protocol(with_field("X : y"), "a blank before the colon of a header field");
  expect_protocol(with_field("X: y\r\n z"), "a header line that goes on from the one before");
  expect_protocol(with_field(" X: y"), "a header line that goes on from the one before");
}

TEST(HttpParser, ShowsTheStatusOfAHeadThatIsWrong) {
  const ParsedAnswer answer = parse("HTTP/1.1 502 Bad Gateway\r\nX y\r\n\r\n");
  EXPECT_EQ(answer.status, 502);
  EXPECT_FALSE(answer.head_complete);
}

TEST(HttpParser, AllowsFiveHundredFieldsAndNotOneMore) {
  std::string head = "HTTP/1.1 204 No Content\r\n";
  for (int i = 0; i < 500; ++i) {
    head += "Set-Cookie: a=b\r\n";
  }
  EXPECT_EQ(parse(head + "\r\n").fields.size(), 500U);
  expect_protocol(head + "X:\r\n\r\n", "more than 500 header fields");
}

TEST(HttpParser, AllowsTenInterimAnswersAndNotOneMore) {
  std::string interim;
  for (int i = 0; i < 10; ++i) {
    interim += i % 2 == 0 ? "HTTP/1.1 100 Continue\r\n\r\n" : "HTTP/1.1 103 Early Hints\r\n\r\n";
  }
  EXPECT_EQ(parse(interim + "HTTP/1.1 204 No Content\r\n\r\n").state, State::Done);
  expect_protocol(interim + "HTTP/1.1 103 Early Hints\r\n\r\n", "more than 10 interim answers");
}

TEST(HttpParser, AllowsSixtyFourKibibytesOfHeadAndNotOneMore) {
  const std::string interim = "\r\nHTTP/1.1 103 Early Hints\r\n\r\n";
  const std::string begin = "HTTP/1.1 204 No Content\r\nX: ";
  const size_t room = kMaxHeadBytes - interim.size() - begin.size() - 4;
  EXPECT_EQ(parse(interim + begin + std::string(room, 'y') + "\r\n\r\n").state, State::Done);
  expect_protocol(interim + begin + std::string(room + 1, 'y') + "\r\n\r\n",
                  "more than 64 KiB of header");
  const ParsedAnswer endless = parse(begin + std::string(1'000'000, 'y'));
  EXPECT_EQ(endless.error, "more than 64 KiB of header");
  EXPECT_EQ(endless.taken, kMaxHeadBytes);
  expect_protocol("HTTP/1.1 200 " + std::string(1'000'000, 'y'), "more than 64 KiB of header");
}

TEST(HttpParser, CountsAnEndBeforeTheHeadIsCompleteAsReset) {
  for (const char* bytes : {"H", "\r\n", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\n",
                            "HTTP/1.1 200 OK\r\nA: b\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    const ParsedAnswer closed = parse(bytes, then(End::Closed));
    EXPECT_EQ(closed.failure, Outcome::Reset) << bytes;
    EXPECT_EQ(closed.error, "the connection was closed within the header") << bytes;
    EXPECT_FALSE(closed.head_complete) << bytes;
  }
  EXPECT_EQ(parse("", then(End::Closed)).failure, Outcome::Reset);
  EXPECT_EQ(parse("", then(End::Closed)).error, "the connection was closed before an answer came");
  EXPECT_EQ(parse("HTTP", then(End::Reset)).error, "the connection was reset within the header");
}

TEST(HttpParser, KnowsWhetherTheConnectionCanCarryAnotherAnswer) {
  const auto ends = [](std::string_view version, std::string_view fields) {
    return parse(std::string(version) + " 204 No Content\r\n" + std::string(fields) + "\r\n")
        .ends_connection;
  };
  EXPECT_FALSE(ends("HTTP/1.1", ""));
  EXPECT_FALSE(ends("HTTP/1.1", "Connection: x, closed\r\n"));
  EXPECT_TRUE(ends("HTTP/1.1", "Connection: x, CLOSE\r\n"));
  EXPECT_TRUE(ends("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_TRUE(ends("HTTP/1.0", ""));
  EXPECT_FALSE(ends("HTTP/1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_TRUE(parse("HTTP/1.1 200 OK\r\n\r\n").ends_connection);
}

}  // namespace
}  // namespace gatewatch::probe
