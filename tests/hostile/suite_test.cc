// SPDX-License-Identifier: MIT
//
// The suite itself: every case is there, and what it measures can be seen to be too much.
#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "tests/hostile/hostile.h"
#include "tests/hostile/memory_meter.h"

namespace gatewatch::probe {
namespace {

constexpr int kCases = 97;

TEST(HostileSuite, HasEveryCase) {
  std::vector<int> missing;
  for (int number = 1; number <= kCases; ++number) {
    if (!case_numbers().contains(number)) {
      missing.push_back(number);
    }
  }
  EXPECT_EQ(missing, std::vector<int>());
}

TEST(MemoryMeter, TellsThePeakNotTheEnd) {
  constexpr size_t kBytes = 4 * kMaxGrowth;
  testing::MemoryMeter meter;
  {
    const std::vector<char> large(kBytes);
    meter.sample();
  }
  meter.sample();
  EXPECT_GE(meter.peak_growth(), kBytes);
  EXPECT_LE(meter.peak_growth(), kBytes + kMaxGrowth);
}

TEST(MemoryMeter, TellsWhatCFunctionsAllocate) {
  constexpr size_t kBytes = 4 * kMaxGrowth;
  testing::MemoryMeter meter;
  void* block = std::malloc(kBytes);
  meter.sample();
  std::free(block);
  EXPECT_GE(meter.peak_growth(), kBytes);
}

}  // namespace
}  // namespace gatewatch::probe
