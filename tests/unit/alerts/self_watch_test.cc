// SPDX-License-Identifier: MIT
#include "alerts/self_watch.h"

#include <gtest/gtest.h>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

Instant at(std::chrono::seconds since_start) {
  return {SteadyTime(1h + since_start), WallTime(1'000'000h + since_start)};
}

TEST(SelfWatch, OpensAtOnceAndOnlyOnce) {
  Rng ids(1);
  SelfWatch watch(ids);
  EXPECT_FALSE(watch.observe("storage", "", at(0s)).has_value());
  const auto opened = watch.observe("storage", "Disk full.", at(1s));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->kind, Change::Kind::Opened);
  EXPECT_EQ(opened->incident.target, kSelfTarget);
  EXPECT_EQ(opened->incident.verdict.fault, Fault::Monitor);
  EXPECT_EQ(opened->incident.verdict.summary, "Disk full.");
  EXPECT_FALSE(watch.observe("storage", "Disk full.", at(2s)).has_value());
}

TEST(SelfWatch, ResolvesOnlyAfterAMinuteWithoutTrouble) {
  Rng ids(1);
  SelfWatch watch(ids);
  const auto opened = watch.observe("storage", "Disk full.", at(0s));
  EXPECT_FALSE(watch.observe("storage", "", at(1s)).has_value());
  EXPECT_FALSE(watch.observe("storage", "Disk full.", at(30s)).has_value());
  EXPECT_FALSE(watch.observe("storage", "", at(31s)).has_value());
  EXPECT_FALSE(watch.observe("storage", "", at(90s)).has_value());
  const auto resolved = watch.observe("storage", "", at(91s));
  ASSERT_TRUE(resolved.has_value());
  EXPECT_EQ(resolved->incident.id, opened->incident.id);
  EXPECT_FALSE(resolved->incident.is_open());
  EXPECT_EQ(resolved->incident.transitions, 2);
}

TEST(SelfWatch, GoesOnWithAnIncidentFromBeforeARestart) {
  Rng ids(1);
  SelfWatch before(ids);
  const auto opened = before.observe("storage", "Disk full.", at(0s));
  SelfWatch after(ids);
  after.restore(opened->incident);
  EXPECT_FALSE(after.observe("storage", "Disk full.", at(10s)).has_value());
  EXPECT_EQ(after.open_incidents().front().id, opened->incident.id);
}

}  // namespace
}  // namespace gatewatch::alerts
