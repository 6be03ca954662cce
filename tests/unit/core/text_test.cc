// SPDX-License-Identifier: MIT
#include "core/text.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace gatewatch {
namespace {

TEST(Printable, LeavesPlainTextAlone) {
  EXPECT_EQ(printable("Bad Gateway – größer 🚒"), "Bad Gateway – größer 🚒");
}

TEST(Printable, ShowsControlCharactersAsEscapes) {
  EXPECT_EQ(printable("a\x1B[31mb\r\n\x7F"), "a\\x1B[31mb\\x0D\\x0A\\x7F");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\xC2\x9B"), "\\u{9B}");
}

TEST(Printable, ShowsBidirectionalOverridesAndLineSeparators) {
  EXPECT_EQ(printable("a\u202Eb\u2028c\u2066d"), "a\\u{202E}b\\u{2028}c\\u{2066}d");
}

TEST(Printable, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("\xFF"), "\\xFF");
  EXPECT_EQ(printable("\xC0\x80"), "\\xC0\\x80");           // overlong NUL
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xED\\xA0\\x80");  // a surrogate
  EXPECT_EQ(printable("\xE2\x82"), "\\xE2\\x82");           // cut short
}

TEST(Printable, CutsAtACharacterAndSaysSo) {
  const std::string cut = printable(std::string(300, 'x') + "end", 16);
  EXPECT_EQ(cut, std::string(13, 'x') + "…");
  EXPECT_LE(printable("ääääääää", 10).size(), 10U);
  EXPECT_TRUE(is_printable_utf8(printable("ääääääää", 10)));
  EXPECT_EQ(printable("12345678", 8), "12345678");
}

TEST(IsPrintableUtf8, KnowsControlAndBrokenText) {
  EXPECT_TRUE(is_printable_utf8("Zürich"));
  EXPECT_FALSE(is_printable_utf8("a\tb"));
  EXPECT_FALSE(is_printable_utf8("\x80"));
}

TEST(CountCharacters, CountsCodePoints) {
  EXPECT_EQ(count_characters("Zürich"), 6U);
  EXPECT_EQ(count_characters("🚒"), 1U);
}

TEST(Closest, FindsASlipOfTheFingers) {
  constexpr std::array<std::string_view, 3> kKeys{"interval", "timeout", "url"};
  EXPECT_EQ(closest("intervall", kKeys), "interval");
  EXPECT_EQ(closest("tiemout", kKeys), "timeout");
  EXPECT_EQ(closest("ulr", kKeys), "url");  // a swap of neighbours is one slip
  EXPECT_EQ(closest("uri", kKeys), "url");
  EXPECT_EQ(closest("colour", kKeys), "");
}

TEST(ListOf, JoinsWordsAsAPersonListsThem) {
  EXPECT_EQ(list_of({}, " and "), "");
  EXPECT_EQ(list_of({"a"}, " and "), "a");
  EXPECT_EQ(list_of({"a", "b"}, " and "), "a and b");
  EXPECT_EQ(list_of({"a", "b", "c"}, " or "), "a, b or c");
}

}  // namespace
}  // namespace gatewatch
