// SPDX-License-Identifier: MIT
#include "alerts/repair_history.h"

#include <algorithm>

#include "core/repair_times.h"

namespace gatewatch::alerts {

void RepairHistory::add(const Incident& incident) {
  if (!incident.resolved_at || !incident.reason.empty()) {
    return;
  }
  std::deque<Duration>& lengths = lengths_[{incident.target, incident.rule}];
  lengths.push_back(
      std::max<Duration>(*incident.resolved_at - incident.opened_at, Duration::zero()));
  if (lengths.size() > kMaxLengths) {
    lengths.pop_front();
  }
}

void RepairHistory::take(const Change& change) {
  if (change.kind == Change::Kind::Resolved) {
    add(change.incident);
  } else if (change.kind == Change::Kind::Reopened) {
    const auto known = lengths_.find({change.incident.target, change.incident.rule});
    if (known != lengths_.end() && !known->second.empty()) {
      known->second.pop_back();  // it was not over
    }
  }
}

std::string RepairHistory::beside(const Incident& incident, WallTime now) const {
  const auto known = lengths_.find({incident.target, incident.rule});
  if (known == lengths_.end()) {
    return {};
  }
  const auto times = repair_times({known->second.begin(), known->second.end()},
                                  std::max<Duration>(now - incident.opened_at, Duration::zero()));
  return times ? describe(*times) : std::string();
}

}  // namespace gatewatch::alerts
