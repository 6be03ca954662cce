// SPDX-License-Identifier: MIT
//
// All rules over all targets: where a sample becomes the opening or the end of an incident.
//
// Thread: one at a time (the loop's). No I/O, no clock: what it decides depends on what it is
// handed alone.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "alerts/rule_watch.h"
#include "core/id.h"
#include "core/incident.h"
#include "core/rule.h"
#include "core/sample.h"
#include "core/target.h"
#include "core/time.h"

namespace gatewatch::alerts {

// A target and the rules that apply to it, each as it watches this target.
struct Watched {
  Target target;
  std::vector<std::shared_ptr<const Rule>> rules;
};

// A bad probe that is on trial: more than a moment's trouble, or not?
struct Suspicion {
  std::string target;
  std::string rule;
  SteadyTime since;  // the first bad probe

  bool operator==(const Suspicion&) const = default;
};

// What extra probes of a target would be good for: nothing, a trial, or one that stays undecided
// after its burst of confirm_for.
enum class Need { None, Burst, More };

class Evaluator {
 public:
  // Requires: `ids` outlives the evaluator.
  explicit Evaluator(Rng& ids) : ids_(ids) {}

  // Watches exactly these from now on. By (target name, rule name): windows and incidents of those
  // that stay are kept; an open incident whose pair is gone resolves with reason "removed", or
  // "disabled" where its target is there but disabled.
  std::vector<Change> configure(const std::vector<Watched>& watched, Instant now);

  // Goes on with incidents from before a restart, given oldest first; what nobody watches any more
  // resolves as above. Where two of one (target, rule) are open, which a run that could not read
  // the database leaves, the older resolves with reason "superseded".
  // Requires: configure() was called, take() was not.
  std::vector<Change> restore(std::vector<Incident> incidents, Instant now);

  // Takes a recorded sample that began at `began`, oldest first. Requires: as for restore().
  void replay(const Sample& sample, SteadyTime began);

  // `verdict` as of RuleWatch::take().
  std::vector<Change> take(const Sample& sample, Instant now, const Verdict& verdict = {});

  // What a log about the target told of requests, as each rule counts it.
  std::vector<Change> take_log(const std::string& target,
                               const std::function<Counts(const Rule&)>& counts_of, Instant now,
                               const Verdict& verdict = {});
  // Ends what logs have fallen silent about, as of RuleWatch::end_if_silent(); `unread`: targets of
  // which a log cannot be read now. To be called at least once a minute.
  std::vector<Change> end_silent(const std::set<std::string>& unread, Instant now);

  // What is known of the target's trouble now: of its open incidents, as of RuleWatch::judge().
  std::vector<Change> judge(const std::string& target, const Verdict& verdict, SteadyTime now);
  [[nodiscard]] bool has_open(const std::string& target) const;

  // What rules with `confirm` suspect of an enabled target, newest last; nothing of one whose
  // incident is open.
  [[nodiscard]] std::vector<Suspicion> suspected() const;
  [[nodiscard]] Need need(const std::string& target) const;

  // Oldest first.
  [[nodiscard]] std::vector<Incident> open_incidents() const;

  // How far back recorded samples matter to a restart: a window or a trial, and for how long it has
  // been clear.
  [[nodiscard]] Duration memory() const;

 private:
  struct Entry {
    bool enabled = true;
    std::vector<RuleWatch> watches;
  };

  RuleWatch* find(const std::string& target, const std::string& rule);

  Rng& ids_;
  std::unordered_map<std::string, Entry> targets_;
};

}  // namespace gatewatch::alerts
