// SPDX-License-Identifier: MIT
//
// What happens to an incident.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core/incident.h"
#include "core/rate_window.h"
#include "core/rule.h"
#include "core/time.h"
#include "core/trial.h"

namespace gatewatch::alerts {

// The reason of an incident that resolved because its logs told of nothing any more.
inline constexpr std::string_view kSilent = "silent";

// A state change of an incident, with all that a message about it needs.
struct Change {
  enum class Kind { Opened, Updated, Reopened, Resolved };
  Kind kind = Kind::Opened;
  Incident incident;  // as it is after the change
  std::shared_ptr<const Rule> rule;
  Counts window;                            // the rule's window at the change
  std::optional<Confirmed> confirmed = {};  // where a trial opened or reopened it
};

// When something happened, on both clocks.
struct Instant {
  SteadyTime steady;
  WallTime wall;
};

// A rule of which only the name is known, and how severe it is: that of an incident which no rule
// over samples has found, or whose rule is gone.
[[nodiscard]] std::shared_ptr<const Rule> bare_rule(const Incident& incident);

// A change of an incident of such a rule, which counts as one more of its transitions.
[[nodiscard]] Change bare_change(Change::Kind kind, Incident& incident);

}  // namespace gatewatch::alerts
