// SPDX-License-Identifier: MIT
//
// The suite itself: what it measures can be seen to be too much.
#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "tests/hostile/hostile.h"
#include "tests/hostile/memory_meter.h"

namespace gatewatch::probe {
namespace {

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
