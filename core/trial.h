// SPDX-License-Identifier: MIT
//
// Whether what one bad probe began is a trouble that stays: the decision of rules with `confirm`.
//
// A trial begins with a bad scheduled probe and takes what every later one finds, scheduled or of
// the burst. What lasts no longer than the hold, confirm_for - confirm_recent (a restart, a
// deployment), is never confirmed. A bad probe over a confirm_every later than that confirms
//
// - where at least confirm_bad were bad, within confirm_for + confirm_recent of the first;
// - where all were bad, at least kFewestUnanimous (probes that hang are few, and without a burst
//   there are only scheduled ones);
// - where the probes are 3,000 times likelier at the rule's threshold than at a fifth of it: Wald's
//   sequential test. Here all bad probes of the hold count as one, and those within twice
//   confirm_every of a counted one not at all, for they may be one trouble.
//
// A trial is given up, confirm_for old, where that test leans to the lower rate by kGiveUp, and at
// an age of confirm_at_most; never while all were bad.
//
// Thread: one at a time. Limits: some 64 bytes.
#pragma once

#include <cstdint>
#include <optional>

#include "core/rule.h"
#include "core/time.h"

namespace gatewatch {

inline constexpr uint32_t kFewestUnanimous = 3;

// What a trial had found when it confirmed.
struct Confirmed {
  uint32_t probes = 0;
  uint32_t bad = 0;
  Duration length{};  // from the first bad one to the last

  bool operator==(const Confirmed&) const = default;
};

class Trial {
 public:
  // Takes a conclusive probe that ended at `at`; true where it confirms, which ends the trial.
  // A good one and one that was not scheduled begin no trial.
  bool take(const Rule& rule, bool is_scheduled, bool is_bad, SteadyTime at);
  void end() { began_.reset(); }

  [[nodiscard]] bool is_going_on() const { return began_.has_value(); }
  // Whether more probes than those of confirm_for would tell more. False where none goes on.
  [[nodiscard]] bool needs_more() const;

  // Of the trial that goes on, or of the last: when it began, what it took, and when that ended.
  [[nodiscard]] SteadyTime first() const { return first_; }
  [[nodiscard]] SteadyTime last() const { return last_; }
  [[nodiscard]] uint32_t probes() const { return probes_; }
  [[nodiscard]] uint32_t bad() const { return bad_; }

 private:
  void begin(SteadyTime at);
  void weigh(const Rule& rule, bool is_bad, SteadyTime at);
  [[nodiscard]] bool is_confirmed(const Rule& rule) const;
  [[nodiscard]] bool is_given_up(const Rule& rule) const;

  std::optional<SteadyTime> began_;
  SteadyTime first_;
  SteadyTime last_;
  SteadyTime counted_;     // the last bad one that the test counted
  bool hold_bad_ = false;  // a bad one of the hold was counted
  uint32_t probes_ = 0;
  uint32_t bad_ = 0;
  double score_ = 0;  // the logarithm of the test's ratio
};

}  // namespace gatewatch
