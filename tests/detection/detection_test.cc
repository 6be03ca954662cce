// SPDX-License-Identifier: MIT
//
// What the built-in rule finds and what it lets pass, in seconds and months. The tables of
// docs/detection.md come from detection_report.
#include "tests/detection/detection.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gatewatch::testing {
namespace {

using namespace std::chrono_literals;

constexpr double kMonth = 30 * 86'400.0;

std::vector<double> delays(double rate, int onsets, double interval = 30) {
  const Duration length = std::chrono::seconds(static_cast<int64_t>(interval));
  std::vector<double> all;
  for (int i = 0; i < onsets; ++i) {
    Shipped watcher(shipped_rule(length), length);
    const double onset = 600 + interval * i / onsets;
    const Played run = watch(watcher, interval, 0, onset + 7200,
                             outage(static_cast<uint64_t>(i), onset, rate), true);
    all.push_back(run.openings.empty() ? 7200 : run.openings.front() - onset);
  }
  std::sort(all.begin(), all.end());
  return all;
}

size_t openings_of_a_month(const Fate& fate) {
  Shipped watcher(shipped_rule(30s), 30s);
  return watch(watcher, 30, 7, kMonth, fate).openings.size();
}

TEST(Detection, AFullOutageIsFoundSoonerThanBy30SecondsAfterItsFirstBadProbe) {
  const std::vector<double> found = delays(1, 60);
  EXPECT_LE(found[30], 44);
  EXPECT_LE(found[54], 57);
  EXPECT_LE(found.back(), 30 + 22 + 1) << "the interval, and the hold";
}

TEST(Detection, TroublesInWhichSomeRequestsFailAreFound) {
  EXPECT_LE(delays(0.5, 200)[100], 63);
  EXPECT_LE(delays(0.2, 200)[100], 174);
  const std::vector<double> rare = delays(0.05, 40);
  EXPECT_LE(rare[20], 54 * 60);
}

TEST(Detection, NoiseOfATenthOfAPercentOpensNothingInAMonth) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    EXPECT_EQ(openings_of_a_month(noise(seed, 0.001)), 0U) << "seed " << seed;
  }
}

TEST(Detection, ADeploymentOf20SecondsEachDayOpensNothing) {
  EXPECT_EQ(openings_of_a_month(daily(20)), 0U);
}

TEST(Detection, TheReferenceFindsAFullOutageAfter44Seconds) {
  std::vector<double> found;
  for (int i = 0; i < 60; ++i) {
    Reference watcher;
    const double onset = 600 + i / 2.0;
    const Played run = watch(watcher, 30, 0, onset + 600, outage(1, onset, 1), true);
    ASSERT_EQ(run.openings.size(), 1U);
    found.push_back(run.openings.front() - onset);
  }
  std::sort(found.begin(), found.end());
  EXPECT_NEAR(found[30], 44, 2);
  EXPECT_NEAR(found[54], 57, 2);
}

// HAProxy takes its servers in turn; ours are the only requests.
TEST(Detection, OneBadBackendOfThreeIsIntermittentWithin15Minutes) {
  int request = 0;
  Shipped watcher(shipped_rule(30s), 30s);
  const Played run = watch(watcher, 30, 0, 15 * 60, [&](double) { return ++request % 3 == 0; });
  ASSERT_EQ(run.openings.size(), 1U);
  EXPECT_LE(run.openings.front(), 300);
  const std::vector<Incident> open = watcher.open_incidents();
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].incident_class, IncidentClass::Intermittent) << open[0].class_reason;
  EXPECT_NE(open[0].class_reason.find("one bad backend of several"), std::string::npos)
      << open[0].class_reason;
}

TEST(Detection, OneBadBackendOfThreeIsOneIncidentForADay) {
  int request = 0;
  Shipped watcher(shipped_rule(30s), 30s);
  (void)watch(watcher, 30, 0, 86'400, [&](double) { return ++request % 3 == 0; });
  EXPECT_EQ(watcher.changes().size(), 1U);
}

}  // namespace
}  // namespace gatewatch::testing
