// SPDX-License-Identifier: MIT
//
// Notices that the machine was suspended, and that somebody set its wall clock, by comparing the
// clocks at two instants: a suspension lets the steady clock fall behind the others, a step moves
// the wall clock alone.
//
// Thread: one at a time. Reads no clock itself. Slow corrections (NTP slews by at most 0.05 %) are
// no steps as long as it is asked at least every half hour.
#pragma once

#include <cstdint>

#include "core/time.h"

namespace gatewatch {

inline constexpr Duration kSuspension = std::chrono::seconds(1);  // shorter ones are not noticed
inline constexpr Duration kClockStep = std::chrono::seconds(1);   // nor are shorter steps

// All clocks at one instant, to within kReadingApart.
struct ClockReading {
  SteadyTime steady;
  WallTime wall;
  Duration suspended{};  // Clock::suspended()
};
inline constexpr Duration kReadingApart = std::chrono::milliseconds(10);

// Reads once more, at most kReadingTries times, where reading was interrupted for longer than that.
[[nodiscard]] ClockReading read_clocks(const Clock& clock);
inline constexpr int kReadingTries = 3;

class ClockWatch {
 public:
  // What happened between two readings; zero where nothing did.
  struct Event {
    Duration suspended{};
    Duration stepped{};  // negative: back
  };

  explicit ClockWatch(const ClockReading& first) : last_(first) {}

  // Since the reading before.
  Event observe(const ClockReading& now);

  // Since the first reading.
  [[nodiscard]] uint64_t suspensions() const { return suspensions_; }
  [[nodiscard]] uint64_t steps() const { return steps_; }

 private:
  ClockReading last_;
  uint64_t suspensions_ = 0;
  uint64_t steps_ = 0;
};

}  // namespace gatewatch
