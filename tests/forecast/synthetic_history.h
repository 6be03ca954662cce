// SPDX-License-Identifier: MIT
//
// Pasts of a target that were made up by chance from a seed, with or without something that tells
// of a trouble before it comes. One probe every five minutes; troubles last about as long as real
// ones do (44 minutes).
//
// The same kind and seed give the same past with any standard library: only Rng is asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "alerts/hazard_features.h"
#include "core/outcome.h"
#include "core/sample.h"
#include "core/time.h"

namespace gatewatch::testing {

enum class PastKind {
  SlowBefore,    // of five troubles, four come after the first byte took twice as long for hours
  ErrorsBefore,  // of five troubles, four come after 8 % of the answers were 503s for hours
  Bursts,        // troubles come several within a day, then not for weeks
  WeeklyBursts,  // the same with several within a week
  Nothing,       // troubles come by chance, 6 days apart
  Wandering,     // the same, while latencies drift and 503s come without any meaning
  Frequent,      // troubles come by chance, 36 hours apart
  EveryNight,    // a trouble each night at three
  Few,           // six troubles, each announced as by SlowBefore
};
inline constexpr PastKind kAllPasts[]{
    PastKind::SlowBefore,   PastKind::ErrorsBefore, PastKind::Bursts,
    PastKind::WeeklyBursts, PastKind::Nothing,      PastKind::Wandering,
    PastKind::Frequent,     PastKind::EveryNight,   PastKind::Few};
[[nodiscard]] std::string_view to_string(PastKind kind);

// 2026-01-01T00:00:00Z
inline constexpr WallTime kPastBegin{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

struct PastTrouble {
  WallTime opened;
  WallTime resolved;
};
struct PastProbe {
  WallTime at;
  Outcome outcome = Outcome::Ok;
  Phases phases;
};
struct Past {
  std::vector<PastTrouble> troubles;  // apart, oldest first
  std::vector<PastProbe> probes;      // oldest first
  WallTime end;
};

[[nodiscard]] Past make_past(PastKind kind, uint64_t seed, int days);

// As gatewatch would have recorded it by `until` (the end, where none is given).
[[nodiscard]] alerts::HazardHistory record(const Past& past,
                                           std::optional<WallTime> until = std::nullopt);

}  // namespace gatewatch::testing
