// SPDX-License-Identifier: MIT
//
// How an incident behaves: whether its failures come and go, stay, or were over soon.
//
// Counted are conclusive scheduled samples from the first bad one. A gap, in which nothing was
// probed for longer than kLongestGap intervals, is unknown: what comes after it follows nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/incident.h"
#include "core/time.h"

namespace gatewatch {

inline constexpr int kLongestGap = 3;  // intervals
// Where 38 % of the closed 502 episodes in public status histories had ended.
inline constexpr Duration kPersistentAge = std::chrono::minutes(30);
inline constexpr double kSolidDuty = 0.9;  // above, an incident is solid
// Of the correlation: below the first each request meets its luck anew (a balancer that takes its
// backends in turn makes it negative), above the second failures come in bursts.
inline constexpr double kEachAnew = 0.2;
inline constexpr double kInBursts = 0.4;
inline constexpr uint32_t kIntermittentRuns = 3;
inline constexpr uint32_t kTemporaryRuns = 2;          // at most
inline constexpr uint32_t kIntermittentIncidents = 3;  // of one target in a day

class IncidentShape {
 public:
  // A value of nothing yet. Requires: `interval` over 0.
  explicit IncidentShape(Duration interval = std::chrono::seconds(30)) : interval_(interval) {}

  // Samples in the order of their time; good ones before the first bad one change nothing.
  void add(SteadyTime at, bool is_bad);

  // The trouble is known to be at least this old; what was before is not known. Nothing where no
  // bad sample was added.
  void began_by(SteadyTime at);

  // Bad runs: of bad samples with no good one between them.
  [[nodiscard]] uint32_t runs() const { return runs_; }
  // Bad samples of all from the first to the last bad one; 0 before there is one.
  [[nodiscard]] double duty() const;
  // From the first bad sample to `now`; zero before there is one.
  [[nodiscard]] Duration age(SteadyTime now) const;
  [[nodiscard]] std::optional<SteadyTime> last_bad() const { return last_bad_; }

  // P(bad | bad before) - P(bad | good before), the phi coefficient of neighbours: about 0 where
  // each request meets its luck anew (one bad backend of several), towards 1 where failures come in
  // bursts. Empty until both were seen kLeastPairs times.
  static constexpr uint32_t kLeastPairs = 5;
  [[nodiscard]] std::optional<double> correlation() const;

 private:
  Duration interval_;
  std::optional<SteadyTime> first_bad_;
  std::optional<SteadyTime> last_bad_;
  std::optional<SteadyTime> newest_;
  bool newest_bad_ = false;
  uint32_t runs_ = 0;
  uint32_t bad_ = 0;
  uint32_t all_ = 0;  // from the first bad one
  uint32_t all_at_last_bad_ = 0;
  uint32_t after_bad_ = 0;      // samples right after a bad one …
  uint32_t bad_after_bad_ = 0;  // … and the bad of them
  uint32_t after_good_ = 0;
  uint32_t bad_after_good_ = 0;
};

struct Classification {
  IncidentClass incident_class = IncidentClass::Undetermined;
  std::string reason;  // "12 min old, solid so far"
};

// `resolved_at`: when the trouble ended, if it has: at the first good sample after the last bad.
// `incidents_in_a_day`: of its target and rule that opened in the 24 h before `now`, this one
// included.
[[nodiscard]] Classification classify(const IncidentShape& shape,
                                      std::optional<SteadyTime> resolved_at, SteadyTime now,
                                      uint32_t incidents_in_a_day);

}  // namespace gatewatch
