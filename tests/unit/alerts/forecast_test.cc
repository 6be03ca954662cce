// SPDX-License-Identifier: MIT
#include "alerts/forecast.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/forecast/synthetic_history.h"

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

HazardHistory::Certificate living(Duration age, Duration left) {
  return {kNow - std::chrono::duration_cast<std::chrono::microseconds>(age),
          kNow + std::chrono::duration_cast<std::chrono::microseconds>(left)};
}

TEST(EndingSoon, IsWithinSevenDaysOfACertificateOfNinety) {
  const auto day = std::chrono::days(1);
  EXPECT_FALSE(ending_soon(living(82 * day, 8 * day), kNow).has_value());
  EXPECT_EQ(ending_soon(living(84 * day, 6 * day), kNow), kNow + std::chrono::days(6));
}

TEST(EndingSoon, IsLaterForACertificateThatLivesShortly) {
  // One of six days is renewed with two left: a day is the sixth of its life.
  EXPECT_FALSE(ending_soon(living(4 * 24h, 2 * 24h), kNow).has_value());
  EXPECT_TRUE(ending_soon(living(5 * 24h + 1h, 23h), kNow).has_value());
}

TEST(EndingSoon, IsNoForecastOnceItHasEnded) {
  EXPECT_FALSE(ending_soon(living(90 * 24h, 0s), kNow).has_value());
  EXPECT_FALSE(ending_soon(living(90 * 24h, -1s), kNow).has_value());
}

TEST(Forecast, OfACertificateNeedsNoIncidents) {
  HazardHistory history;
  history.see_certificate(kNow - 24h, kNow - 2'000h, kNow + 48h);
  const Forecast made = forecast("shop", history, kNow);
  EXPECT_EQ(made.certificate_ends, kNow + 48h);
  EXPECT_EQ(verdict_of(made),
            "silent: too few incidents (0, 0 of them to test on; 10 and 5 are needed); "
            "certain: its certificate ends at 2026-03-03T00:00:00.000Z");
}

TEST(Forecast, HasAHazardOnlyWhereItWarns) {
  const testing::Past past = testing::make_past(testing::PastKind::Nothing, 1, 90);
  const Forecast made = forecast("shop", testing::record(past), past.end);
  EXPECT_FALSE(made.report.warns);
  EXPECT_EQ(made.hazard, std::nullopt);
  const Json json = Json::parse(to_json(std::vector<Forecast>{made})).at(0);
  EXPECT_EQ(json.at("verdict"), "silent");
  EXPECT_TRUE(json.at("hazard").is_null());
  EXPECT_TRUE(json.at("reason").get<std::string>().starts_with("no predictive skill"));
}

TEST(Forecast, TellsItsFiguresBesideBothBaselines) {
  const testing::Past past = testing::make_past(testing::PastKind::SlowBefore, 1, 120);
  const Forecast made = forecast("shop", testing::record(past), past.end);
  EXPECT_EQ(verdict_of(made), "warns");
  const Json json = Json::parse(to_json(std::vector<Forecast>{made})).at(0);
  EXPECT_EQ(json.at("target"), "shop");
  EXPECT_EQ(json.at("verdict"), "warns");
  EXPECT_TRUE(json.at("reason").is_null());
  EXPECT_EQ(json.at("incidents"), made.report.onsets);
  EXPECT_NEAR(json.at("model").at("precision"), *made.report.model.precision(), 0.001);
  EXPECT_NEAR(json.at("model").at("recall"), *made.report.model.recall(), 0.001);
  EXPECT_GT(json.at("model").at("lead_time_seconds"), 3'600);
  EXPECT_TRUE(json.at("baselines").at("always_no").at("precision").is_null());
  EXPECT_EQ(json.at("baselines").at("always_no").at("recall"), 0.0);
  EXPECT_GT(json.at("baselines").at("incident_in_last_7d").at("recall"), 0.0);
}

TEST(FiguresOf, AreOneClause) {
  EXPECT_EQ(figures_of({.onsets = 4}), "never warned, caught none of 4 incidents");
  EXPECT_EQ(
      figures_of({.onsets = 4, .caught = 3, .alarms = 5, .right_alarms = 4, .lead_time = 90min}),
      "4 of 5 warnings came true, 3 of 4 incidents were foretold, 1 h 30 min before");
}

}  // namespace
}  // namespace gatewatch::alerts
