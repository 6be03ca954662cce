// SPDX-License-Identifier: MIT
#include "logs/unescaped_text.h"

#include <gtest/gtest.h>

namespace gatewatch::logs {
namespace {

TEST(UnescapedText, IsTheTextWhereNothingWasEscaped) {
  const UnescapedText plain("100 % of \\n and \\d, 5%");
  EXPECT_EQ(plain.bytes(), "100 % of \\n and \\d, 5%");
  EXPECT_EQ(plain.from(7), 7U);
  EXPECT_EQ(plain.depth(7), 0);
  EXPECT_EQ(UnescapedText("").bytes(), "");
}

TEST(UnescapedText, IsWhatWasEscaped) {
  EXPECT_EQ(UnescapedText("a%3Db%3d").bytes(), "a=b=");
  EXPECT_EQ(UnescapedText(R"(\x22a\u003d\/\'\")").bytes(), R"("a=/'")");
  EXPECT_EQ(UnescapedText(R"(%zz%4 \xg0 \u0g00 \u0100)").bytes(), R"(%zz%4 \xg0 \u0g00 \u0100)");
  EXPECT_EQ(UnescapedText(R"(a\)").bytes(), R"(a\)");
}

TEST(UnescapedText, TellsWhereEachByteIsFromAndHowOftenItWasEscaped) {
  const UnescapedText plain("a%253Db");
  EXPECT_EQ(plain.bytes(), "a=b");
  EXPECT_EQ(plain.from(1), 1U);
  EXPECT_EQ(plain.from(2), 6U);
  EXPECT_EQ(plain.from(3), 7U);
  EXPECT_EQ(plain.depth(0), 0);
  EXPECT_EQ(plain.depth(1), 2);
}

TEST(UnescapedText, TellsAnEscapedBackslashFromOneThatEscapes) {
  const UnescapedText value(R"("\\")");  // a backslash in quotation marks
  EXPECT_EQ(value.bytes(), R"("\")");
  EXPECT_EQ(value.depth(2), 0);
  const UnescapedText nested(R"(\\\")");
  EXPECT_EQ(nested.bytes(), "\"");
  EXPECT_EQ(nested.depth(0), 2);
}

TEST(UnescapedText, IsUndoneSoOftenAndNoMore) {
  EXPECT_EQ(UnescapedText("%2525252522").bytes(), "%22");
}

}  // namespace
}  // namespace gatewatch::logs
