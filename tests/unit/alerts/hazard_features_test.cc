// SPDX-License-Identifier: MIT
#include "alerts/hazard_features.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kMidnight{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

float feature(const HazardHour& hour, HazardFeature which) {
  return hour.features[static_cast<size_t>(which)];
}

float newest(const HazardHistory& history, HazardFeature which) {
  return feature(history.hours().back(), which);
}

Phases taking(Duration first_byte) {
  return {.connect = 10ms, .tls = 20ms, .first_byte = first_byte};
}

// One ok probe every ten minutes from `begin` up to before `end`.
void add_ok(HazardHistory& history, WallTime begin, WallTime end, Duration first_byte = 100ms) {
  for (WallTime at = begin; at < end; at += 10min) {
    history.add_probe(at, Outcome::Ok, taking(first_byte));
  }
}

TEST(HazardHistory, WritesDownAnHourWhenItIsOver) {
  HazardHistory history;
  history.add_probe(kMidnight + 5min, Outcome::Ok, {});
  history.advance(kMidnight + 59min);
  EXPECT_TRUE(history.hours().empty());
  history.advance(kMidnight + 1h);
  ASSERT_EQ(history.hours().size(), 1U);
  EXPECT_EQ(history.hours().front().at, kMidnight + 1h);
  EXPECT_TRUE(history.hours().front().is_calm);
}

TEST(HazardHistory, LeavesOutHoursWithoutAConclusiveProbe) {
  HazardHistory history;
  history.add_probe(kMidnight, Outcome::Ok, {});
  history.add_probe(kMidnight + 90min, Outcome::Inconclusive, {});
  history.add_probe(kMidnight + 3h, Outcome::Ok, {});
  history.advance(kMidnight + 4h);
  ASSERT_EQ(history.hours().size(), 2U);
  EXPECT_EQ(history.hours()[1].at, kMidnight + 4h);
}

TEST(HazardHistory, CountsOnsetsOfOneSevenAndThirtyDays) {
  HazardHistory history;
  history.add_probe(kMidnight, Outcome::Ok, {});
  const WallTime end = kMidnight + std::chrono::days(40);
  for (const int days_ago : {35, 20, 5, 3}) {
    history.open_incident(end - std::chrono::days(days_ago));
    history.close_incident(end - std::chrono::days(days_ago) + 30min);
  }
  history.open_incident(end - 12h);
  history.close_incident(end - 11h);
  history.add_probe(end - 10min, Outcome::Ok, {});
  history.advance(end);
  EXPECT_FLOAT_EQ(newest(history, HazardFeature::Troubles1d), std::log1p(1.0F));
  EXPECT_FLOAT_EQ(newest(history, HazardFeature::Troubles7d), std::log1p(3.0F));
  EXPECT_FLOAT_EQ(newest(history, HazardFeature::Troubles30d), std::log1p(4.0F));
  EXPECT_EQ(history.onsets().size(), 5U);
}

TEST(HazardHistory, TakesIncidentsThatOverlapOrFollowEachOtherForOneTrouble) {
  HazardHistory history;
  history.open_incident(kMidnight);
  history.open_incident(kMidnight + 1min);  // of another rule
  history.close_incident(kMidnight + 10min);
  history.close_incident(kMidnight + 20min);
  history.open_incident(kMidnight + 79min);  // 59 minutes later
  history.close_incident(kMidnight + 90min);
  EXPECT_EQ(history.onsets().size(), 1U);
  history.open_incident(kMidnight + 150min);  // an hour later
  EXPECT_EQ(history.onsets().size(), 2U);
}

TEST(HazardHistory, IsCalmAnHourAfterTheLastIncident) {
  HazardHistory history;
  add_ok(history, kMidnight, kMidnight + 2h);
  history.open_incident(kMidnight + 2h);
  add_ok(history, kMidnight + 2h, kMidnight + 150min);
  history.close_incident(kMidnight + 150min);
  add_ok(history, kMidnight + 150min, kMidnight + 5h);
  history.advance(kMidnight + 5h);
  const std::vector<bool> expected{true, true, false, true, true};
  ASSERT_EQ(history.hours().size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(history.hours()[i].is_calm, expected[i]) << "hour " << i;
  }
}

TEST(HazardHistory, CountsFailuresOutsideTroublesOnly) {
  HazardHistory history;
  history.add_probe(kMidnight, Outcome::Unavailable, {});
  history.add_probe(kMidnight + 1min, Outcome::GatewayTimeout, {});
  history.add_probe(kMidnight + 2min, Outcome::BadGateway, {});
  history.add_probe(kMidnight + 3min, Outcome::Ok, {});
  history.advance(kMidnight + 1h);
  EXPECT_FLOAT_EQ(newest(history, HazardFeature::BadLastHour), std::log1p(3.0F));
  EXPECT_FLOAT_EQ(newest(history, HazardFeature::UnavailableShare), 0.5F);
  history.open_incident(kMidnight + 1h);
  history.add_probe(kMidnight + 61min, Outcome::Unavailable, {});
  history.close_incident(kMidnight + 70min);
  history.add_probe(kMidnight + 71min, Outcome::Ok, {});
  history.advance(kMidnight + 2h);
  EXPECT_FLOAT_EQ(newest(history, HazardFeature::BadLastHour), 0.0F);
  EXPECT_FLOAT_EQ(newest(history, HazardFeature::UnavailableShare), 0.0F);
}

TEST(HazardHistory, SeesOnlyThePhaseDriftThatGrew) {
  HazardHistory history;
  add_ok(history, kMidnight, kMidnight + 48h);
  history.advance(kMidnight + 48h);
  EXPECT_EQ(newest(history, HazardFeature::FirstByteDrift), 0.0F);
  add_ok(history, kMidnight + 48h, kMidnight + 49h, 130ms);
  history.advance(kMidnight + 49h);
  // log(1.3) is 5.2 times the least deviation of 0.05, less the allowance of 1.
  EXPECT_NEAR(newest(history, HazardFeature::FirstByteDrift), std::log(1.3) / 0.05 - 1, 1e-3);
  EXPECT_EQ(newest(history, HazardFeature::ConnectDrift), 0.0F);
  EXPECT_EQ(newest(history, HazardFeature::TlsDrift), 0.0F);
}

TEST(HazardHistory, DriftIsZeroWhileItHasNoAverageAndWhereItGotFaster) {
  HazardHistory young;
  add_ok(young, kMidnight, kMidnight + 23h);
  add_ok(young, kMidnight + 23h, kMidnight + 24h, 10s);
  young.advance(kMidnight + 24h);
  EXPECT_EQ(newest(young, HazardFeature::FirstByteDrift), 0.0F);
  HazardHistory faster;
  add_ok(faster, kMidnight, kMidnight + 48h);
  add_ok(faster, kMidnight + 48h, kMidnight + 49h, 10ms);
  faster.advance(kMidnight + 49h);
  EXPECT_EQ(newest(faster, HazardFeature::FirstByteDrift), 0.0F);
}

TEST(HazardHistory, CountsTheDaysOfTheCertificateThatCameLast) {
  HazardHistory history;
  history.add_probe(kMidnight, Outcome::Ok, {});
  history.advance(kMidnight + 1h);
  EXPECT_FLOAT_EQ(newest(history, HazardFeature::CertificateDays), std::log1p(90.0F));
  history.see_certificate(kMidnight + 1h, kMidnight, kMidnight + 2h + std::chrono::days(3));
  history.add_probe(kMidnight + 1h, Outcome::Ok, {});
  history.advance(kMidnight + 2h);
  EXPECT_FLOAT_EQ(newest(history, HazardFeature::CertificateDays), std::log1p(3.0F));
}

TEST(HazardHistory, TakesAFactFromBeforeTheRunningHourAsOfItsBeginning) {
  HazardHistory history;
  history.add_probe(kMidnight + 5h, Outcome::Ok, {});
  history.add_probe(kMidnight + 2h, Outcome::BadGateway, {});  // the clock was set back
  history.advance(kMidnight + 6h);
  ASSERT_EQ(history.hours().size(), 1U);
  EXPECT_FLOAT_EQ(newest(history, HazardFeature::BadLastHour), std::log1p(1.0F));
}

TEST(HazardHistory, KeepsTheNewestHoursOnly) {
  HazardHistory history;
  const auto hours = static_cast<int>(kMaxHazardHours) + 10;
  for (int i = 0; i < hours; ++i) {
    history.add_probe(kMidnight + i * 1h, Outcome::Ok, {});
  }
  history.advance(kMidnight + hours * 1h);
  EXPECT_EQ(history.hours().size(), kMaxHazardHours);
  EXPECT_EQ(history.hours().back().at, kMidnight + hours * 1h);
}

}  // namespace
}  // namespace gatewatch::alerts
