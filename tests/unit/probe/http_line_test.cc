// SPDX-License-Identifier: MIT
#include "probe/http/http_line.h"

#include <gtest/gtest.h>

#include <string>

namespace gatewatch::probe {
namespace {

using std::string_literals::operator""s;

std::string_view status_error(std::string_view line) {
  const auto parsed = parse_status_line(line);
  return parsed ? "" : parsed.error();
}

std::string_view field_error(std::string_view line) {
  const auto parsed = parse_field_line(line);
  return parsed ? "" : parsed.error();
}

TEST(StatusLine, HasVersionStatusAndReason) {
  const auto line = parse_status_line("HTTP/1.1 502 Bad  Gateway ");
  ASSERT_TRUE(line);
  EXPECT_FALSE(line->http_1_0);
  EXPECT_EQ(line->status, 502);
  EXPECT_EQ(line->reason, "Bad  Gateway");
  EXPECT_TRUE(parse_status_line("HTTP/1.0 200 OK")->http_1_0);
}

TEST(StatusLine, MayHaveNoReason) {
  for (const char* line : {"HTTP/1.1 204", "HTTP/1.1 204 ", "HTTP/1.1   204\t "}) {
    ASSERT_TRUE(parse_status_line(line)) << line;
    EXPECT_EQ(parse_status_line(line)->status, 204) << line;
    EXPECT_EQ(parse_status_line(line)->reason, "") << line;
  }
}

TEST(StatusLine, MayHaveAnyByteButNulInTheReason) {
  const auto line = parse_status_line("HTTP/1.1 502 \x1b[31m\rBad\xE2\x80\xAE\xFF");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->reason, "\x1b[31m\rBad\xE2\x80\xAE\xFF");
  EXPECT_EQ(status_error("HTTP/1.1 502 Bad\0Gateway"s), "a NUL in the status line");
}

TEST(StatusLine, MayHaveAStatusThatRealServersInvented) {
  for (const int status : {100, 299, 499, 530, 599, 600, 999}) {
    const auto line = parse_status_line("HTTP/1.1 " + std::to_string(status) + " X");
    ASSERT_TRUE(line) << status;
    EXPECT_EQ(line->status, status);
  }
}

TEST(StatusLine, IsNoneWithAnotherStatus) {
  for (const char* code : {"", " ", " 99", " 099", " 000", " 1000", " 2x0", " -1", " -10", " +20",
                           " 20", " 200OK", " 2 00", " OK", " ２００"}) {
    EXPECT_EQ(status_error("HTTP/1.1"s + code), "a status that is not from 100 to 999") << code;
  }
}

TEST(StatusLine, IsNoneOfAnotherVersion) {
  for (const char* line : {"HTTP/2 200 OK", "HTTP/9.9 200 OK", "HTTP/0.9 200 OK", "HTTP/1.2 200 OK",
                           "HTTP/1.10 200 OK", "HTTP/1.1x200 OK", "HTTP/11 200 OK"}) {
    EXPECT_EQ(status_error(line), "a version of HTTP other than 1.0 and 1.1") << line;
  }
}

TEST(StatusLine, IsNoneOfAnotherProtocol) {
  for (const char* line :
       {"", "H", "<html>200 OK</html>", "SSH-2.0-OpenSSH_9.2p1 Debian", "220 mail.test ESMTP",
        "http/1.1 200 OK", "ICY 200 OK", " HTTP/1.1 200"}) {
    EXPECT_EQ(status_error(line), "what came is not HTTP") << line;
  }
  EXPECT_EQ(status_error("\x15\x03\x01\x00\x02\x02\x46 …"s), "what came is TLS, not HTTP");
}

TEST(WhyNoStatusLine, KnowsAtTheFirstWrongByte) {
  for (const char* begin : {"", "H", "HTTP", "HTTP/", "HTTP/1", "HTTP/1.", "HTTP/1.0", "HTTP/1.1",
                            "HTTP/1.1 502 Bad"}) {
    EXPECT_EQ(why_no_status_line(begin), "") << begin;
  }
  EXPECT_EQ(why_no_status_line("S"), "what came is not HTTP");
  EXPECT_EQ(why_no_status_line("HTTX"), "what came is not HTTP");
  EXPECT_EQ(why_no_status_line("HTTP/2"), "a version of HTTP other than 1.0 and 1.1");
  EXPECT_EQ(why_no_status_line("HTTP/1.2"), "a version of HTTP other than 1.0 and 1.1");
}

TEST(FieldLine, HasNameAndValue) {
  const auto field = parse_field_line("X-Cache:\t Hit: from a \xE9 ");
  ASSERT_TRUE(field);
  EXPECT_EQ(field->name, "X-Cache");
  EXPECT_EQ(field->value, "Hit: from a \xE9");
  ASSERT_TRUE(parse_field_line("X:"));
  EXPECT_EQ(parse_field_line("X:  ")->value, "");
  EXPECT_EQ(parse_field_line("a!#$%&'*+-.^_`|~9:\tone\ttwo")->value, "one\ttwo");
}

TEST(FieldLine, IsNoneWithoutAColon) {
  EXPECT_EQ(field_error("HTTP/1.1 200 OK"), "a header line without a colon");
  EXPECT_EQ(field_error(""), "a header line without a colon");
}

TEST(FieldLine, IsNoneWithABlankBeforeTheColon) {
  EXPECT_EQ(field_error("Content-Length : 5"), "a blank before the colon of a header field");
  EXPECT_EQ(field_error("Content-Length\t: 5"), "a blank before the colon of a header field");
}

TEST(FieldLine, IsNoneWhereItGoesOnFromTheOneBefore) {
  EXPECT_EQ(field_error(" more"), "a header line that goes on from the one before");
  EXPECT_EQ(field_error("\tX: more"), "a header line that goes on from the one before");
}

TEST(FieldLine, IsNoneWithANameThatIsNoToken) {
  for (const auto& line : {": x"s, "X Y: z"s, "X(1): z"s, "X\0: z"s, "X\r: z"s, "\xC3\xA9: z"s}) {
    EXPECT_EQ(field_error(line), "a malformed header field name") << line;
  }
}

TEST(FieldLine, IsNoneWithAControlCharacter) {
  for (const auto& line : {"X: a\0b"s, "X: a\rb"s, "X: a\x1b[2J"s, "X: \x7f"s, "X: \r"s}) {
    EXPECT_EQ(field_error(line), "a control character in a header field") << line;
  }
}

TEST(EqualIgnoringCase, KnowsAsciiOnly) {
  EXPECT_TRUE(equal_ignoring_case("Content-LENGTH", "content-length"));
  EXPECT_FALSE(equal_ignoring_case("content-lengt", "content-length"));
  EXPECT_FALSE(equal_ignoring_case("K", "\xE2\x84\xAA"));  // the sign of kelvin
  EXPECT_FALSE(equal_ignoring_case("@", "`"));
}

TEST(IsToken, TakesNamesOfMethodsAndFields) {
  EXPECT_TRUE(is_token("X-Api-Key"));
  EXPECT_TRUE(is_token("M-SEARCH"));
  for (const char* text : {"", "a b", "a:b", "a\r\n", "ä", "a/b", "\"a\""}) {
    EXPECT_FALSE(is_token(text)) << text;
  }
}

}  // namespace
}  // namespace gatewatch::probe
