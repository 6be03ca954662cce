// SPDX-License-Identifier: MIT
#include "core/incident_shape.h"

#include <algorithm>
#include <cmath>

namespace gatewatch {
namespace {

std::string percent(double share) {
  return std::to_string(std::lround(share * 100)) + "%";
}

std::string in_runs(uint32_t runs) {
  return std::to_string(runs) + (runs == 1 ? " run" : " runs") + " of failures";
}

// What the correlation tells, where it does.
std::string pattern_of(const IncidentShape& shape) {
  const std::optional<double> correlation = shape.correlation();
  if (!correlation) {
    return {};
  }
  if (*correlation > kInBursts) {
    return "; in bursts, as with restarts or overload";
  }
  if (*correlation < kEachAnew) {
    return "; each request meets its luck anew, as with one bad backend of several";
  }
  return {};
}

}  // namespace

void IncidentShape::add(SteadyTime at, bool is_bad) {
  if (!first_bad_ && !is_bad) {
    return;
  }
  const bool follows = newest_ && at - *newest_ <= kLongestGap * interval_;
  if (follows) {
    uint32_t& after = newest_bad_ ? after_bad_ : after_good_;
    uint32_t& bad_after = newest_bad_ ? bad_after_bad_ : bad_after_good_;
    ++after;
    bad_after += is_bad ? 1 : 0;
  }
  ++all_;
  if (is_bad) {
    const bool goes_on = newest_ && newest_bad_;  // also over a gap: nobody saw it end
    runs_ += goes_on ? 0 : 1;
    ++bad_;
    all_at_last_bad_ = all_;
    last_bad_ = at;
    if (!first_bad_) {
      first_bad_ = at;
    }
  }
  newest_ = at;
  newest_bad_ = is_bad;
}

void IncidentShape::began_by(SteadyTime at) {
  if (first_bad_) {
    first_bad_ = std::min(*first_bad_, at);
  }
}

double IncidentShape::duty() const {
  return all_at_last_bad_ == 0 ? 0 : static_cast<double>(bad_) / all_at_last_bad_;
}

Duration IncidentShape::age(SteadyTime now) const {
  return first_bad_ ? std::max<Duration>(now - *first_bad_, Duration::zero()) : Duration::zero();
}

std::optional<double> IncidentShape::correlation() const {
  if (after_bad_ < kLeastPairs || after_good_ < kLeastPairs) {
    return std::nullopt;
  }
  return static_cast<double>(bad_after_bad_) / after_bad_ -
         static_cast<double>(bad_after_good_) / after_good_;
}

Classification classify(const IncidentShape& shape, std::optional<SteadyTime> resolved_at,
                        SteadyTime now, uint32_t incidents_in_a_day) {
  const Duration age = shape.age(resolved_at.value_or(now));
  const bool is_solid = shape.duty() > kSolidDuty;
  if (shape.runs() >= kIntermittentRuns && !is_solid) {
    return {IncidentClass::Intermittent, in_runs(shape.runs()) + ", " + percent(shape.duty()) +
                                             " of the probes between bad" + pattern_of(shape)};
  }
  if (incidents_in_a_day >= kIntermittentIncidents) {
    return {IncidentClass::Intermittent,
            std::to_string(incidents_in_a_day) + " incidents in 24 hours"};
  }
  if (is_solid && age >= kPersistentAge) {
    return {IncidentClass::Persistent,
            "solid for " + humanize_duration(age) + (resolved_at ? ", over" : "")};
  }
  if (resolved_at && age <= kPersistentAge && shape.runs() <= kTemporaryRuns) {
    return {IncidentClass::Temporary, "over after " + humanize_duration(age)};
  }
  return {IncidentClass::Undetermined,
          humanize_duration(age) + " old, " +
              (is_solid ? "solid so far" : in_runs(shape.runs()) + " so far")};
}

}  // namespace gatewatch
