// SPDX-License-Identifier: MIT
#include "core/rate_window.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace gatewatch {
namespace {

using namespace std::chrono_literals;

constexpr Counts kGood{.probes = 1};
constexpr Counts kBad{.probes = 1, .bad = 1, .bad_502 = 1, .gateway = 1};

SteadyTime at(Duration since_start) {
  return SteadyTime(1'000h + since_start);
}

TEST(RateWindow, CountsWhatItWasGiven) {
  RateWindow window(5min);
  window.add(at(0s), kGood);
  window.add(at(30s), kBad);
  window.add(at(60s), kGood);
  const Counts& sum = window.sum(at(60s));
  EXPECT_EQ(sum.probes, 3U);
  EXPECT_EQ(sum.bad, 1U);
  EXPECT_NEAR(sum.rate(), 1.0 / 3, 1e-9);
}

TEST(RateWindow, HasARateOfZeroWhenEmpty) {
  RateWindow window(5min);
  EXPECT_EQ(window.sum(at(0s)).probes, 0U);
  EXPECT_EQ(window.sum(at(0s)).rate(), 0.0);
}

TEST(RateWindow, KeepsAProbeForItsSpanAndForgetsItOneSliceLater) {
  const Duration span = 63s;  // a slice is one second
  RateWindow window(span);
  window.add(at(0s), kBad);
  EXPECT_EQ(window.sum(at(span)).bad, 1U);
  EXPECT_EQ(window.sum(at(span + 1s)).bad, 0U);
}

TEST(RateWindow, ForgetsEverythingAfterALongSilence) {
  RateWindow window(5min);
  window.add(at(0s), kBad);
  EXPECT_EQ(window.sum(at(24h)).probes, 0U);
  window.add(at(24h), kGood);
  EXPECT_EQ(window.sum(at(24h)).probes, 1U);
}

TEST(RateWindow, TakesProbesOutOfOrderAndIgnoresTooOldOnes) {
  RateWindow window(5min);
  window.add(at(10min), kGood);
  window.add(at(8min), kBad);
  window.add(at(1min), kBad);
  EXPECT_EQ(window.sum(at(10min)), (Counts{.probes = 2, .bad = 1, .bad_502 = 1, .gateway = 1}));
}

TEST(RateWindow, WorksBeforeTheEpochOfTheSteadyClock) {
  RateWindow window(63s);
  window.add(SteadyTime(-90s), kBad);
  window.add(SteadyTime(-1s), kGood);
  window.add(SteadyTime(1s), kGood);
  EXPECT_EQ(window.sum(SteadyTime(1s)).probes, 2U);
}

// The counts always lie between those of an exact window of the span and of one a slice longer.
TEST(RateWindow, StaysWithinOneSliceOfAnExactWindow) {
  for (const Duration span : {Duration(10s), Duration(5min), Duration(24h), Duration(30 * 24h)}) {
    RateWindow window(span);
    const Duration slice = span / (RateWindow::kSlices - 1);
    std::deque<SteadyTime> exact;
    std::mt19937_64 random(17);
    SteadyTime now = at(0s);
    for (int i = 0; i < 5000; ++i) {
      now += Duration(static_cast<int64_t>(random() % static_cast<uint64_t>(span.count() / 50)));
      window.add(now, kGood);
      exact.push_back(now);
      while (exact.front() < now - span - slice) {
        exact.pop_front();
      }
      uint32_t within_span = 0;
      for (auto time = exact.rbegin(); time != exact.rend() && *time >= now - span; ++time) {
        ++within_span;
      }
      const uint32_t counted = window.sum(now).probes;
      ASSERT_GE(counted, within_span);
      ASSERT_LE(counted, exact.size());
    }
  }
}

}  // namespace
}  // namespace gatewatch
