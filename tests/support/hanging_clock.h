// SPDX-License-Identifier: MIT
//
// The machine's clocks, which hang for all threads but the one that made it, as a file system does
// that has gone: a thread that reads them stays in the call until it is released.
//
// Thread: hang() and release() are of the one that made it.
#pragma once

#include <cstdint>
#include <thread>

#include "core/mutex.h"
#include "core/time.h"

namespace gatewatch::testing {

class HangingClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return system_clock().steady(); }
  [[nodiscard]] WallTime wall() const override {
    wait();
    return system_clock().wall();
  }

  void hang() {
    const MutexLock lock(mutex_);
    hangs_ = true;
  }
  void release() {
    const MutexLock lock(mutex_);
    hangs_ = false;
    changed_.notify_all();
  }
  // Whether another thread is in a call within ten seconds.
  [[nodiscard]] bool wait_for_a_hanging_call() {
    return wait_until_true(&HangingClock::waiting_, 1);
  }
  // Whether other threads have begun so many calls, of all, within ten seconds.
  [[nodiscard]] bool wait_for_calls(uint64_t count) {
    return wait_until_true(&HangingClock::calls_, count);
  }
  [[nodiscard]] uint64_t calls() const {
    const MutexLock lock(mutex_);
    return calls_;
  }

 private:
  void wait() const {
    if (std::this_thread::get_id() == maker_) {
      return;
    }
    const MutexLock lock(mutex_);
    ++calls_;
    ++waiting_;
    changed_.notify_all();
    while (hangs_) {
      changed_.wait(mutex_);
    }
    --waiting_;
  }
  bool wait_until_true(uint64_t HangingClock::*number, uint64_t least) {
    const MutexLock lock(mutex_);
    const SteadyTime deadline = system_clock().steady() + std::chrono::seconds(10);
    while (this->*number < least) {
      if (system_clock().steady() >= deadline) {
        return false;
      }
      changed_.wait_until(mutex_, deadline);
    }
    return true;
  }

  const std::thread::id maker_ = std::this_thread::get_id();
  mutable Mutex mutex_;
  mutable CondVar changed_;
  mutable uint64_t calls_ = 0;
  mutable uint64_t waiting_ = 0;
  bool hangs_ = false;
};

}  // namespace gatewatch::testing
