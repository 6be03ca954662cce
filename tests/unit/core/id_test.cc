// SPDX-License-Identifier: MIT
#include "core/id.h"

#include <gtest/gtest.h>

#include <set>

namespace gatewatch {
namespace {

using namespace std::chrono_literals;

TEST(Ulid, WritesTheTimeAsTheSpecificationDoes) {
  Rng rng(1);
  // The example of the ULID specification: 1469918176385 ms is 01ARYZ6S41.
  const std::string id = make_ulid(WallTime{1'469'918'176'385ms}, rng);
  EXPECT_EQ(id.size(), 26U);
  EXPECT_EQ(id.substr(0, 10), "01ARYZ6S41");
}

TEST(Ulid, SortsByTimeAndDiffersWithinAMillisecond) {
  Rng rng(1);
  std::set<std::string> seen;
  std::string last;
  for (int i = 0; i < 1000; ++i) {
    seen.insert(make_ulid(WallTime{5ms}, rng));
  }
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_LT(*seen.rbegin(), make_ulid(WallTime{6ms}, rng));
}

TEST(Rng, RepeatsItselfForASeed) {
  Rng a(42);
  Rng b(42);
  EXPECT_EQ(a.next(), b.next());
}

TEST(Rng, StaysBelowTheBound) {
  Rng rng(7);
  for (int i = 0; i < 1000; ++i) {
    const Duration drawn = rng.below(10ms);
    ASSERT_GE(drawn, 0ms);
    ASSERT_LT(drawn, 10ms);
  }
  EXPECT_EQ(rng.below(0ms), 0ms);
}

}  // namespace
}  // namespace gatewatch
