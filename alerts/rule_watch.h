// SPDX-License-Identifier: MIT
//
// One rule over one target: its window, its trial, and its incident from opening to resolution.
//
// A plain state machine: a sample and the instants go in, at most one change comes out. The same
// code runs live, when a restart replays recorded samples, and in simulations.
//
// Thread: one at a time. Limits: one RateWindow, one Incident and one Course, however long they
// last, and the openings of a day, at most kMaxOpenings.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "alerts/change.h"
#include "alerts/course.h"
#include "core/id.h"
#include "core/incident.h"
#include "core/rate_window.h"
#include "core/rule.h"
#include "core/sample.h"
#include "core/target.h"
#include "core/time.h"
#include "core/trial.h"

namespace gatewatch::alerts {

inline constexpr size_t kMaxOpenings = 16;
inline constexpr Duration kDay = std::chrono::hours(24);
// A trouble without an incident is forgotten when clean for so long.
inline constexpr Duration kForgetAfter = std::chrono::minutes(10);

inline constexpr Duration kLogSilence = std::chrono::minutes(30);

class RuleWatch {
 public:
  RuleWatch(std::shared_ptr<const Rule> rule, std::shared_ptr<const Target> target);

  [[nodiscard]] const Rule& rule() const { return *rule_; }
  // Open, or resolved and fit to be reopened; null where there is none.
  [[nodiscard]] const Incident* incident() const { return incident_.get(); }
  // Going on while the rule confirms, no incident is open and a bad probe is on trial.
  [[nodiscard]] const Trial& trial() const { return trial_; }

  // Takes a live sample of the target. Confirming samples count in the trial alone, others that are
  // not scheduled for nothing.
  // `verdict`: what is known of the target's trouble with this sample, for an incident that opens.
  std::optional<Change> take(const Sample& sample, Instant now, Rng& ids,
                             const Verdict& verdict = {});

  // Takes what a log told of requests. Nothing where the rule looks at probes.
  std::optional<Change> take_log(const Counts& counts, Instant now, Rng& ids,
                                 const Verdict& verdict = {});
  // Ends, with reason kSilent, an open incident whose logs have told of no bad request for
  // kLogSilence, or for `window` or `clear_for` where that is longer, and of fewer than min_probes
  // in the window: nothing tells any more that the trouble goes on, nor that it is over. Time in
  // which they are not read (`is_read` false) begins that anew: silence is then ours, not theirs.
  // Nothing where the rule looks at probes.
  std::optional<Change> end_if_silent(bool is_read, Instant now);

  // Puts a verdict that has evidence to the open incident, if there is one, besides what the rule
  // itself saw; an unknown fault does not take the place of one from before a restart. An update
  // where its fault is another than the one that was told last: the first time at once, later ones
  // kLeastBetweenUpdates apart, at most kMaxUpdates since the opening or the start.
  static constexpr int kMaxUpdates = 20;
  static constexpr Duration kLeastBetweenUpdates = std::chrono::minutes(1);
  std::optional<Change> judge(const Verdict& verdict, SteadyTime now);

  // Takes a recorded sample that began at `began`: fills the window, the trial, the course and the
  // counts of an open incident that has not counted it, and changes nothing else. Where the rule
  // confirms, what began before a restored incident's end is left out.
  void replay(const Sample& sample, SteadyTime began);

  // Goes on with an incident from before a restart; of several, given newest first, with the newest
  // open one, else with the newest. All of them count as openings of their day. `now` places them
  // on the steady clock.
  void restore(Incident incident, Instant now);

  // Watches by `rule` and `target` from now on; the window stays where it counts the same.
  void reconfigure(std::shared_ptr<const Rule> rule, std::shared_ptr<const Target> target);

  // Ends an open incident for a reason that is not recovery.
  std::optional<Change> end(std::string_view reason, Instant now);

 private:
  [[nodiscard]] bool is_open() const { return incident_ && incident_->is_open(); }
  // Adds to the window what a scheduled sample counts for.
  void count(const Counts& counts, SteadyTime at);
  void follow(const Sample& sample, const Counts& counts, SteadyTime at);
  // A conclusive sample on trial; whether it confirms.
  bool try_it(const Sample& sample, SteadyTime at);
  [[nodiscard]] bool should_open(const Counts& window) const;
  [[nodiscard]] bool is_recovered(const Sample& sample, const Counts& counts, Instant now) const;

  std::optional<Change> go_on(const Sample& sample, const Counts& counts, Instant now);
  struct Opening {
    std::string_view detected_by;
    Counts counts;  // of the sample at hand, where rates count it
    const Verdict& verdict;
  };
  Change open(const Opening& opening, Instant now, Rng& ids);
  void put(const Verdict& verdict);
  Change resolve(Instant now);
  void classify_it(SteadyTime now);
  [[nodiscard]] uint32_t openings_in_a_day(SteadyTime now) const;
  void note_opening(SteadyTime at);
  Change change(Change::Kind kind, const Counts& window);

  std::shared_ptr<const Rule> rule_;
  std::shared_ptr<const Target> target_;  // shared by its rules
  RateWindow window_;
  Trial trial_;
  std::unique_ptr<Course> course_;         // from the first bad sample until it is long past
  std::unique_ptr<Incident> incident_;     // as incident(); most watches have none
  std::optional<Outcome> told_failing_;    // as incident_->failing
  std::unique_ptr<Verdict> opening_;       // what the rule itself saw at the opening
  Fault told_fault_ = Fault::Unknown;      // in the newest message about incident_
  int updates_ = 0;                        // of the fault, told of incident_
  SteadyTime updated_;                     // the newest of them
  bool verdict_is_restored_ = false;       // from before a restart, with a known fault
  std::vector<SteadyTime> openings_;       // of a day, oldest first
  WallTime counted_until_;                 // the start of the newest scheduled sample
  std::optional<SteadyTime> newest_;       // conclusive sample
  SteadyTime resolved_at_;                 // meaningful while incident_ is resolved
  std::optional<SteadyTime> restored_;     // when the incident opened that a restart goes on with
  std::optional<SteadyTime> logged_bad_;   // when a log told of a bad request, or was asked first
  std::optional<SteadyTime> clear_since_;  // since when the rate has been below the clear level
};

}  // namespace gatewatch::alerts
