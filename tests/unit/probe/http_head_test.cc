// SPDX-License-Identifier: MIT
#include "probe/http/http_head.h"

#include <gtest/gtest.h>

#include <vector>

namespace gatewatch::probe {
namespace {

bool add_all(HttpHead& head, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (!head.add_line(line)) {
      return false;
    }
  }
  return true;
}

TEST(HttpHead, KeepsStatusReasonAndLocation) {
  HttpHead head;
  EXPECT_FALSE(head.begun());
  EXPECT_TRUE(add_all(head, {"HTTP/1.1 302 Moved  Around\r\n", "lOcAtIoN:  /there \r\n"}));
  EXPECT_TRUE(head.begun());
  EXPECT_FALSE(head.complete());
  EXPECT_TRUE(head.add_line("\r\n"));
  EXPECT_TRUE(head.complete());
  EXPECT_EQ(head.status(), 302);
  EXPECT_EQ(head.reason(), "Moved  Around");
  EXPECT_EQ(head.location(), "/there");
}

TEST(HttpHead, MakesTheReasonPrintable) {
  HttpHead head;
  EXPECT_TRUE(head.add_line("HTTP/1.1 502 Bad\x1b[31m Gateway\r\n"));
  EXPECT_EQ(head.reason(), "Bad\\x1B[31m Gateway");
}

TEST(HttpHead, TakesALineWithoutReason) {
  HttpHead head;
  EXPECT_TRUE(head.add_line("HTTP/1.1 200\r\n"));
  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(head.reason(), "");
}

TEST(HttpHead, TakesTheFinalAnswerAfterInterimOnes) {
  HttpHead head;
  EXPECT_TRUE(add_all(head, {"HTTP/1.1 103 Early Hints\r\n", "Location: /no\r\n", "\r\n"}));
  EXPECT_FALSE(head.complete());
  EXPECT_TRUE(add_all(head, {"HTTP/1.1 200 OK\r\n", "\r\n"}));
  EXPECT_TRUE(head.complete());
  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(head.reason(), "OK");
  EXPECT_EQ(head.location(), "");
}

TEST(HttpHead, DoesNotTakeATrailerForPartOfTheHead) {
  HttpHead head;
  EXPECT_TRUE(add_all(head, {"HTTP/1.1 200 OK\r\n", "\r\n", "Location: /trailer\r\n"}));
  EXPECT_EQ(head.location(), "");
}

TEST(HttpHead, AllowsFiveHundredFieldsAndNotOneMore) {
  HttpHead head;
  EXPECT_TRUE(head.add_line("HTTP/1.1 200 OK\r\n"));
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(head.add_line("X: y\r\n"));
  }
  EXPECT_FALSE(head.add_line("X: y\r\n"));
  EXPECT_EQ(head.violation(), "more than 500 header fields");
}

TEST(HttpHead, AllowsTenInterimAnswersAndNotOneMore) {
  HttpHead head;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(add_all(head, {"HTTP/1.1 102 Processing\r\n", "\r\n"}));
  }
  EXPECT_TRUE(head.add_line("HTTP/1.1 102 Processing\r\n"));
  EXPECT_FALSE(head.add_line("\r\n"));
  EXPECT_EQ(head.violation(), "more than 10 interim answers");
}

TEST(HttpHead, AllowsSixtyFourKibibytesAndNotOneMore) {
  HttpHead head;
  EXPECT_TRUE(head.add_line("HTTP/1.1 200 OK\r\n"));
  const std::string rest = "X: " + std::string(64 * 1024 - 17 - 5, 'y') + "\r\n";
  EXPECT_TRUE(head.add_line(rest));
  EXPECT_FALSE(head.add_line("\r\n"));
  EXPECT_EQ(head.violation(), "more than 64 KiB of header");
}

TEST(HttpHead, TakesNoTransferCodingButChunked) {
  for (const char* coding : {"gzip", "chunked, gzip", "gzip, chunked", "x"}) {
    HttpHead head;
    EXPECT_TRUE(head.add_line("HTTP/1.1 200 OK\r\n"));
    EXPECT_FALSE(head.add_line("transfer-Encoding: " + std::string(coding) + "\r\n")) << coding;
    EXPECT_EQ(head.violation(), "a transfer coding other than chunked");
  }
  HttpHead head;
  EXPECT_TRUE(head.add_line("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(head.add_line("Transfer-Encoding:  Chunked \r\n"));
}

TEST(HttpHead, IsAsNewAfterClear) {
  HttpHead head;
  EXPECT_TRUE(add_all(head, {"HTTP/1.1 302 Found\r\n", "Location: /x\r\n", "\r\n"}));
  head.clear();
  EXPECT_FALSE(head.begun());
  EXPECT_FALSE(head.complete());
  EXPECT_EQ(head.status(), 0);
  EXPECT_EQ(head.location(), "");
}

}  // namespace
}  // namespace gatewatch::probe
