// SPDX-License-Identifier: MIT
#include "core/clock_watch.h"

namespace gatewatch {

ClockReading read_clocks(const Clock& clock) {
  ClockReading reading;
  for (int tries = 0; tries < kReadingTries; ++tries) {
    reading = {clock.steady(), clock.wall(), clock.suspended()};
    if (clock.steady() - reading.steady <= kReadingApart) {
      break;
    }
  }
  return reading;
}

ClockWatch::Event ClockWatch::observe(const ClockReading& now) {
  Event event;
  const Duration suspended = now.suspended - last_.suspended;
  if (suspended >= kSuspension) {
    event.suspended = suspended;
    ++suspensions_;
  }
  const Duration stepped = (now.wall - last_.wall) - (now.steady - last_.steady) - suspended;
  if (stepped >= kClockStep || stepped <= -kClockStep) {
    event.stepped = stepped;
    ++steps_;
  }
  last_ = now;
  return event;
}

}  // namespace gatewatch
