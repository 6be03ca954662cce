// SPDX-License-Identifier: MIT
//
// When a target's turns are: at k * interval + phase on the steady clock, where the phase is a hash
// of its name. They are the same after every restart, never drift, and those of many targets are
// spread evenly.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/time.h"

namespace gatewatch::probe {

inline constexpr Duration kSlot = std::chrono::milliseconds(5);

[[nodiscard]] Duration floor_to_slot(Duration duration);

// The turns of one target, numbered along the steady clock.
class Turns {
 public:
  // No turn at all: to be assigned to.
  Turns() = default;
  // Requires: interval >= kSlot.
  Turns(std::string_view name, Duration interval);

  [[nodiscard]] Duration interval() const { return interval_; }
  // Rounded down to a slot, and only here: intervals that are no multiple of a slot do not drift.
  [[nodiscard]] SteadyTime at(int64_t number) const;
  [[nodiscard]] int64_t first_not_before(SteadyTime now) const;

 private:
  Duration interval_{};
  Duration phase_{};
};

// The first turn of a target at or after `now`, without jitter. Requires: interval >= kSlot.
[[nodiscard]] SteadyTime next_turn(std::string_view name, Duration interval, SteadyTime now);

}  // namespace gatewatch::probe
