// SPDX-License-Identifier: MIT
#include "probe/schedule/turns.h"

#include "core/assert.h"

namespace gatewatch::probe {
namespace {

uint64_t fnv1a_64(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

Duration phase_of(std::string_view name, Duration interval) {
  const uint64_t hash = fnv1a_64(name) % static_cast<uint64_t>(interval.count());
  return floor_to_slot(Duration(static_cast<Duration::rep>(hash)));
}

}  // namespace

Duration floor_to_slot(Duration duration) {
  const Duration rest = duration % kSlot;
  return duration - (rest < Duration::zero() ? rest + kSlot : rest);
}

Turns::Turns(std::string_view name, Duration interval) : interval_(interval) {
  GW_ASSERT(interval >= kSlot);
  phase_ = phase_of(name, interval);
}

SteadyTime Turns::at(int64_t number) const {
  return SteadyTime(floor_to_slot(number * interval_ + phase_));
}

int64_t Turns::first_not_before(SteadyTime now) const {
  const Duration since = now.time_since_epoch() - phase_;
  int64_t number = since / interval_ - (since < Duration::zero() ? 1 : 0);
  while (at(number) < now) {
    ++number;
  }
  return number;
}

SteadyTime next_turn(std::string_view name, Duration interval, SteadyTime now) {
  const Turns turns(name, interval);
  return turns.at(turns.first_not_before(now));
}

}  // namespace gatewatch::probe
