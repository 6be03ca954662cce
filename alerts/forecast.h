// SPDX-License-Identifier: MIT
//
// What is foretold of one target: by its hazard, where that was shown to be worth something, and by
// the end of its certificate, which is certain.
//
// Thread: any. No I/O, no clock.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "alerts/hazard_backtest.h"
#include "alerts/hazard_features.h"
#include "core/time.h"

namespace gatewatch::alerts {

// The end of a certificate is foretold when what is left is below kMostNotice and below
// kNoticeShare of its whole life: programs renew theirs with a third left.
inline constexpr Duration kMostNotice = std::chrono::days(7);
inline constexpr double kNoticeShare = 1.0 / 6;

// When it ends, where that is to be foretold at `now`; empty once it is over.
[[nodiscard]] std::optional<WallTime> ending_soon(const HazardHistory::Certificate& certificate,
                                                  WallTime now);

struct Forecast {
  std::string target;
  HazardReport report;
  std::optional<double> hazard;              // as hazard_now(), and only where report.warns
  std::optional<WallTime> certificate_ends;  // as ending_soon()
  bool is_in_trouble = false;                // an incident is open
};

[[nodiscard]] Forecast forecast(std::string target, const HazardHistory& history, WallTime now);
// The same with a report of before, which takes no time.
[[nodiscard]] Forecast forecast(std::string target, const HazardHistory& history,
                                HazardReport report, WallTime now);

// "warns" or "silent: …", in one line; with what is certain, where anything is.
[[nodiscard]] std::string verdict_of(const Forecast& forecast);

// What the warnings were worth, as a clause: "9 of 12 warnings came true, …".
[[nodiscard]] std::string figures_of(const HazardFigures& figures);

// A JSON array of what `gatewatch forecast --json` prints, docs/early-warning.md.
[[nodiscard]] std::string to_json(std::span<const Forecast> forecasts);

}  // namespace gatewatch::alerts
