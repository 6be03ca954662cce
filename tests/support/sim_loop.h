// SPDX-License-Identifier: MIT
//
// A Loop whose time passes only when a test says so. What is due runs in order of time, then in the
// order it was set, with now() exactly at its time; the same calls give the same run.
//
// Thread: one. post() runs at the present instant, when time is next let pass.
#pragma once

#include "core/time.h"
#include "probe/loop/loop.h"
#include "probe/loop/timer_heap.h"

namespace gatewatch::testing {

class SimLoop final : public probe::Loop, public Clock {
 public:
  // Far from 0, as a machine that has been up for a while.
  static constexpr SteadyTime kStart{std::chrono::hours(1000)};
  static constexpr WallTime kWallStart{std::chrono::sys_days(std::chrono::January / 15 / 2026)};

  explicit SimLoop(SteadyTime start = kStart, WallTime wall_start = kWallStart)
      : now_(start), wall_minus_steady_(wall_start.time_since_epoch() - start.time_since_epoch()) {}

  [[nodiscard]] SteadyTime now() const override { return now_; }
  [[nodiscard]] WallTime wall_now() const override;
  TimerId call_at(SteadyTime when, Callback callback) override;
  void cancel(TimerId timer) override { timers_.remove(timer); }
  void post(Callback callback) override { call_at(now_, std::move(callback)); }

  [[nodiscard]] SteadyTime steady() const override { return now_; }
  [[nodiscard]] WallTime wall() const override { return wall_now(); }
  // Both of the Loop and of the Clock.
  [[nodiscard]] Duration suspended() const override { return suspended_; }

  // Runs all that is due up to `when`, that instant included; then it is `when`.
  // Ends the process where one instant runs more than a million callbacks.
  void run_until(SteadyTime when);
  void advance(Duration duration) { run_until(now_ + duration); }
  // Lets time pass without running anything, as a machine does that is stopped for a while.
  void stall(Duration duration) { now_ += duration; }
  // Puts the machine to sleep: the wall clock runs on, the steady one stands.
  void suspend(Duration duration) {
    suspended_ += duration;
    wall_minus_steady_ += duration;
  }
  // Sets the wall clock forward or back.
  void step_wall(Duration by) { wall_minus_steady_ += by; }

  [[nodiscard]] size_t timers() const { return timers_.size(); }

 private:
  SteadyTime now_;
  Duration wall_minus_steady_;
  Duration suspended_{};
  probe::TimerHeap timers_;
};

}  // namespace gatewatch::testing
