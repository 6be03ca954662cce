// SPDX-License-Identifier: MIT
#include "alerts/course.h"

namespace gatewatch::alerts {

Course::Course(const Target& target)
    : longest_gap_(kLongestGap * target.interval + target.timeout), shape_(target.interval) {}

void Course::add(SteadyTime at, Outcome outcome, bool is_failing) {
  shape_.add(at, is_failing);
  if (is_failing) {
    clean_since_.reset();
    in_a_row_ = failing_as_ == outcome ? in_a_row_ + 1 : 1;
    failing_as_ = outcome;
  } else if (!clean_since_ || at - *newest_ > longest_gap_) {
    clean_since_ = at;
  }
  newest_ = at;
}

Duration Course::clean_for(SteadyTime now) const {
  return clean_since_ ? now - *clean_since_ : Duration::zero();
}

std::optional<Outcome> Course::turned_from(std::optional<Outcome> told, SteadyTime now) {
  const bool is_other = failing_as_ && failing_as_ != told && in_a_row_ >= kTurned;
  if (!is_other || (turned_at_ && now - *turned_at_ < kLeastBetweenTurns)) {
    return std::nullopt;
  }
  turned_at_ = now;
  return failing_as_;
}

}  // namespace gatewatch::alerts
