// SPDX-License-Identifier: MIT
//
// An answer through HttpParser, fed in several ways that must all give the same.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/parsed_answer.h"

namespace gatewatch::probe {

inline constexpr size_t kShortAnswer = 600;  // up to here every split in two is tried

// At once, byte by byte, split in two, and once more without the bytes that it left.
inline testing::ParsedAnswer parse(std::string_view bytes, const testing::Feed& feed = {}) {
  HttpParser parser;
  const auto all = [](size_t left) { return left; };
  testing::ParsedAnswer whole = parse_in_pieces(parser, bytes, feed, all);
  const auto expect_same = [&](const testing::ParsedAnswer& other, const char* how, size_t where) {
    EXPECT_EQ(other, whole) << how << where << " of " << bytes.substr(0, 100);
  };
  const auto one = [](size_t) { return size_t{1}; };
  expect_same(parse_in_pieces(parser, bytes, feed, one), "byte by byte", 0);
  for (size_t first = 1; first < bytes.size() && bytes.size() <= kShortAnswer; ++first) {
    const auto halves = [&](size_t left) { return left == bytes.size() ? first : left; };
    expect_same(parse_in_pieces(parser, bytes, feed, halves), "split at ", first);
  }
  if (whole.taken < bytes.size() && whole.failure == Outcome::Ok && !whole.body_cut) {
    const std::string_view own = bytes.substr(0, whole.taken);
    expect_same(parse_in_pieces(parser, own, feed, all), "without what follows", whole.taken);
  }
  return whole;
}

inline testing::Feed then(HttpParser::End end) {
  return {.options = {}, .end = end};
}
inline testing::Feed keeping_body(std::optional<HttpParser::End> end = std::nullopt) {
  return {.options = {.kept_body = kMaxBodyBytes}, .end = end};
}

}  // namespace gatewatch::probe
