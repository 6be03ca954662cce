// SPDX-License-Identifier: MIT
//
// Early warnings where they are switched on: has forecasts made, and tells them as incidents.
//
// Thread: the loop's, but for what says otherwise.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "alerts/change.h"
#include "alerts/early_warning.h"
#include "alerts/forecast.h"
#include "core/id.h"
#include "core/incident.h"
#include "core/target.h"
#include "daemon/forecaster.h"
#include "daemon/settings.h"
#include "probe/loop/loop.h"

namespace gatewatch::daemon {

class Foretelling {
 public:
  using Tell = std::function<void(const alerts::Change&)>;

  // Each opening and end of a warning goes to `tell`. Requires: `loop` and `ids` outlive it.
  Foretelling(probe::Loop& loop, Rng& ids, Tell tell)
      : loop_(loop), warnings_(ids), tell_(std::move(tell)) {}

  // Warns of the targets that these settings want warnings of; warnings of others end.
  void configure(const Settings& settings);
  // Takes the warnings out of what a restart remembers, and goes on with those that are open.
  void restore(std::vector<Incident>& remembered);

  // Makes forecasts from this database from now on, on a thread of its own. Requires: `clock`
  // outlives it.
  void begin(const std::string& database_path, const Clock& clock);
  // Thread: any but the loop's; waits for that thread. Requires: the loop turns no more.
  void end() { forecaster_.reset(); }

  // An incident of the target opened: a warning of it has done its work.
  void incident_came(const std::string& target);
  [[nodiscard]] std::vector<Incident> open_incidents() const { return warnings_.open_incidents(); }

 private:
  void take(const std::vector<alerts::Forecast>& forecasts);
  void keep_to_targets();
  [[nodiscard]] alerts::Instant now() const { return {loop_.now(), loop_.wall_now()}; }

  probe::Loop& loop_;
  alerts::EarlyWarning warnings_;
  const Tell tell_;
  std::map<std::string, Target> targets_;  // by name
  std::unique_ptr<Forecaster> forecaster_;
};

}  // namespace gatewatch::daemon
