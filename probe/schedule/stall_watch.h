// SPDX-License-Identifier: MIT
//
// Whether the loop turned all the time while probes were in flight. A loop that stands still (a
// machine without time for us, a process that was stopped) sees answers too late and sends too
// late; what then times out says nothing about the target.
//
// Thread: the loop's. Lifetime: the loop outlives it. Cost: a timer every kBeat while it watches.
#pragma once

#include <cstdint>

#include "core/time.h"
#include "probe/kinds/prober.h"
#include "probe/loop/loop.h"

namespace gatewatch::probe {

inline constexpr Duration kBeat = std::chrono::milliseconds(100);

class StallWatch {
 public:
  explicit StallWatch(Loop& loop) : loop_(loop) {}
  ~StallWatch() { stop(); }
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;

  // Watches from now on until stop(). Nothing happens where it does already.
  void start();
  void stop();

  // For how long the loop stood still, where it did for kStandstill or more since `start`, which is
  // an instant at which it watched; else zero. At most kBeat too long. Of several times the last.
  [[nodiscard]] Duration stood_still_since(SteadyTime start);

  // How often, since it was made. Each is logged.
  [[nodiscard]] uint64_t count() const { return count_; }

 private:
  void beat();
  void look();
  void await_beat();

  Loop& loop_;
  Loop::TimerId timer_ = Loop::TimerId::None;  // None: it does not watch
  SteadyTime last_turn_;                       // when it saw the loop turn
  SteadyTime stall_ended_;
  Duration stall_{};
  uint64_t count_ = 0;
};

}  // namespace gatewatch::probe
