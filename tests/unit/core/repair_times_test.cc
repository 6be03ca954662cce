// SPDX-License-Identifier: MIT
#include "core/repair_times.h"

#include <gtest/gtest.h>

namespace gatewatch {
namespace {

using namespace std::chrono_literals;

TEST(RepairTimes, FewIncidentsTellNothing) {
  EXPECT_FALSE(repair_times({5min, 6min}, 1min));
}

TEST(RepairTimes, TheMedianAndWhoLastedAsLong) {
  const auto times = repair_times({120min, 5min, 20min, 44min, 9min}, 10min);
  ASSERT_TRUE(times);
  EXPECT_EQ(times->incidents, 5U);
  EXPECT_EQ(times->median, 20min);
  EXPECT_EQ(times->as_old, 3U);
  EXPECT_EQ(times->soon, 1U) << "20 min, but not 44";
  EXPECT_EQ(describe(*times),
            "5 incidents before: half were over after 20 min; of 3 that lasted as long as this "
            "one, 1 ended within 30 min more");
}

TEST(RepairTimes, OneThatIsOlderThanAllIsTold) {
  const auto times = repair_times({5min, 5min, 6min}, 1h);
  ASSERT_TRUE(times);
  EXPECT_EQ(describe(*times),
            "3 incidents before: half were over after 5 min; none lasted as long as this one");
}

}  // namespace
}  // namespace gatewatch
