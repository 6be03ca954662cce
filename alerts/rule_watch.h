// SPDX-License-Identifier: MIT
//
// One rule over one target: its window, and its incident from opening to resolution.
//
// A plain state machine: a sample and the instants go in, at most one change comes out. The same
// code runs live, when a restart replays recorded samples, and in simulations.
//
// Thread: one at a time. Limits: one RateWindow and one Incident, however long it lasts.
#pragma once

#include <memory>
#include <optional>

#include "core/id.h"
#include "core/incident.h"
#include "core/rate_window.h"
#include "core/rule.h"
#include "core/sample.h"
#include "core/target.h"
#include "core/time.h"

namespace gatewatch::alerts {

// A state change of an incident, with all that a message about it needs.
struct Change {
  enum class Kind { Opened, Updated, Reopened, Resolved };
  Kind kind = Kind::Opened;
  Incident incident;  // as it is after the change
  std::shared_ptr<const Rule> rule;
  Counts window;  // the rule's window at the change
};

// When something happened, on both clocks.
struct Instant {
  SteadyTime steady;
  WallTime wall;
};

class RuleWatch {
 public:
  RuleWatch(std::shared_ptr<const Rule> rule, std::shared_ptr<const Target> target);

  [[nodiscard]] const Rule& rule() const { return *rule_; }
  // Open, or resolved and fit to be reopened; null where there is none.
  [[nodiscard]] const Incident* incident() const { return incident_.get(); }

  // Takes a live sample of the target. Samples that rates do not count change nothing. `verdict`:
  // what is known of the target's trouble with this sample, for an incident that it opens.
  std::optional<Change> take(const Sample& sample, Instant now, Rng& ids,
                             const Verdict& verdict = {});

  // Puts a verdict that has evidence to the open incident, if there is one, and to the rule's own.
  // An update where its fault is known and another than the one that was told before; at most
  // kMaxUpdates in the incident's life.
  static constexpr int kMaxUpdates = 20;
  std::optional<Change> judge(const Verdict& verdict);

  // Takes a recorded sample that began at `began`: fills the window and the counts of an open
  // incident that has not counted it, and changes nothing else.
  void replay(const Sample& sample, SteadyTime began);

  // Goes on with an incident from before a restart; of several, given newest first, with the newest
  // open one, else with the newest. `now` places its resolution on the steady clock.
  void restore(Incident incident, Instant now);

  // Watches by `rule` and `target` from now on; the window stays where it counts the same.
  void reconfigure(std::shared_ptr<const Rule> rule, std::shared_ptr<const Target> target);

  // Ends an open incident for a reason that is not recovery.
  std::optional<Change> end(std::string_view reason, Instant now);

 private:
  // Adds to the window what a sample counts for; true where that is anything.
  bool count(const Counts& counts, SteadyTime at);
  [[nodiscard]] bool should_open(const Counts& window) const;
  Change change(Change::Kind kind, const Counts& window);
  // What the window says, and what is known besides.
  [[nodiscard]] Verdict joined(const Verdict& verdict, const Counts& window) const;

  std::shared_ptr<const Rule> rule_;
  std::shared_ptr<const Target> target_;  // shared by its rules
  RateWindow window_;
  std::unique_ptr<Incident> incident_;     // as incident(); most watches have none
  Fault told_fault_ = Fault::Unknown;      // in the newest message about incident_
  int updates_ = 0;                        // told of incident_ since it opened, or since the start
  SteadyTime resolved_at_;                 // meaningful while incident_ is resolved
  std::optional<SteadyTime> clear_since_;  // since when the rate has been below the clear level
};

}  // namespace gatewatch::alerts
