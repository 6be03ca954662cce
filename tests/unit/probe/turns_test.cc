// SPDX-License-Identifier: MIT
#include "probe/schedule/turns.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

TEST(NextTurn, IsAMultipleOfTheIntervalPlusAPhaseOfTheName) {
  // FNV-1a-64 of "shop" is 5106059538504492041; modulo 30 s that is 18,504,492,041 ns, in the slot
  // that begins at 18.500 s.
  EXPECT_EQ(next_turn("shop", 30s, SteadyTime(0s)), SteadyTime(18500ms));
  EXPECT_EQ(next_turn("shop", 30s, SteadyTime(18500ms)), SteadyTime(18500ms));
  EXPECT_EQ(next_turn("shop", 30s, SteadyTime(18500ms + 1ns)), SteadyTime(48500ms));
}

TEST(NextTurn, IsTheSameWhereverTheProcessStarted) {
  const SteadyTime from_early = next_turn("shop", 30s, SteadyTime(1000h));
  for (int offset = 1; offset < 3; ++offset) {
    const SteadyTime later = next_turn("shop", 30s, SteadyTime(1000h) + offset * 30s);
    EXPECT_EQ((later - from_early) % 30s, 0s);
  }
}

TEST(NextTurn, SpreadsTargetsOverTheInterval) {
  std::map<int64_t, int> in_tenth;
  for (int i = 0; i < 1000; ++i) {
    const SteadyTime turn = next_turn("target-" + std::to_string(i), 1s, SteadyTime(1000h));
    ++in_tenth[(turn - SteadyTime(1000h)) / 100ms];
  }
  ASSERT_EQ(in_tenth.size(), 10U);
  for (const auto& [tenth, count] : in_tenth) {
    EXPECT_GT(count, 60) << "tenth " << tenth;  // 100 on average
    EXPECT_LT(count, 140) << "tenth " << tenth;
  }
}

}  // namespace
}  // namespace gatewatch::probe
