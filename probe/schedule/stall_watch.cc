// SPDX-License-Identifier: MIT
//
// A beat that comes late shows that the loop did not turn. A deadline that passed meanwhile runs
// before the beat does, so whoever asks makes it look first.
#include "probe/schedule/stall_watch.h"

#include <utility>

#include "core/log.h"

namespace gatewatch::probe {

void StallWatch::start() {
  if (timer_ == Loop::TimerId::None) {
    last_turn_ = loop_.now();
    await_beat();
  }
}

void StallWatch::stop() {
  loop_.cancel(std::exchange(timer_, Loop::TimerId::None));
}

Duration StallWatch::stood_still_since(SteadyTime start) {
  look();
  return stall_ > Duration::zero() && stall_ended_ > start ? stall_ : Duration::zero();
}

void StallWatch::await_beat() {
  timer_ = loop_.call_at(loop_.now() + kBeat, [this] { beat(); });
}

void StallWatch::beat() {
  look();
  await_beat();
}

void StallWatch::look() {
  const SteadyTime now = loop_.now();
  const Duration passed = now - std::exchange(last_turn_, now);
  if (timer_ == Loop::TimerId::None || passed < kStandstill) {
    return;
  }
  stall_ = passed;
  stall_ended_ = now;
  ++count_;
  log(LogLevel::Warning, "the probe loop stood still", {{"for_ms", to_ms(passed)}});
}

}  // namespace gatewatch::probe
