// SPDX-License-Identifier: MIT
//
// How a trouble goes by one rule over one target: from its first bad probe until it is long past.
//
// Of scheduled conclusive probes. Failing is one that is bad by the rule or not ok: a 502 that
// turns into a timeout goes on. Clean is the time since the first good one after the last failing;
// a gap of over kLongestGap intervals and the timeout is unknown, so that clean time begins after
// it.
//
// Thread: one at a time. Limits: some 150 bytes, however long it lasts.
#pragma once

#include <optional>

#include "core/incident_shape.h"
#include "core/outcome.h"
#include "core/target.h"
#include "core/time.h"

namespace gatewatch::alerts {

// Failing probes in a row, good ones between them left out, that make another way of failing.
inline constexpr int kTurned = 3;
inline constexpr Duration kLeastBetweenTurns = std::chrono::minutes(10);

class Course {
 public:
  explicit Course(const Target& target);

  void add(SteadyTime at, Outcome outcome, bool is_failing);

  // Empty where the newest probe was failing, and before the first.
  [[nodiscard]] std::optional<SteadyTime> clean_since() const { return clean_since_; }
  [[nodiscard]] Duration clean_for(SteadyTime now) const;

  // How the trouble fails now, where that has been another outcome than `told` for kTurned failing
  // probes and was not asked with success for kLeastBetweenTurns. `told` is none before the first.
  [[nodiscard]] std::optional<Outcome> turned_from(std::optional<Outcome> told, SteadyTime now);
  [[nodiscard]] std::optional<Outcome> failing_as() const { return failing_as_; }

  [[nodiscard]] const IncidentShape& shape() const { return shape_; }
  [[nodiscard]] IncidentShape& shape() { return shape_; }

 private:
  Duration longest_gap_;
  IncidentShape shape_;
  std::optional<SteadyTime> newest_;
  std::optional<SteadyTime> clean_since_;
  std::optional<Outcome> failing_as_;  // of the newest failing probe
  int in_a_row_ = 0;                   // failing probes with that outcome
  std::optional<SteadyTime> turned_at_;
};

}  // namespace gatewatch::alerts
