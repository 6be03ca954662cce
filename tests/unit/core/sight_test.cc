// SPDX-License-Identifier: MIT
#include "core/sight.h"

#include <gtest/gtest.h>

namespace gatewatch {
namespace {

using namespace std::chrono_literals;

TEST(Sight, ChancesAreThoseOfTheBinomialDistribution) {
  EXPECT_DOUBLE_EQ(chance_of_at_least(0, 10, 0.1), 1);
  EXPECT_NEAR(chance_of_at_least(1, 10, 0.1), 0.6513, 1e-4);  // 1 - 0.9^10
  EXPECT_NEAR(chance_of_at_least(2, 3, 0.5), 0.5, 1e-9);
  EXPECT_EQ(chance_of_at_least(4, 3, 0.5), 0);
  EXPECT_EQ(chance_of_at_least(3, 3, 1), 1);
}

TEST(Sight, TheDefaultRateSeesAboutATenthWithinItsHour) {
  Rule rule;
  rule.threshold = 0.05;
  rule.window = 1h;
  rule.min_probes = 20;
  rule.min_bad = 5;
  EXPECT_NEAR(least_rate_seen(rule, 30s), 0.086, 0.001);  // 6 of 120
  EXPECT_GT(least_rate_seen(rule, 60s), 0.14);            // 5 of 60
}

TEST(Sight, AWindowThatCannotHoldItsMinimumSeesNothing) {
  Rule rule;
  rule.window = 1min;
  rule.min_probes = 5;
  EXPECT_GT(least_rate_seen(rule, 30s), 1);
}

TEST(Sight, OnePercentAtHalfMinuteIsMetAfterTwoAndAHalfHours) {
  EXPECT_EQ(time_to_first_bad(0.01, 30s), 299 * 30s);
  EXPECT_GT(time_to_first_bad(0.01, 30s), 1h);
  EXPECT_EQ(time_to_first_bad(0.5, 30s), 5 * 30s);
}

}  // namespace
}  // namespace gatewatch
