// SPDX-License-Identifier: MIT
//
// Which rates of failure a rule can see at all.
#pragma once

#include "core/rule.h"
#include "core/time.h"

namespace gatewatch {

// How sure "sees" is.
inline constexpr double kSure = 0.95;

// P(X >= least) of a binomial X of `probes` and `rate`. 1 for least = 0.
[[nodiscard]] double chance_of_at_least(int64_t least, int64_t probes, double rate);

// The least rate at which the window of `rule` opens with chance kSure within one window, where
// probes come every `interval`, each bad with that probability independently; over 1 where even a
// full outage does not. Trials are left out: they see more, but never before a first bad probe.
[[nodiscard]] double least_rate_seen(const Rule& rule, Duration interval);

// How long it takes, with chance kSure, until one probe meets a trouble of `rate`: no rule is
// faster. Requires: 0 < rate < 1.
[[nodiscard]] Duration time_to_first_bad(double rate, Duration interval);

}  // namespace gatewatch
