// SPDX-License-Identifier: MIT
#include "alerts/early_warning.h"

#include <gtest/gtest.h>

#include "alerts/message.h"

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

const Target kShop{.name = "shop", .url = "https://shop.example.com/", .tags = {"prod"}};

Instant at(Duration since_start) {
  return {SteadyTime(since_start),
          WallTime(std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}) +
              std::chrono::duration_cast<std::chrono::microseconds>(since_start)};
}

Forecast with_hazard(double hazard) {
  Forecast forecast{.target = "shop", .hazard = hazard};
  forecast.report.warns = true;
  forecast.report.model = {.warned_hours = 40,
                           .right_hours = 30,
                           .onsets = 14,
                           .caught = 9,
                           .alarms = 12,
                           .right_alarms = 9,
                           .lead_time = 4h};
  return forecast;
}

class EarlyWarningTest : public ::testing::Test {
 protected:
  Rng rng_{1};
  EarlyWarning warning_{rng_};
};

TEST_F(EarlyWarningTest, OpensAWarningWhereAnIncidentIsMoreLikelyThanNot) {
  EXPECT_FALSE(warning_.observe(kShop, with_hazard(0.49), at(1h)).has_value());
  const auto change = warning_.observe(kShop, with_hazard(0.72), at(2h));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->kind, Change::Kind::Opened);
  EXPECT_EQ(change->incident.rule, "early-warning");
  EXPECT_EQ(change->incident.severity, Severity::Warning);
  EXPECT_EQ(change->incident.detected_by, "forecast");
  EXPECT_EQ(change->incident.url, kShop.url);
  EXPECT_EQ(change->incident.tags, kShop.tags);
  EXPECT_EQ(change->incident.opened_at, at(2h).wall);
  EXPECT_EQ(change->incident.verdict.fault, Fault::Unknown);
  EXPECT_FALSE(change->rule->has_window());
  const auto& evidence = change->incident.verdict.evidence;
  ASSERT_EQ(evidence.size(), 3U);
  EXPECT_NE(evidence[0].find("72 %"), std::string::npos) << evidence[0];
  EXPECT_NE(evidence[1].find("9 of 12 warnings came true, 9 of 14 incidents"), std::string::npos)
      << evidence[1];
  EXPECT_FALSE(warning_.observe(kShop, with_hazard(0.9), at(3h)).has_value());
  EXPECT_EQ(warning_.open_incidents().size(), 1U);
}

TEST_F(EarlyWarningTest, ResolvesWhereTheHazardFellWellBelow) {
  (void)warning_.observe(kShop, with_hazard(0.6), at(1h));
  EXPECT_FALSE(warning_.observe(kShop, with_hazard(kClearBelow), at(2h)).has_value());
  const auto change = warning_.observe(kShop, with_hazard(kClearBelow - 0.01), at(3h));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->kind, Change::Kind::Resolved);
  EXPECT_EQ(change->incident.resolved_at, at(3h).wall);
  EXPECT_EQ(change->incident.reason, "no incident is foretold any more");
  EXPECT_TRUE(warning_.open_incidents().empty());
}

TEST_F(EarlyWarningTest, ResolvesWhereTheModelLostItsSkill) {
  (void)warning_.observe(kShop, with_hazard(0.6), at(1h));
  const auto change = warning_.observe(kShop, Forecast{.target = "shop"}, at(2h));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->kind, Change::Kind::Resolved);
}

TEST_F(EarlyWarningTest, ResolvesWhenTheIncidentCame) {
  (void)warning_.observe(kShop, with_hazard(0.6), at(1h));
  const auto change = warning_.incident_came("shop", at(2h));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->kind, Change::Kind::Resolved);
  EXPECT_EQ(change->incident.reason, "the incident it warned of has come");
  EXPECT_FALSE(warning_.incident_came("shop", at(3h)).has_value());
  EXPECT_FALSE(warning_.incident_came("another", at(3h)).has_value());
}

TEST_F(EarlyWarningTest, SaysNothingWhileAnIncidentIsOpen) {
  Forecast forecast = with_hazard(0.9);
  forecast.is_in_trouble = true;
  EXPECT_FALSE(warning_.observe(kShop, forecast, at(1h)).has_value());
  forecast.is_in_trouble = false;
  EXPECT_TRUE(warning_.observe(kShop, forecast, at(2h)).has_value());
}

TEST_F(EarlyWarningTest, WarnsOfACertificateThatEndsWhateverTheBacktestSays) {
  Forecast forecast{.target = "shop", .certificate_ends = at(72h).wall};
  const auto opened = warning_.observe(kShop, forecast, at(1h));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->incident.verdict.summary,
            "The certificate ends at " + format_utc(at(72h).wall) + ".");
  EXPECT_FALSE(warning_.observe(kShop, forecast, at(2h)).has_value());
  forecast.certificate_ends.reset();  // renewed
  EXPECT_TRUE(warning_.observe(kShop, forecast, at(3h)).has_value());
}

TEST_F(EarlyWarningTest, GoesOnAfterARestartAndEndsWithItsTarget) {
  const Incident incident = warning_.observe(kShop, with_hazard(0.6), at(1h))->incident;
  EarlyWarning next(rng_);
  next.restore(incident);
  EXPECT_FALSE(next.observe(kShop, with_hazard(0.45), at(2h)).has_value());
  EXPECT_TRUE(next.keep_only({"shop"}, at(3h)).empty());
  const auto changes = next.keep_only({"another"}, at(4h));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].incident.id, incident.id);
  EXPECT_EQ(changes[0].incident.reason, "removed");
  EXPECT_TRUE(next.open_incidents().empty());
}

TEST_F(EarlyWarningTest, IsToldByItsSummary) {
  Message message;
  message.type = MessageType::Opened;
  const Change change = *warning_.observe(kShop, with_hazard(0.6), at(1h));
  message.incident = change.incident;
  message.rule = *change.rule;
  EXPECT_EQ(describe(message),
            "shop: An incident within 12 h is likely. https://shop.example.com/");
}

}  // namespace
}  // namespace gatewatch::alerts
