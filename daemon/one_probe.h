// SPDX-License-Identifier: MIT
//
// One probe of a target by hand, and what can be said of whose fault it is.
#pragma once

#include <vector>

#include "core/incident.h"
#include "core/sample.h"
#include "daemon/settings.h"

namespace gatewatch::daemon {

struct OneProbe {
  std::vector<Sample> samples;  // at least one; of several addresses one for each
  std::vector<Sample> origin;   // where the target has one and a sample was bad
  Verdict verdict;              // empty where no sample was bad
};

// Probes once, of purpose manual; where that is bad, also the origin, as often as it takes to call
// it fine, and reads what the logs about the target have come to say. Blocks, at most for the
// target's timeout for each of these and 1.5 s for the logs. On a loop of its own.
[[nodiscard]] OneProbe probe_once(const Settings& settings, const ProbedTarget& probed);

}  // namespace gatewatch::daemon
