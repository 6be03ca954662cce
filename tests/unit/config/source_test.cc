// SPDX-License-Identifier: MIT
#include "config/source.h"

#include <gtest/gtest.h>

#include <map>

namespace gatewatch::config {
namespace {

TEST(SourceFile, CountsLinesAndCharactersFromOne) {
  const SourceFile file("x", "ab\nä€c\n");
  const auto at = [&](size_t offset) {
    const Place place = place_at(file, offset);
    return std::pair(place.line, place.column);
  };
  EXPECT_EQ(at(0), std::pair(1, 1));
  EXPECT_EQ(at(2), std::pair(1, 3));
  EXPECT_EQ(at(3), std::pair(2, 1));
  EXPECT_EQ(at(8), std::pair(2, 3));  // "c": after two bytes of "ä" and three of "€"
  EXPECT_EQ(at(10), std::pair(3, 1));
  EXPECT_EQ(at(99), std::pair(3, 1));
}

TEST(SourceFile, LeavesOutAByteOrderMark) {
  const SourceFile file("x", "\xEF\xBB\xBF[a]");
  EXPECT_EQ(file.text, "[a]");
}

TEST(FindBadByte, FindsNulAndIllFormedUtf8) {
  const std::map<std::string, size_t> cases{
      {"", std::string::npos},
      {"abc ä € 😀\t\r\n\x7F", std::string::npos},
      {"\xC2\x80", std::string::npos},  // a control character, but well-formed
      {std::string("ab\0c", 4), 2},
      {"ab\xFF", 2},
      {"ä\xC3", 2},          // cut off
      {"\xC0\xAF", 0},       // overlong
      {"a\xED\xA0\x80", 1},  // a surrogate
      {"\x80", 0},
      {"\xC3\n", 0},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(find_bad_byte(text), expected) << text;
  }
}

}  // namespace
}  // namespace gatewatch::config
