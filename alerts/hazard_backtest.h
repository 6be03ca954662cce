// SPDX-License-Identifier: MIT
//
// Would a warning have been worth anything? The past of a target is lived through again: a model is
// fitted to what was known by then, warns or not for each hour up to the next fit, and goes on
// (rolling origin: L. J. Tashman, "Out-of-sample tests of forecasting accuracy", Int. J. Forecast.
// 16(4), 2000). Nothing that was learnt after an hour can change what is said for it.
//
// A warning at t speaks of an onset in (t + kWarningTime, t + kWarningTime + kHorizon]. The terms
// are those of F. Salfner, M. Lenk, M. Malek, "A survey of online failure prediction methods", ACM
// Computing Surveys 42(3), 2010: prediction period, minimal warning time, precision, recall, lead
// time.
//
// Two rules that need no model are measured beside it on the same hours: never warn, and warn while
// the last onset is at most kRecent ago.
//
// Thread: any. No I/O, no clock, no chance.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "alerts/hazard_features.h"
#include "alerts/hazard_model.h"
#include "core/time.h"

namespace gatewatch::alerts {

inline constexpr Duration kHorizon = std::chrono::hours(12);
inline constexpr Duration kWarningTime = std::chrono::minutes(10);
inline constexpr Duration kRecent = std::chrono::days(7);
// A warning begins where an onset is more likely than not, and ends below half of that.
inline constexpr double kWarnAt = 0.5;
inline constexpr double kClearBelow = 0.4;

// The first fit needs so many onsets; then there is one every kFitEvery, to the newest
// kMaxFittedHours.
inline constexpr size_t kOnsetsToFit = 5;
inline constexpr Duration kFitEvery = std::chrono::days(2);
inline constexpr size_t kMaxFittedHours = size_t{24} * 180;

// What a model must show before it may warn.
inline constexpr size_t kOnsetsNeeded = 10;
inline constexpr int kTestedOnsetsNeeded = 5;
inline constexpr double kMargin = 0.1;      // of F1, over the better baseline
inline constexpr double kMaxChance = 0.01;  // that warnings at random find as many

// Whether to warn, hour by hour, calm hours only.
struct WarningState {
  bool is_on = false;
  void observe(double hazard) { is_on = hazard >= (is_on ? kClearBelow : kWarnAt); }
};

// What was said for one calm hour, from what was known at its end.
struct HazardPrediction {
  WallTime at;
  double hazard = 0;
  bool warns = false;
  bool operator==(const HazardPrediction&) const = default;
};

// What a way of warning was worth. Hours of which nobody can know yet count nowhere, and neither do
// those with an onset within kWarningTime: too late to be of use.
struct HazardFigures {
  int warned_hours = 0;
  int right_hours = 0;                // of them: an onset came when it was said to
  int onsets = 0;                     // that a warning could have been given for
  int caught = 0;                     // of them: there was one
  int alarms = 0;                     // warned hours in a row, an onset in between ends one
  int right_alarms = 0;               // of them: an onset came when it was said to
  double covered = 0;                 // the share of the tested time that warnings spoke of
  std::optional<Duration> lead_time;  // from the first warned hour to the onset it spoke of: median
  double alarms_per_month = 0;        // of 30 days of tested hours

  [[nodiscard]] std::optional<double> precision() const;  // empty: it never warned
  [[nodiscard]] std::optional<double> recall() const;     // empty: there was no onset
  // The harmonic mean of both; 0 where it caught none.
  [[nodiscard]] double f1() const;
  // How likely warnings that cover as much time at random would catch as many onsets: the binomial
  // tail under Molchan's error diagram (G. M. Molchan, "Structure of optimal strategies in
  // earthquake prediction", Tectonophysics 193, 1991).
  [[nodiscard]] double chance() const;
};

struct HazardReport {
  size_t onsets = 0;  // since the first recorded hour; all, where no hour is recorded
  int tested_hours = 0;
  std::optional<WallTime> tested_from;
  HazardFigures model;
  HazardFigures recent;  // the baseline that warns after an onset; the other one has no figures
  bool warns = false;    // the model beats both by the margin
  std::string reason;    // why not; empty where it warns
};

// What would have been said for each calm hour after the first fit.
[[nodiscard]] std::vector<HazardPrediction> predict_past(const std::deque<HazardHour>& hours,
                                                         const std::deque<WallTime>& onsets);

// `until`: up to when onsets are known.
[[nodiscard]] HazardFigures judge(const std::vector<HazardPrediction>& predictions,
                                  const std::deque<WallTime>& onsets, WallTime until);

// A model of all that is known at `now`; empty where there are too few onsets or none can be made.
[[nodiscard]] std::optional<HazardModel> fit_past(const std::deque<HazardHour>& hours,
                                                  const std::deque<WallTime>& onsets, WallTime now);

// The hazard at `now`, from a model of all that is known. Empty while the target is not calm, and
// where no model can be made or the newest hour ended over kFreshFor ago.
inline constexpr Duration kFreshFor = std::chrono::hours(2);
[[nodiscard]] std::optional<double> hazard_now(const HazardHistory& history, WallTime now);

// What warnings would have been worth up to `now`. Requires: history.advance(now) was called.
[[nodiscard]] HazardReport backtest(const HazardHistory& history, WallTime now);

}  // namespace gatewatch::alerts
