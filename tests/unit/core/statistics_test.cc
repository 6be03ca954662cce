// SPDX-License-Identifier: MIT
#include "core/statistics.h"

#include <gtest/gtest.h>

namespace gatewatch {
namespace {

TEST(FisherP, IsTheShareOfDrawsThatAreAtLeastAsUneven) {
  // A lady tells four cups of eight apart: 1 of 70 ways; three right of four: 17 of 70.
  EXPECT_NEAR(fisher_p({4, 4}, {0, 4}), 1.0 / 70, 1e-9);
  EXPECT_NEAR(fisher_p({3, 4}, {1, 4}), 17.0 / 70, 1e-9);
  // The one bad address of three, after four rounds: 1 of 495 ways.
  EXPECT_NEAR(fisher_p({4, 4}, {0, 8}), 1.0 / 495, 1e-9);
}

TEST(FisherP, IsOneWhereThereIsNothingToCompare) {
  EXPECT_EQ(fisher_p({0, 0}, {3, 9}), 1);
  EXPECT_EQ(fisher_p({3, 9}, {0, 0}), 1);
  EXPECT_NEAR(fisher_p({9, 9}, {9, 9}), 1, 1e-9);
  EXPECT_NEAR(fisher_p({0, 9}, {9, 9}), 1, 1e-9);
}

}  // namespace
}  // namespace gatewatch
