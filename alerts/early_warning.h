// SPDX-License-Identifier: MIT
//
// Forecasts as incidents: one of the rule "early-warning" and severity warning for a target while
// an incident of it is foretold.
//
// It opens where the hazard reaches kWarnAt, or the certificate ends soon, while no incident of the
// target is open. It resolves when the foretold incident has come, or when nothing is foretold any
// more; the reason tells which.
//
// Thread: one at a time (the loop's). No I/O, no clock. Limits: one incident for each target.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/change.h"
#include "alerts/forecast.h"
#include "config/config.h"
#include "core/id.h"
#include "core/incident.h"
#include "core/target.h"

namespace gatewatch::alerts {

using config::kEarlyWarningRule;
inline constexpr std::string_view kDetectedByForecast = "forecast";

class EarlyWarning {
 public:
  // Requires: `ids` outlives it.
  explicit EarlyWarning(Rng& ids) : ids_(ids) {}

  // Takes what is foretold of `target` now.
  std::optional<Change> observe(const Target& target, const Forecast& forecast, Instant now);

  // An incident of `target` opened: a warning of it has done its work.
  std::optional<Change> incident_came(const std::string& target, Instant now);

  // Resolves, with reason "removed", the warnings of all targets but these.
  std::vector<Change> keep_only(const std::set<std::string>& targets, Instant now);

  // Goes on with an open incident from before a restart.
  void restore(Incident incident);

  // In the order of the targets' names.
  [[nodiscard]] std::vector<Incident> open_incidents() const;

 private:
  struct Watch {
    WarningState state;
    std::optional<Incident> incident;  // only while open
  };

  Change open(Watch& watch, const Target& target, const Forecast& forecast, Instant now);
  static Change resolve(Watch& watch, std::string_view reason, Instant now);

  Rng& ids_;
  std::map<std::string, Watch> watches_;
};

}  // namespace gatewatch::alerts
