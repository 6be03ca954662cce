// SPDX-License-Identifier: MIT
//
// The seam through which time passes on the loop thread: real (EpollLoop) or simulated.
#pragma once

#include <cstdint>
#include <functional>

#include "core/time.h"

namespace gatewatch::probe {

// Thread: the loop's own, except post(). Lifetime: outlives everything that holds a timer.
class Loop {
 public:
  using Callback = std::move_only_function<void()>;
  enum class TimerId : uint64_t { None = 0 };

  virtual ~Loop() = default;

  // Read once per turn: the same for everything that happens in one turn.
  [[nodiscard]] virtual SteadyTime now() const = 0;
  [[nodiscard]] virtual WallTime wall_now() const = 0;
  // Clock::suspended(), read at the call.
  [[nodiscard]] virtual Duration suspended() const = 0;

  // Runs `callback` once, not before `when`; timers due together run in the order they were set.
  virtual TimerId call_at(SteadyTime when, Callback callback) = 0;
  // Nothing happens for None or for a timer that has run.
  virtual void cancel(TimerId timer) = 0;

  // Thread: any. Runs `callback` on the loop thread, in order. What is posted after the loop ended
  // is destroyed without running.
  virtual void post(Callback callback) = 0;
};

}  // namespace gatewatch::probe
