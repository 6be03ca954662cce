// SPDX-License-Identifier: MIT
//
// Stories of hours and days, told in seconds. A failing seed is named in the message and can be
// played again.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "tests/sim/world.h"

namespace gatewatch::testing {
namespace {

using namespace std::chrono_literals;
using alerts::Change;

Rule bad_gateway_rule() {
  Rule rule;
  rule.name = "bad-gateway";
  rule.count_words = {"502"};
  rule.count = {*CountMatcher::parse("502")};
  rule.threshold = 0.2;
  rule.clear = 0.1;
  rule.window = 5min;
  rule.min_probes = 5;
  rule.min_bad = 2;
  return rule;
}

std::vector<Target> targets(int count, Duration interval) {
  std::vector<Target> all;
  for (int i = 0; i < count; ++i) {
    all.push_back({.name = "t" + std::to_string(i),
                   .url = "http://t/",
                   .interval = interval,
                   .timeout = 10s});
  }
  return all;
}

// Outages of a few minutes to hours and some noise, drawn from the seed.
Script random_gateway(uint64_t seed, double noise) {
  struct Fate {
    std::mt19937_64 random;
    std::map<std::string, std::pair<Duration, bool>> until;  // next change, and whether it is down
  };
  auto fate = std::make_shared<Fate>(Fate{.random = std::mt19937_64(seed), .until = {}});
  return [fate, noise](const std::string& target, Duration at) {
    auto& [until, down] = fate->until[target];
    while (until <= at) {
      down = until > 0s && !down;
      until +=
          std::chrono::seconds(down ? 60 + fate->random() % 3600 : 600 + fate->random() % 36000);
    }
    if (down) {
      return 502;
    }
    return static_cast<double>(fate->random() % 1'000'000) < noise * 1e6 ? 502 : 200;
  };
}

// Every incident: opened first, then resolved and reopened in turn; at most one open per target.
void expect_sound(const World& world, uint64_t seed) {
  std::map<std::string, std::string> open_by_target;
  std::set<std::string> seen;
  for (const Change& change : world.changes) {
    std::string& open = open_by_target[change.incident.target];
    if (change.kind == Change::Kind::Resolved) {
      ASSERT_EQ(open, change.incident.id) << "seed " << seed;
      open.clear();
    } else {
      ASSERT_TRUE(open.empty()) << "seed " << seed << ": two incidents of one rule";
      ASSERT_EQ(seen.insert(change.incident.id).second, change.kind == Change::Kind::Opened)
          << "seed " << seed;
      open = change.incident.id;
    }
  }
}

TEST(Scenario, AFullOutageOfTwentyMinutesIsOneIncident) {
  const auto down = [](Duration at) { return at >= 1h && at < 80min; };
  World world(1, targets(1, 30s), bad_gateway_rule(),
              [&](const std::string&, Duration at) { return down(at) ? 502 : 200; });
  world.run_for(3h);
  ASSERT_EQ(world.changes.size(), 2U);
  const Change& opened = world.changes[0];
  const Change& resolved = world.changes[1];
  EXPECT_EQ(opened.kind, Change::Kind::Opened);
  EXPECT_EQ(resolved.kind, Change::Kind::Resolved);
  EXPECT_EQ(opened.incident.id, resolved.incident.id);
  const Duration found_after = opened.incident.opened_at - (SimLoop::kWallStart + 1h);
  EXPECT_LE(found_after, 95s);  // the second bad probe of ten in the window
  const Duration over_after = *resolved.incident.resolved_at - (SimLoop::kWallStart + 80min);
  EXPECT_LE(over_after, 5min + 30s);  // a window without a bad probe, at the latest
}

TEST(Scenario, AOneInThreeBackendFailureIsFoundAlthoughNoThreeInARow) {
  int turn = 0;
  World world(1, targets(1, 30s), bad_gateway_rule(),
              [&](const std::string&, Duration) { return ++turn % 3 == 0 ? 502 : 200; });
  world.run_for(10min);
  ASSERT_EQ(world.changes.size(), 1U);
  EXPECT_EQ(world.changes[0].kind, Change::Kind::Opened);
}

TEST(Scenario, HungTargetsSkipTurnsAndDelayNobody) {
  World world(1, targets(100, 5s), bad_gateway_rule(), [](const std::string& target, Duration) {
    return target < "t5" ? 0 : 200;  // half of them never answer
  });
  world.run_for(10min);
  EXPECT_GT(world.skipped, 0U);
  std::map<std::string, int> healthy;
  for (const Sample& sample : world.samples) {
    EXPECT_EQ(sample.lateness, 0ms);
    healthy[sample.target] += sample.result.outcome == Outcome::Ok ? 1 : 0;
  }
  for (const auto& [target, count] : healthy) {
    EXPECT_EQ(count >= 119, target >= "t5") << target;
  }
}

TEST(Scenario, TheSameSeedGivesTheSameRun) {
  const auto digest = [](uint64_t seed) {
    World world(seed, targets(50, 10s), bad_gateway_rule(), random_gateway(seed, 0.01));
    world.run_for(6h);
    return world.digest;
  };
  EXPECT_EQ(digest(7), digest(7));
  EXPECT_NE(digest(7), digest(8));
}

TEST(Scenario, RandomDaysKeepIncidentsSound) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    World world(seed, targets(20, 30s), bad_gateway_rule(), random_gateway(seed, 0.02));
    world.run_for(24h);
    EXPECT_FALSE(world.changes.empty()) << "seed " << seed;
    expect_sound(world, seed);
    // All targets were probed each turn: 20 targets, 2 a minute, and the first turn may be partial.
    EXPECT_NEAR(static_cast<double>(world.samples.size()), 20 * 2 * 60 * 24, 40) << "seed " << seed;
  }
}

// Kills at random instants: no incident is opened twice, none is forgotten.
TEST(Scenario, RestartsAtRandomInstantsNeitherRepeatNorForget) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    World world(seed, targets(10, 30s), bad_gateway_rule(), random_gateway(seed, 0));
    while (world.now() < 24h) {
      world.run_for(std::chrono::seconds(1 + random() % 1800));
      world.restart();
    }
    expect_sound(world, seed);
    World calm(seed, targets(10, 30s), bad_gateway_rule(), random_gateway(seed, 0));
    calm.run_for(world.now());
    const auto openings = [](const World& of) {
      return std::count_if(of.changes.begin(), of.changes.end(), [](const Change& change) {
        return change.kind == Change::Kind::Opened;
      });
    };
    // Fates are drawn in the order of probes, which restarts do not change without noise.
    EXPECT_EQ(openings(world), openings(calm)) << "seed " << seed;
    EXPECT_EQ(world.started, world.samples.size() + world.abandoned) << "seed " << seed;
  }
}

}  // namespace
}  // namespace gatewatch::testing
