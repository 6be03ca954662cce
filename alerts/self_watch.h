// SPDX-License-Identifier: MIT
//
// gatewatch's own troubles as incidents of the target "gatewatch", told like any other.
//
// Thread: one at a time (the loop's). No I/O, no clock.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/change.h"
#include "core/id.h"
#include "core/incident.h"
#include "core/time.h"

namespace gatewatch::alerts {

// How long a trouble must have been over before its incident resolves.
inline constexpr Duration kSelfClearFor = std::chrono::seconds(60);

class SelfWatch {
 public:
  // Requires: `ids` outlives it.
  explicit SelfWatch(Rng& ids) : ids_(ids) {}

  // Tells how the part named `rule` ("storage", …) is now: `trouble` is one sentence, or empty
  // where all is well. Opens at once; resolves when all has been well for kSelfClearFor.
  std::optional<Change> observe(std::string_view rule, std::string_view trouble, Instant now);

  // Goes on with an open incident from before a restart.
  void restore(Incident incident);

  [[nodiscard]] std::vector<Incident> open_incidents() const;

 private:
  struct Part {
    std::optional<Incident> incident;  // only while open
    std::optional<SteadyTime> well_since;
  };

  Rng& ids_;
  std::map<std::string, Part, std::less<>> parts_;
};

}  // namespace gatewatch::alerts
