// SPDX-License-Identifier: MIT
#include "alerts/evaluator.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace gatewatch::alerts {
namespace {

constexpr std::string_view kRemoved = "removed";
constexpr std::string_view kDisabled = "disabled";
constexpr std::string_view kSuperseded = "superseded";

void keep(std::vector<Change>& changes, std::optional<Change> change) {
  if (change) {
    changes.push_back(std::move(*change));
  }
}

// Ends an incident that no watch goes on with.
std::optional<Change> end_orphan(Incident incident, std::string_view reason, Instant now) {
  RuleWatch orphan(bare_rule(incident), std::make_shared<const Target>());
  orphan.restore(std::move(incident), now);
  return orphan.end(reason, now);
}

}  // namespace

std::vector<Change> Evaluator::configure(const std::vector<Watched>& watched, Instant now) {
  std::unordered_map<std::string, Entry> before = std::exchange(targets_, {});
  std::vector<Change> changes;
  for (const Watched& item : watched) {
    Entry& entry = targets_[item.target.name];
    entry.enabled = item.target.enabled;
    if (!entry.enabled) {
      continue;
    }
    std::vector<RuleWatch>& old = before[item.target.name].watches;
    entry.watches.reserve(item.rules.size());
    const auto target = std::make_shared<const Target>(item.target);
    for (const std::shared_ptr<const Rule>& rule : item.rules) {
      const auto same = std::find_if(old.begin(), old.end(), [&](const RuleWatch& watch) {
        return watch.rule().name == rule->name;
      });
      if (same == old.end()) {
        entry.watches.emplace_back(rule, target);
        continue;
      }
      same->reconfigure(rule, target);
      entry.watches.push_back(std::move(*same));
      old.erase(same);
    }
  }
  for (auto& [name, entry] : before) {
    const auto still = targets_.find(name);
    const bool disabled = still != targets_.end() && !still->second.enabled;
    for (RuleWatch& watch : entry.watches) {
      keep(changes, watch.end(disabled ? kDisabled : kRemoved, now));
    }
  }
  return changes;
}

std::vector<Change> Evaluator::restore(std::vector<Incident> incidents, Instant now) {
  std::vector<Change> changes;
  std::set<std::pair<std::string, std::string>> open;  // by target and rule
  for (auto newest = incidents.rbegin(); newest != incidents.rend(); ++newest) {
    Incident& incident = *newest;
    if (incident.is_open() && !open.emplace(incident.target, incident.rule).second) {
      keep(changes, end_orphan(std::move(incident), kSuperseded, now));
    } else if (RuleWatch* watch = find(incident.target, incident.rule)) {
      watch->restore(std::move(incident), now);
    } else if (incident.is_open()) {
      const auto target = targets_.find(incident.target);
      const bool disabled = target != targets_.end() && !target->second.enabled;
      keep(changes, end_orphan(std::move(incident), disabled ? kDisabled : kRemoved, now));
    }
  }
  return changes;
}

void Evaluator::replay(const Sample& sample, SteadyTime began) {
  const auto entry = targets_.find(sample.target);
  if (entry == targets_.end()) {
    return;
  }
  for (RuleWatch& watch : entry->second.watches) {
    watch.replay(sample, began);
  }
}

bool Evaluator::has_open(const std::string& target) const {
  const auto entry = targets_.find(target);
  return entry != targets_.end() &&
         std::any_of(entry->second.watches.begin(), entry->second.watches.end(),
                     [](const RuleWatch& watch) {
                       return watch.incident() != nullptr && watch.incident()->is_open();
                     });
}

std::vector<Change> Evaluator::judge(const std::string& target, const Verdict& verdict,
                                     SteadyTime now) {
  std::vector<Change> changes;
  if (const auto entry = targets_.find(target); entry != targets_.end()) {
    for (RuleWatch& watch : entry->second.watches) {
      keep(changes, watch.judge(verdict, now));
    }
  }
  return changes;
}

std::vector<Change> Evaluator::take_log(const std::string& target,
                                        const std::function<Counts(const Rule&)>& counts_of,
                                        Instant now, const Verdict& verdict) {
  std::vector<Change> changes;
  if (const auto entry = targets_.find(target); entry != targets_.end()) {
    for (RuleWatch& watch : entry->second.watches) {
      if (watch.rule().source == RuleSource::Log) {
        keep(changes, watch.take_log(counts_of(watch.rule()), now, ids_, verdict));
      }
    }
  }
  return changes;
}

std::vector<Change> Evaluator::end_silent(const std::set<std::string>& unread, Instant now) {
  std::vector<Change> changes;
  for (auto& [name, entry] : targets_) {
    for (RuleWatch& watch : entry.watches) {
      keep(changes, watch.end_if_silent(!unread.contains(name), now));
    }
  }
  return changes;
}

std::vector<Change> Evaluator::take(const Sample& sample, Instant now, const Verdict& verdict) {
  std::vector<Change> changes;
  const auto entry = targets_.find(sample.target);
  if (entry == targets_.end()) {
    return changes;
  }
  for (RuleWatch& watch : entry->second.watches) {
    keep(changes, watch.take(sample, now, ids_, verdict));
  }
  return changes;
}

std::vector<Suspicion> Evaluator::suspected() const {
  std::vector<Suspicion> all;
  for (const auto& [name, entry] : targets_) {
    for (const RuleWatch& watch : entry.watches) {
      if (watch.trial().is_going_on()) {
        all.push_back({.target = name, .rule = watch.rule().name, .since = watch.trial().first()});
      }
    }
  }
  std::sort(all.begin(), all.end(),
            [](const Suspicion& a, const Suspicion& b) { return a.since < b.since; });
  return all;
}

Need Evaluator::need(const std::string& target) const {
  Need need = Need::None;
  const auto entry = targets_.find(target);
  if (entry == targets_.end()) {
    return need;
  }
  for (const RuleWatch& watch : entry->second.watches) {
    if (watch.trial().needs_more()) {
      return Need::More;
    }
    need = watch.trial().is_going_on() ? Need::Burst : need;
  }
  return need;
}

std::vector<Incident> Evaluator::open_incidents() const {
  std::vector<Incident> open;
  for (const auto& [name, entry] : targets_) {
    for (const RuleWatch& watch : entry.watches) {
      if (watch.incident() && watch.incident()->is_open()) {
        open.push_back(*watch.incident());
      }
    }
  }
  std::sort(open.begin(), open.end(),
            [](const Incident& a, const Incident& b) { return a.opened_at < b.opened_at; });
  return open;
}

Duration Evaluator::memory() const {
  Duration longest{};
  for (const auto& [name, entry] : targets_) {
    for (const RuleWatch& watch : entry.watches) {
      const Rule& rule = watch.rule();
      longest = std::max(longest, std::max(rule.window, rule.confirm_at_most) + rule.clear_for);
    }
  }
  return longest;
}

RuleWatch* Evaluator::find(const std::string& target, const std::string& rule) {
  const auto entry = targets_.find(target);
  if (entry == targets_.end()) {
    return nullptr;
  }
  for (RuleWatch& watch : entry->second.watches) {
    if (watch.rule().name == rule) {
      return &watch;
    }
  }
  return nullptr;
}

}  // namespace gatewatch::alerts
