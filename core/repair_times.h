// SPDX-License-Identifier: MIT
//
// How long the incidents of a target took in the past, beside the age of the one at hand.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"

namespace gatewatch {

// What a prognosis looks ahead.
inline constexpr Duration kPrognosis = std::chrono::minutes(30);
// With fewer past incidents nothing is told.
inline constexpr size_t kFewestRepairs = 3;

struct RepairTimes {
  size_t incidents = 0;  // closed ones
  Duration median{};
  size_t as_old = 0;  // of them, those that lasted at least as long as this one by now …
  size_t soon = 0;    // … and of those, the ones over within kPrognosis more
};

// Of the lengths of closed incidents, in any order. Empty below kFewestRepairs.
[[nodiscard]] std::optional<RepairTimes> repair_times(std::vector<Duration> lengths, Duration age);

// "12 incidents before: half were over after 44 min; of 5 that lasted as long as this one, 2 ended
// within 30 min more".
[[nodiscard]] std::string describe(const RepairTimes& times);

}  // namespace gatewatch
