// SPDX-License-Identifier: MIT
#include "tests/support/sim_loop.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"

namespace gatewatch::testing {
namespace {
constexpr int kMaxCallbacksAtOneInstant = 1'000'000;
}

WallTime SimLoop::wall_now() const {
  return WallTime(
      std::chrono::floor<std::chrono::microseconds>(now_.time_since_epoch() + wall_minus_steady_));
}

probe::Loop::TimerId SimLoop::call_at(SteadyTime when, Callback callback) {
  return timers_.add(std::max(when, now_), std::move(callback));
}

void SimLoop::run_until(SteadyTime when) {
  int at_this_instant = 0;
  while (timers_.earliest() <= when) {
    const SteadyTime next = std::max(now_, timers_.earliest());
    at_this_instant = next == now_ ? at_this_instant + 1 : 0;
    GW_ASSERT(at_this_instant < kMaxCallbacksAtOneInstant);
    now_ = next;
    (*timers_.take_due(now_))();
  }
  now_ = std::max(now_, when);
}

}  // namespace gatewatch::testing
