// SPDX-License-Identifier: MIT
#include "core/clock_watch.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace gatewatch {
namespace {

using namespace std::chrono_literals;
using testing::ManualClock;

struct World {
  ClockWatch::Event look() { return watch.observe(read_clocks(clock)); }

  ManualClock clock;
  ClockWatch watch{read_clocks(clock)};
};

TEST(ClockWatch, SaysNothingWhileTheClocksGoTogether) {
  World world;
  world.clock.advance(1s);
  EXPECT_EQ(world.look().stepped, 0s);
  world.clock.advance(24h);
  const ClockWatch::Event event = world.look();
  EXPECT_EQ(event.suspended, 0s);
  EXPECT_EQ(event.stepped, 0s);
  EXPECT_EQ(world.watch.suspensions() + world.watch.steps(), 0U);
}

TEST(ClockWatch, TellsASuspensionThatIsNoStep) {
  World world;
  world.clock.advance(1s);
  world.clock.suspend(2h);
  const ClockWatch::Event event = world.look();
  EXPECT_EQ(event.suspended, 2h);
  EXPECT_EQ(event.stepped, 0s);
  EXPECT_EQ(world.look().suspended, 0s) << "told once";
  EXPECT_EQ(world.watch.suspensions(), 1U);
}

TEST(ClockWatch, TellsStepsForwardAndBack) {
  World world;
  world.clock.step_wall(1h);
  EXPECT_EQ(world.look().stepped, 1h);
  world.clock.advance(1s);
  world.clock.step_wall(-3s);
  EXPECT_EQ(world.look().stepped, -3s);
  EXPECT_EQ(world.watch.steps(), 2U);
  EXPECT_EQ(world.watch.suspensions(), 0U);
}

TEST(ClockWatch, TellsAStepDuringASuspension) {
  World world;
  world.clock.suspend(10min);
  world.clock.step_wall(-30s);
  const ClockWatch::Event event = world.look();
  EXPECT_EQ(event.suspended, 10min);
  EXPECT_EQ(event.stepped, -30s);
}

TEST(ClockWatch, LeavesSmallCorrectionsAlone) {
  World world;
  for (int i = 0; i < 10; ++i) {
    world.clock.advance(1s);
    world.clock.step_wall(999ms);
    EXPECT_EQ(world.look().stepped, 0s);
  }
}

// Time that passes while the clocks are read, as when the process loses the processor.
class SlowClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override {
    now_ += interruptions > 0 ? 5s : 0s;
    interruptions = std::max(interruptions - 1, 0);
    return SteadyTime(now_);
  }
  [[nodiscard]] WallTime wall() const override {
    return WallTime(std::chrono::floor<std::chrono::microseconds>(now_));
  }

  mutable int interruptions = 0;

 private:
  mutable Duration now_ = 1000h;
};

TEST(ReadClocks, ReadsAgainWhereItWasInterrupted) {
  SlowClock clock;
  clock.interruptions = 2;
  const ClockReading reading = read_clocks(clock);
  EXPECT_EQ(reading.steady, SteadyTime(1000h + 10s));
  EXPECT_EQ(reading.wall, WallTime(1000h + 10s));
}

TEST(SystemClock, WasNotSuspendedBetweenTwoReadings) {
  const Clock& clock = system_clock();
  ClockWatch watch(read_clocks(clock));
  const ClockWatch::Event event = watch.observe(read_clocks(clock));
  EXPECT_EQ(event.suspended, 0s);
  EXPECT_EQ(event.stepped, 0s);
  EXPECT_GE(read_clocks(clock).suspended, -1s);
}

}  // namespace
}  // namespace gatewatch
