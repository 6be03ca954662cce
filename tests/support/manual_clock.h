// SPDX-License-Identifier: MIT
//
// A clock that stands until it is moved.
//
// Thread: any.
#pragma once

#include "core/mutex.h"
#include "core/time.h"

namespace gatewatch::testing {

class ManualClock final : public Clock {
 public:
  // Begins at 2026-11-22T10:00:00Z, an hour after an imagined boot.
  ManualClock() = default;

  [[nodiscard]] SteadyTime steady() const override {
    MutexLock lock(mutex_);
    return steady_;
  }
  [[nodiscard]] WallTime wall() const override {
    MutexLock lock(mutex_);
    return wall_;
  }
  [[nodiscard]] Duration suspended() const override {
    MutexLock lock(mutex_);
    return suspended_;
  }

  // Moves both clocks in step.
  void advance(Duration by) {
    MutexLock lock(mutex_);
    steady_ += by;
    wall_ += std::chrono::floor<std::chrono::microseconds>(by);
  }
  // Moves the wall clock on while the steady one stands, as the machine's suspension does.
  void suspend(Duration by) {
    MutexLock lock(mutex_);
    suspended_ += by;
    wall_ += std::chrono::floor<std::chrono::microseconds>(by);
  }
  // Moves the wall clock alone.
  void step_wall(Duration by) {
    MutexLock lock(mutex_);
    wall_ += std::chrono::floor<std::chrono::microseconds>(by);
  }

 private:
  mutable Mutex mutex_;
  SteadyTime steady_ GW_GUARDED_BY(mutex_){std::chrono::hours(1)};
  WallTime wall_ GW_GUARDED_BY(mutex_){std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} +
                                       std::chrono::hours(10)};
  Duration suspended_ GW_GUARDED_BY(mutex_){};
};

}  // namespace gatewatch::testing
