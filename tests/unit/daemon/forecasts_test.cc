// SPDX-License-Identifier: MIT
#include "daemon/forecasts.h"

#include <gtest/gtest.h>

#include "alerts/early_warning.h"
#include "core/incident.h"
#include "core/sample.h"
#include "storage/writer.h"
#include "tests/forecast/synthetic_history.h"
#include "tests/support/temp_dir.h"

namespace gatewatch::daemon {
namespace {

using namespace std::chrono_literals;
using testing::Past;
using testing::PastKind;

constexpr int kDays = 70;
const auto kAlways = [] { return true; };

Incident incident_of(const std::string& target, const testing::PastTrouble& trouble, int number) {
  Incident incident;
  incident.id = target + std::to_string(number);
  incident.target = target;
  incident.rule = "bad-gateway";
  incident.opened_at = trouble.opened;
  incident.resolved_at = trouble.resolved;
  incident.counted_until = trouble.resolved;
  return incident;
}

class ForecastsTest : public ::testing::Test {
 protected:
  void write(const std::function<void(storage::Writer&)>& fill) const {
    storage::Writer::Options options;
    options.path = path_;
    options.ballast_bytes = 0;
    options.retention = std::chrono::days(3650);
    storage::Writer writer(options, system_clock());
    writer.start();
    fill(writer);
    writer.stop(system_clock().steady() + 60s);
  }

  void write_past(const std::string& target, const Past& past) const {
    write([&](storage::Writer& writer) {
      for (const testing::PastProbe& probe : past.probes) {
        Sample sample{.target = target, .at = probe.at};
        sample.result.outcome = probe.outcome;
        sample.result.phases = probe.phases;
        writer.add(std::move(sample));
      }
      int number = 0;
      for (const testing::PastTrouble& trouble : past.troubles) {
        writer.add(storage::Transition{incident_of(target, trouble, ++number), {}});
      }
    });
  }

  testing::TempDir folder_;
  std::string path_ = folder_.file("gatewatch.db");
};

TEST_F(ForecastsTest, AreThoseOfThePastThatWasRecorded) {
  const Past past = testing::make_past(PastKind::Frequent, 1, kDays);
  write_past("shop", past);
  Forecasts forecasts(path_);
  const auto made = forecasts.make({"shop", "unknown"}, past.end, kAlways);
  ASSERT_EQ(made.size(), 2U);
  const alerts::HazardReport expected = alerts::backtest(testing::record(past), past.end);
  EXPECT_EQ(made[0].target, "shop");
  EXPECT_EQ(made[0].report.onsets, expected.onsets);
  EXPECT_GT(made[0].report.tested_hours, 500);
  EXPECT_EQ(made[0].report.tested_hours, expected.tested_hours);
  EXPECT_EQ(made[0].report.model.warned_hours, expected.model.warned_hours);
  EXPECT_EQ(made[0].report.recent.caught, expected.recent.caught);
  EXPECT_EQ(made[1].report.onsets, 0U);
}

TEST_F(ForecastsTest, AreTheSameWhetherReadAtOnceOrDayByDay) {
  const Past past = testing::make_past(PastKind::Frequent, 2, kDays);
  write_past("shop", past);
  Forecasts at_once(path_);
  Forecasts daily(path_);
  for (int day = kDays - 5; day < kDays; ++day) {
    (void)daily.make({"shop"}, testing::kPastBegin + std::chrono::days(day) + 17min, kAlways);
  }
  const alerts::HazardReport one = at_once.make({"shop"}, past.end, kAlways)[0].report;
  const alerts::HazardReport other = daily.make({"shop"}, past.end, kAlways)[0].report;
  EXPECT_GT(one.onsets, 20U);
  EXPECT_EQ(one.onsets, other.onsets);
  EXPECT_EQ(one.tested_hours, other.tested_hours);
  EXPECT_EQ(one.model.warned_hours, other.model.warned_hours);
  EXPECT_EQ(one.model.right_hours, other.model.right_hours);
  EXPECT_EQ(one.model.caught, other.model.caught);
}

TEST_F(ForecastsTest, ReadNoProbesOfTargetsWithFewIncidents) {
  const Past past = testing::make_past(PastKind::Few, 1, kDays);
  write_past("shop", past);
  Forecasts forecasts(path_);
  const auto made = forecasts.make({"shop"}, past.end, [] {
    ADD_FAILURE() << "a probe was read";
    return true;
  });
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].report.onsets, 6U);
  EXPECT_FALSE(made[0].report.warns);
}

TEST_F(ForecastsTest, LeaveOutIncidentsThatAreNotOfTheTarget) {
  write([](storage::Writer& writer) {
    int number = 0;
    for (const std::string_view by : {kDetectedBySelf, alerts::kDetectedByForecast}) {
      Incident incident =
          incident_of("shop", {testing::kPastBegin + 1h, testing::kPastBegin + 2h}, ++number);
      incident.detected_by = by;
      writer.add(storage::Transition{incident, {}});
    }
  });
  Forecasts forecasts(path_);
  EXPECT_EQ(forecasts.make({"shop"}, testing::kPastBegin + 48h, kAlways)[0].report.onsets, 0U);
}

TEST_F(ForecastsTest, KnowAnIncidentThatIsStillOpen) {
  Incident incident = incident_of("shop", {testing::kPastBegin + 1h, testing::kPastBegin + 2h}, 1);
  incident.resolved_at.reset();
  write([&](storage::Writer& writer) { writer.add(storage::Transition{incident, {}}); });
  Forecasts forecasts(path_);
  EXPECT_TRUE(forecasts.make({"shop"}, testing::kPastBegin + 3h, kAlways)[0].is_in_trouble);
  incident.resolved_at = testing::kPastBegin + 210min;
  write([&](storage::Writer& writer) { writer.add(storage::Transition{incident, {}}); });
  EXPECT_FALSE(forecasts.make({"shop"}, testing::kPastBegin + 4h, kAlways)[0].is_in_trouble);
}

TEST_F(ForecastsTest, StopWhereTheyAreToldToAndBeginAnewThen) {
  const Past past = testing::make_past(PastKind::Frequent, 3, 40);
  write_past("shop", past);
  Forecasts forecasts(path_);
  EXPECT_TRUE(forecasts.make({"shop"}, past.end, [] { return false; }).empty());
  EXPECT_GT(forecasts.make({"shop"}, past.end, kAlways)[0].report.tested_hours, 100);
}

}  // namespace
}  // namespace gatewatch::daemon
