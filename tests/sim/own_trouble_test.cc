// SPDX-License-Identifier: MIT
//
// Our own trouble is not the target's: no incident of a target comes of it, and none is lost.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/world.h"

namespace gatewatch::testing {
namespace {

using namespace std::chrono_literals;
using alerts::Change;

Rule down_rule() {
  Rule rule;
  rule.name = "down";
  rule.count_words = {"failure"};
  rule.count = {*CountMatcher::parse("failure")};
  rule.threshold = 0.5;
  rule.clear = 0.25;
  rule.window = 5min;
  rule.min_probes = 5;
  rule.min_bad = 3;
  return rule;
}

std::vector<Target> targets(int count) {
  std::vector<Target> all;
  for (int i = 0; i < count; ++i) {
    all.push_back(
        {.name = "t" + std::to_string(i), .url = "http://t/", .interval = 30s, .timeout = 10s});
  }
  return all;
}

// With the interval and the timeout that controls have where none is written.
std::vector<Target> with_controls(std::vector<Target> all) {
  for (const char* name : {"c1", "c2"}) {
    all.push_back(
        {.name = name, .url = "http://c/", .interval = 5s, .timeout = 3s, .is_control = true});
  }
  return all;
}

int count_of(const World& world, Outcome outcome, const std::string& of_target_like = "t") {
  return static_cast<int>(
      std::count_if(world.samples.begin(), world.samples.end(), [&](const Sample& sample) {
        return sample.result.outcome == outcome && sample.target.starts_with(of_target_like);
      }));
}

TEST(OwnTroubleScenario, WhileWeAreOfflineNoTargetIsDown) {
  const auto offline = [](Duration at) { return at >= 1h && at < 2h; };
  World world(1, with_controls(targets(20)), down_rule(),
              [&](const std::string&, Duration at) { return offline(at) ? 0 : 200; });
  world.run_for(90min);
  EXPECT_TRUE(world.is_offline());
  world.run_for(90min);
  EXPECT_FALSE(world.is_offline());
  EXPECT_TRUE(world.changes.empty());
  EXPECT_EQ(count_of(world, Outcome::Timeout), 0)
      << "5 s + 3 s, after which controls are known to fail, are below the timeout of 10 s";
  EXPECT_GT(count_of(world, Outcome::Inconclusive), 20 * 100);
}

TEST(OwnTroubleScenario, WithoutControlsTheSameHourIsAnIncidentOfEachTarget) {
  const auto offline = [](Duration at) { return at >= 1h && at < 2h; };
  World world(1, targets(20), down_rule(),
              [&](const std::string&, Duration at) { return offline(at) ? 0 : 200; });
  world.run_for(90min);
  EXPECT_EQ(world.changes.size(), 20U);
}

TEST(OwnTroubleScenario, WhileAControlAnswersTargetsAreDownAsEver) {
  World world(
      1, with_controls(targets(5)), down_rule(),
      [](const std::string& target, Duration at) { return at >= 1h && target != "c2" ? 0 : 200; });
  world.run_for(2h);
  EXPECT_FALSE(world.is_offline());
  EXPECT_EQ(world.changes.size(), 5U);
  EXPECT_EQ(count_of(world, Outcome::Inconclusive), 0);
}

TEST(OwnTroubleScenario, AnIncidentStaysOpenOverAnOfflineHour) {
  World world(1, with_controls(targets(1)), down_rule(),
              [](const std::string& target, Duration at) {
                const bool offline = at >= 2h && at < 3h;
                const bool down = target == "t0" && at >= 1h && at < 4h;
                return offline || down ? 0 : 200;
              });
  world.run_for(5h);
  ASSERT_EQ(world.changes.size(), 2U);
  EXPECT_EQ(world.changes[0].kind, Change::Kind::Opened);
  EXPECT_LT(world.changes[0].incident.opened_at, SimLoop::kWallStart + 70min);
  EXPECT_EQ(world.changes[1].kind, Change::Kind::Resolved);
  EXPECT_GT(*world.changes[1].incident.resolved_at, SimLoop::kWallStart + 4h);
}

TEST(OwnTroubleScenario, ASuspensionIsNoOutage) {
  bool network = true;
  World world(1, targets(50), down_rule(),
              [&](const std::string&, Duration) { return network ? 200 : 0; });
  for (int night = 0; night < 5; ++night) {
    world.run_for(1h);
    network = false;  // it goes before the machine sleeps, and is back when that wakes
    world.run_for(5s);
    world.suspend(8h);
    network = true;
  }
  world.run_for(1h);
  EXPECT_TRUE(world.changes.empty());
  EXPECT_EQ(count_of(world, Outcome::Timeout), 0);
  EXPECT_GT(count_of(world, Outcome::Inconclusive), 0);
}

TEST(OwnTroubleScenario, AStalledProcessBlamesNobody) {
  World world(1, targets(50), down_rule(),
              [](const std::string& target, Duration) { return target == "t7" ? 0 : 200; });
  world.run_for(1h);
  ASSERT_EQ(world.changes.size(), 1U) << "t7 hangs in earnest";
  for (int i = 0; i < 20; ++i) {
    world.stall(45s);
    world.run_for(5s);
  }
  EXPECT_GT(count_of(world, Outcome::Inconclusive, "t7"), 5);
  world.run_for(1h);
  EXPECT_EQ(world.changes.size(), 1U) << "and is still down";
}

TEST(OwnTroubleScenario, ASteppedClockNeitherOpensNorResolvesNorDelays) {
  const Script script = [](const std::string&, Duration at) {
    return at >= 2h && at < 3h ? 0 : 200;
  };
  World calm(1, targets(5), down_rule(), script);
  calm.run_for(6h);
  World stepped(1, targets(5), down_rule(), script);
  Duration sum{};
  for (const Duration step : {Duration(26h), Duration(-30h), Duration(365 * 24h)}) {
    stepped.run_for(65min);
    stepped.step_wall(step);
    sum += step;
  }
  stepped.run_for(6h - 3 * 65min);
  ASSERT_EQ(stepped.samples.size(), calm.samples.size());
  EXPECT_EQ(stepped.samples.back().at - calm.samples.back().at, sum);
  ASSERT_EQ(stepped.changes.size(), calm.changes.size());
  for (size_t i = 0; i < calm.changes.size(); ++i) {
    EXPECT_EQ(stepped.changes[i].kind, calm.changes[i].kind);
    EXPECT_EQ(stepped.changes[i].window, calm.changes[i].window);
  }
}

}  // namespace
}  // namespace gatewatch::testing
