// SPDX-License-Identifier: MIT
//
// The built-in rule `bad-gateway` with the real scheduler, over restarts.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "tests/detection/detection.h"
#include "tests/sim/world.h"

namespace gatewatch::testing {
namespace {

using namespace std::chrono_literals;
using alerts::Change;

std::vector<Target> one(Duration interval = 30s) {
  return {{.name = "shop", .url = "http://shop/", .interval = interval, .timeout = 10s}};
}

Script down_between(Duration from, Duration until) {
  return [from, until](const std::string&, Duration at) {
    return at >= from && at < until ? 502 : 200;
  };
}

TEST(DefaultRule, AnOutageOf20MinutesIsOneTemporaryIncident) {
  World world(1, one(), shipped_rule(30s), down_between(1h, 80min));
  world.run_for(4h);
  ASSERT_EQ(world.changes.size(), 2U);
  const Incident& opened = world.changes[0].incident;
  const Incident& resolved = world.changes[1].incident;
  EXPECT_EQ(opened.detected_by, "confirm");
  EXPECT_LE(opened.opened_at - (SimLoop::kWallStart + 1h), 53s);
  EXPECT_EQ(resolved.id, opened.id);
  EXPECT_EQ(resolved.incident_class, IncidentClass::Temporary);
  const Duration closed_after = *resolved.resolved_at - (SimLoop::kWallStart + 80min);
  EXPECT_GE(closed_after, 10min);
  EXPECT_LE(closed_after, 11min);
  EXPECT_EQ(resolved.total.bad, 40U) << "the scheduled ones";
}

TEST(DefaultRule, AnOutageOf20SecondsIsNone) {
  World world(1, one(), shipped_rule(30s), [](const std::string&, Duration at) {
    return at % 1h < 20s && at >= 1h ? 502 : 200;
  });
  world.run_for(24h);
  EXPECT_TRUE(world.changes.empty());
  EXPECT_FALSE(world.bursts.empty());
}

TEST(DefaultRule, SlowTargetsAreFoundAsWell) {
  for (const Duration interval : {Duration(5s), Duration(60s), Duration(5min), Duration(1h)}) {
    World world(1, one(interval), shipped_rule(interval), down_between(20h, 44h));
    world.run_for(48h);
    ASSERT_EQ(world.changes.size(), 2U) << to_seconds(interval);
    EXPECT_LE(world.changes[0].incident.opened_at - (SimLoop::kWallStart + 20h), interval + 23s);
    EXPECT_EQ(world.changes[1].incident.incident_class, IncidentClass::Persistent);
  }
}

TEST(DefaultRule, OneBadBackendOfThreeIsIntermittentAndOneIncident) {
  constexpr Duration kBroken = 1h;  // from then on
  int request = 0;
  World world(1, one(), shipped_rule(30s), [&](const std::string&, Duration at) {
    return at >= kBroken && ++request % 3 == 0 ? 502 : 200;
  });
  const auto is_called_intermittent = [&] {
    const std::vector<Incident> open = world.open_incidents();
    return !open.empty() && open.front().incident_class == IncidentClass::Intermittent;
  };
  world.run_for(kBroken);
  while (!is_called_intermittent() && world.now() < kBroken + 1h) {
    world.run_for(1s);
  }
  EXPECT_LE(world.now() - kBroken, 15min) << to_seconds(world.now() - kBroken);
  world.run_for(24h);
  EXPECT_TRUE(is_called_intermittent());
  EXPECT_EQ(world.changes.size(), 1U);
  EXPECT_LE(world.bursts.size(), 5U) << "none while it is open";
}

// The burst is lost with the process; the turns and what was recorded decide.
TEST(DefaultRule, ARestartDuringTheBurstDelaysByLittle) {
  for (const Duration pause : {2s, 8s, 14s, 20s}) {
    World world(1, one(), shipped_rule(30s), down_between(1h, 3h));
    world.run_for(1h);
    while (world.bursts.empty()) {
      world.run_for(1s);
    }
    world.run_for(pause);
    world.restart();
    world.run_for(1h);
    ASSERT_EQ(world.changes.size(), 1U) << to_seconds(pause);
    EXPECT_LE(world.changes[0].incident.opened_at - (SimLoop::kWallStart + 1h), 91s);
  }
}

TEST(DefaultRule, RestartsChangeNoIncident) {
  const auto down = [](Duration at) {
    return (at >= 1h && at < 100min) || (at >= 5h && at < 5h + 5min) ||
           (at >= 5h + 18min && at < 5h + 26min) || (at >= 10h && at < 12h);
  };
  const Script script = [&](const std::string&, Duration at) { return down(at) ? 502 : 200; };
  World calm(1, one(), shipped_rule(30s), script);
  calm.run_for(14h);
  ASSERT_EQ(calm.changes.size(), 8U) << "three incidents, one of them reopened";
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    std::mt19937_64 random(seed);
    World world(1, one(), shipped_rule(30s), script);
    while (world.now() < 14h) {
      world.run_for(std::chrono::seconds(60 + random() % 1200));
      world.restart();
    }
    ASSERT_EQ(world.changes.size(), calm.changes.size()) << "seed " << seed;
    for (size_t i = 0; i < calm.changes.size(); ++i) {
      EXPECT_EQ(world.changes[i].kind, calm.changes[i].kind) << "seed " << seed << ", " << i;
      EXPECT_EQ(world.changes[i].incident.incident_class, calm.changes[i].incident.incident_class)
          << "seed " << seed << ", " << i;
    }
  }
}

}  // namespace
}  // namespace gatewatch::testing
