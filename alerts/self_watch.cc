// SPDX-License-Identifier: MIT
#include "alerts/self_watch.h"

#include <memory>
#include <utility>

namespace gatewatch::alerts {
std::optional<Change> SelfWatch::observe(std::string_view rule, std::string_view trouble,
                                         Instant now) {
  Part& part = parts_[std::string(rule)];
  if (!trouble.empty()) {
    part.well_since.reset();
    if (part.incident) {
      return std::nullopt;
    }
    part.incident = Incident{.id = make_ulid(now.wall, ids_),
                             .target = std::string(kSelfTarget),
                             .url = {},
                             .tags = {},
                             .rule = std::string(rule),
                             .severity = Severity::Critical,
                             .detected_by = std::string(kDetectedBySelf),
                             .verdict = {.fault = Fault::Monitor,
                                         .summary = std::string(trouble),
                                         .evidence = {std::string(trouble)}},
                             .opened_at = now.wall,
                             .resolved_at = std::nullopt,
                             .reason = {},
                             .total = {},
                             .counted_until = now.wall};
    return bare_change(Change::Kind::Opened, *part.incident);
  }
  if (!part.incident) {
    return std::nullopt;
  }
  if (!part.well_since) {
    part.well_since = now.steady;
  }
  if (now.steady - *part.well_since < kSelfClearFor) {
    return std::nullopt;
  }
  part.incident->resolved_at = now.wall;
  Change change = bare_change(Change::Kind::Resolved, *part.incident);
  part = {};
  return change;
}

void SelfWatch::restore(Incident incident) {
  Part& part = parts_[incident.rule];
  part.incident = std::move(incident);
}

std::vector<Incident> SelfWatch::open_incidents() const {
  std::vector<Incident> open;
  for (const auto& [rule, part] : parts_) {
    if (part.incident) {
      open.push_back(*part.incident);
    }
  }
  return open;
}

}  // namespace gatewatch::alerts
