// SPDX-License-Identifier: MIT
#include "alerts/hazard_backtest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/forecast/synthetic_history.h"

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;
using testing::make_past;
using testing::Past;
using testing::PastKind;
using testing::record;

constexpr WallTime kMidnight{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
constexpr int kDays = 80;

// Calm hours of which those in `warned` warn; the first ends at 01:00.
std::vector<HazardPrediction> hours(int count, const std::vector<int>& warned) {
  std::vector<HazardPrediction> all;
  for (int i = 1; i <= count; ++i) {
    const bool warns = std::find(warned.begin(), warned.end(), i) != warned.end();
    all.push_back({kMidnight + i * 1h, warns ? 0.9 : 0.1, warns});
  }
  return all;
}

TEST(Judge, CountsAWarningThatComesInTime) {
  const std::deque<WallTime> onsets{kMidnight + 50h + 30min};
  const HazardFigures figures = judge(hours(96, {47, 48, 50}), onsets, kMidnight + 96h);
  EXPECT_EQ(figures.onsets, 1);
  EXPECT_EQ(figures.caught, 1);
  EXPECT_EQ(figures.warned_hours, 3);
  EXPECT_EQ(figures.right_hours, 3);
  EXPECT_EQ(figures.alarms, 2);
  EXPECT_EQ(figures.right_alarms, 2);
  EXPECT_EQ(figures.lead_time, 3h + 30min);
  EXPECT_DOUBLE_EQ(figures.f1(), 1.0);
}

TEST(Judge, CountsAWarningThatIsFalse) {
  const std::deque<WallTime> onsets{kMidnight + 60h};
  const HazardFigures figures = judge(hours(96, {20, 21, 22}), onsets, kMidnight + 96h);
  EXPECT_EQ(figures.caught, 0);
  EXPECT_EQ(figures.alarms, 1);
  EXPECT_EQ(figures.right_alarms, 0);
  EXPECT_DOUBLE_EQ(*figures.precision(), 0.0);
  EXPECT_DOUBLE_EQ(*figures.recall(), 0.0);
  EXPECT_EQ(figures.lead_time, std::nullopt);
  EXPECT_DOUBLE_EQ(figures.f1(), 0.0);
}

TEST(Judge, CountsNoWarningThatComesTooLate) {
  // The hour ends ten minutes before the onset: nobody could do anything any more.
  const std::deque<WallTime> onsets{kMidnight + 50h + 10min};
  const HazardFigures figures = judge(hours(96, {50}), onsets, kMidnight + 96h);
  EXPECT_EQ(figures.caught, 0);
  EXPECT_EQ(figures.warned_hours, 0);
}

TEST(Judge, CountsNoWarningOfWhichNobodyKnowsYet) {
  const HazardFigures figures = judge(hours(96, {90}), {}, kMidnight + 96h);
  EXPECT_EQ(figures.alarms, 0);
  EXPECT_EQ(figures.precision(), std::nullopt);
  EXPECT_EQ(figures.recall(), std::nullopt);
}

TEST(Judge, AWarningTooEarlyIsFalse) {
  const std::deque<WallTime> onsets{kMidnight + 60h};
  const auto hour =
      static_cast<int>((60h - kHorizon - kWarningTime) / 1h);  // the last hour before it
  EXPECT_EQ(judge(hours(96, {hour}), onsets, kMidnight + 96h).caught, 0);
  EXPECT_EQ(judge(hours(96, {hour + 1}), onsets, kMidnight + 96h).caught, 1);
}

TEST(Judge, WarningAllTheTimeProvesNothing) {
  std::vector<int> all;
  for (int i = 1; i <= 480; ++i) {
    all.push_back(i);
  }
  const std::deque<WallTime> onsets{kMidnight + 100h, kMidnight + 200h, kMidnight + 300h};
  const HazardFigures figures = judge(hours(480, all), onsets, kMidnight + 480h);
  EXPECT_EQ(figures.caught, 3);
  EXPECT_GT(figures.covered, 0.99);
  EXPECT_GT(figures.chance(), 0.9);
}

TEST(Judge, FewWarningsThatCatchAllAreNoChance) {
  const std::deque<WallTime> onsets{kMidnight + 100h, kMidnight + 200h, kMidnight + 300h};
  const HazardFigures figures = judge(hours(480, {98, 198, 298}), onsets, kMidnight + 480h);
  EXPECT_NEAR(figures.covered, 36.0 / 480, 1e-9);
  EXPECT_NEAR(figures.chance(), std::pow(36.0 / 480, 3), 1e-9);
}

// What is said for an hour is the same whether the rest of the past has come yet, or came
// otherwise.
TEST(PredictPast, DoesNotKnowTheFuture) {
  const Past past = make_past(PastKind::SlowBefore, 3, 100);
  const HazardHistory whole = record(past);
  const std::vector<HazardPrediction> said = predict_past(whole.hours(), whole.onsets());
  ASSERT_GT(said.size(), 500U);
  for (const int day : {60, 75, 90}) {
    const WallTime now = testing::kPastBegin + std::chrono::days(day);
    const HazardHistory until_now = record(past, now);
    Past otherwise = make_past(PastKind::Frequent, 9, 100);
    std::erase_if(otherwise.troubles, [now](const auto& one) { return one.opened < now; });
    std::erase_if(otherwise.probes, [now](const auto& one) { return one.at < now; });
    Past mixed = past;
    std::erase_if(mixed.troubles, [now](const auto& one) { return one.resolved >= now; });
    std::erase_if(mixed.probes, [now](const auto& one) { return one.at >= now; });
    mixed.troubles.insert(mixed.troubles.end(), otherwise.troubles.begin(),
                          otherwise.troubles.end());
    mixed.probes.insert(mixed.probes.end(), otherwise.probes.begin(), otherwise.probes.end());
    const HazardHistory other = record(mixed);
    const std::vector<HazardPrediction> short_said =
        predict_past(until_now.hours(), until_now.onsets());
    const std::vector<HazardPrediction> other_said = predict_past(other.hours(), other.onsets());
    ASSERT_GT(short_said.size(), 50U) << "day " << day;
    for (size_t i = 0; i < short_said.size(); ++i) {
      ASSERT_EQ(short_said[i], said[i]) << "day " << day << ", hour " << format_utc(said[i].at);
      ASSERT_EQ(other_said[i], said[i]) << "day " << day << ", hour " << format_utc(said[i].at);
    }
    EXPECT_FALSE(other_said == said) << "day " << day;
  }
}

TEST(PredictPast, IsTheSameTwice) {
  const HazardHistory history = record(make_past(PastKind::Bursts, 1, kDays));
  EXPECT_EQ(predict_past(history.hours(), history.onsets()),
            predict_past(history.hours(), history.onsets()));
}

HazardReport report_of(PastKind kind, uint64_t seed, int days = kDays) {
  const Past past = make_past(kind, seed, days);
  return backtest(record(past), past.end);
}

TEST(Backtest, FindsAPlantedSign) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const HazardReport report = report_of(PastKind::SlowBefore, seed, 180);
    EXPECT_TRUE(report.warns) << "seed " << seed << ": " << report.reason;
    EXPECT_GT(report.model.precision().value_or(0), 0.6) << "seed " << seed;
    EXPECT_GT(report.model.recall().value_or(0), 0.4) << "seed " << seed;
    EXPECT_GT(report.model.f1(), report.recent.f1() + kMargin) << "seed " << seed;
    // The sign shows 3 to 8 hours before, and takes an hour to be seen.
    EXPECT_GT(report.model.lead_time.value_or(0s), 2h) << "seed " << seed;
    EXPECT_LT(report.model.lead_time.value_or(24h), 8h) << "seed " << seed;
  }
}

int silent_of_twenty(PastKind kind) {
  int silent = 0;
  int without_skill = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const HazardReport report = report_of(kind, seed);
    silent += report.warns ? 0 : 1;
    without_skill += report.reason.starts_with("no predictive skill on your data") ? 1 : 0;
    EXPECT_EQ(report.warns, report.reason.empty());
  }
  EXPECT_GE(without_skill, 10) << "of the others there are too few incidents to tell";
  return silent;
}

TEST(Backtest, IsSilentWhereTroublesComeByChance) {
  EXPECT_GE(silent_of_twenty(PastKind::Nothing), 19);
}

TEST(Backtest, IsSilentWhereLatencyDriftsWithoutMeaning) {
  EXPECT_GE(silent_of_twenty(PastKind::Wandering), 19);
}

TEST(Backtest, IsSilentWhereABaselineSaysAsMuch) {
  for (const PastKind kind : {PastKind::Frequent, PastKind::EveryNight, PastKind::WeeklyBursts}) {
    const HazardReport report = report_of(kind, 2, 180);
    EXPECT_FALSE(report.warns) << to_string(kind);
    EXPECT_TRUE(report.reason.starts_with("no predictive skill on your data")) << report.reason;
  }
}

TEST(Backtest, IsSilentWithTooFewIncidents) {
  const HazardReport report = report_of(PastKind::Few, 1);
  EXPECT_FALSE(report.warns);
  EXPECT_EQ(report.onsets, 6U);
  EXPECT_TRUE(report.reason.starts_with("too few incidents (6")) << report.reason;
}

TEST(Backtest, SaysNothingOfATargetWithoutAPast) {
  const HazardReport report = backtest(HazardHistory(), kMidnight);
  EXPECT_FALSE(report.warns);
  EXPECT_EQ(report.onsets, 0U);
  EXPECT_EQ(hazard_now(HazardHistory(), kMidnight), std::nullopt);
}

TEST(HazardNow, IsHighWhereTheSignShowsAndUnknownOnceThePastIsOld) {
  const Past past = make_past(PastKind::SlowBefore, 3, kDays);
  const HazardHistory whole = record(past);
  const std::vector<HazardPrediction> said = predict_past(whole.hours(), whole.onsets());
  const auto warned = std::find_if(said.rbegin(), said.rend(),
                                   [](const HazardPrediction& one) { return one.hazard > 0.7; });
  ASSERT_NE(warned, said.rend());
  const HazardHistory then = record(past, warned->at);
  EXPECT_GT(hazard_now(then, warned->at).value_or(0), kWarnAt);
  EXPECT_EQ(hazard_now(then, warned->at + 3h), std::nullopt);
}

}  // namespace
}  // namespace gatewatch::alerts
