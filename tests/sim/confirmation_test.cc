// SPDX-License-Identifier: MIT
//
// Confirmation bursts with the real scheduler, rules and incidents, in front of gateways that fail
// by a script. FakeProber ends the process where two probes of one target are in flight.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/sim/world.h"

namespace gatewatch::testing {
namespace {

using namespace std::chrono_literals;
using alerts::Change;

Rule confirming_rule() {
  Rule rule;
  rule.name = "bad-gateway";
  rule.count_words = {"502"};
  rule.count = {*CountMatcher::parse("502")};
  rule.threshold = 0.2;
  rule.clear = 0.1;
  rule.window = 5min;
  rule.min_probes = 5;
  rule.min_bad = 2;
  rule.confirm = true;
  rule.confirm_at_most = rule.confirm_for;
  return rule;
}

Rule without_confirm(Rule rule) {
  rule.confirm = false;
  return rule;
}

std::vector<Target> targets(int count, Duration interval, const std::string& peer = "gateway:80") {
  std::vector<Target> all;
  for (int i = 0; i < count; ++i) {
    all.push_back({.name = "t" + std::to_string(i),
                   .url = "http://t/",
                   .interval = interval,
                   .timeout = 10s,
                   .peer = peer});
  }
  return all;
}

std::vector<Sample> of_purpose(const World& world, Purpose purpose) {
  std::vector<Sample> samples;
  std::copy_if(world.samples.begin(), world.samples.end(), std::back_inserter(samples),
               [&](const Sample& sample) { return sample.purpose == purpose; });
  return samples;
}

Duration since_start(const Sample& sample) {
  return sample.at - SimLoop::kWallStart;
}

TEST(ConfirmationScenario, A502ThatPassesByItselfIsSeenPassing) {
  // From the first probe after the hour on, for 11 s.
  std::optional<Duration> begin;
  World world(1, targets(1, 30s), confirming_rule(), [&](const std::string&, Duration at) {
    if (at >= 1h && !begin) {
      begin = at;
    }
    return begin && at < *begin + 11s ? 502 : 200;
  });
  world.run_for(2h);
  const std::vector<Sample> confirming = of_purpose(world, Purpose::Confirm);
  ASSERT_EQ(world.bursts.size(), 1U);
  // The 15th would be at 30 s after the answer of 15 ms, just after the next turn began.
  ASSERT_EQ(confirming.size(), 14U);
  for (size_t i = 0; i < confirming.size(); ++i) {
    const Duration after = since_start(confirming[i]) - *begin;
    EXPECT_EQ(after, 15ms + 2s * static_cast<int>(i + 1));
    EXPECT_EQ(confirming[i].result.status, after < 11s ? 502 : 200);
  }
  EXPECT_TRUE(world.changes.empty()) << "one bad scheduled probe is below min_bad";
}

TEST(ConfirmationScenario, TurnsAndRatesAreTheSameAsWithoutIt) {
  const auto down = [](Duration at) {
    return (at >= 10min && at < 11min) || (at >= 1h && at < 70min);
  };
  const Script script = [&](const std::string&, Duration at) { return down(at) ? 502 : 200; };
  World with(1, targets(3, 30s), confirming_rule(), script);
  World without(1, targets(3, 30s), without_confirm(confirming_rule()), script);
  with.run_for(3h);
  without.run_for(3h);
  EXPECT_FALSE(of_purpose(with, Purpose::Confirm).empty());
  const std::vector<Sample> scheduled = of_purpose(with, Purpose::Scheduled);
  ASSERT_EQ(scheduled.size(), without.samples.size());
  for (size_t i = 0; i < scheduled.size(); ++i) {
    EXPECT_EQ(scheduled[i].at, without.samples[i].at);
    EXPECT_EQ(scheduled[i].result.outcome, without.samples[i].result.outcome);
  }
  ASSERT_FALSE(with.changes.empty());
  for (const Change& change : with.changes) {
    EXPECT_LE(change.window.probes, 11U) << "five minutes, and a slice";
    EXPECT_LE(change.incident.total.bad, 22U) << "ten minutes of 502, and the minute before";
  }
}

TEST(ConfirmationScenario, ATrialOpensBelowMinProbesWhichConfirmingProbesDoNotReach) {
  Rule rule = confirming_rule();
  rule.window = 1h;
  rule.min_probes = 20;
  World world(1, targets(1, 30s), rule, [](const std::string&, Duration) { return 502; });
  world.run_for(9min);  // 18 turns, and a burst of over ten probes
  EXPECT_GT(world.samples.size(), 20U);
  ASSERT_EQ(world.changes.size(), 1U);
  EXPECT_EQ(world.changes[0].incident.detected_by, "confirm");
  EXPECT_EQ(world.changes[0].window.probes, 1U);
}

TEST(ConfirmationScenario, ATroubleThatStaysGetsOneBurst) {
  World world(1, targets(1, 30s), confirming_rule(),
              [](const std::string&, Duration at) { return at >= 1h ? 502 : 200; });
  world.run_for(24h);
  EXPECT_EQ(world.bursts.size(), 1U);
}

TEST(ConfirmationScenario, AGoodScheduledProbeArmsItAgain) {
  const auto down = [](Duration at) { return (at >= 1h && at < 2h) || (at >= 3h && at < 4h); };
  World world(1, targets(1, 30s), confirming_rule(),
              [&](const std::string&, Duration at) { return down(at) ? 502 : 200; });
  world.run_for(5h);
  ASSERT_EQ(world.bursts.size(), 2U);
  EXPECT_LT(world.bursts[0].second, 1h + 31s);
  EXPECT_GE(world.bursts[1].second, 3h);
  EXPECT_LT(world.bursts[1].second, 3h + 31s);
}

TEST(ConfirmationScenario, AFlappingTargetGetsAtMostTenBurstsInAnyHour) {
  int turn = 0;
  Rule rule = confirming_rule();
  rule.confirm_every = 2s;
  rule.confirm_for = rule.confirm_at_most = 4s;
  rule.confirm_recent = 1s;
  rule.threshold = 1;  // nothing opens
  World world(1, targets(1, 30s), rule, [&](const std::string&, Duration) {
    return ++turn % 5 < 2 ? 502 : 200;  // ups and downs of a few probes each
  });
  world.run_for(6h);
  ASSERT_GT(world.bursts.size(), 50U);
  for (size_t i = 10; i < world.bursts.size(); ++i) {
    EXPECT_GE(world.bursts[i].second - world.bursts[i - 10].second, 1h) << i;
  }
}

TEST(ConfirmationScenario, AServerOfManyTargetsIsNotHammered) {
  World world(1, targets(50, 30s), confirming_rule(),
              [](const std::string&, Duration at) { return at >= 1h ? 502 : 200; });
  world.run_for(61min);
  std::map<int64_t, int> in_second;
  for (const Sample& sample : of_purpose(world, Purpose::Confirm)) {
    ++in_second[since_start(sample) / 2s];
  }
  for (const auto& [second, count] : in_second) {
    EXPECT_LE(count, 2) << second;  // two bursts of one probe every 2 s
  }
  EXPECT_GE(world.bursts.size(), 2U);
}

TEST(ConfirmationScenario, ProbesThatHangNeitherDelayNorSkipATurn) {
  Rule rule = confirming_rule();
  rule.count_words = {"failure"};
  rule.count = {*CountMatcher::parse("failure")};
  std::vector<Target> all = targets(5, 15s);
  for (Target& target : all) {
    target.timeout = 10s;  // confirming probes are in flight when the next turn comes
    target.peer = target.name;
  }
  World world(1, all, rule, [](const std::string&, Duration at) { return at >= 1min ? 0 : 200; });
  world.run_for(10min);
  EXPECT_EQ(world.skipped, 0U);
  std::map<std::string, int> scheduled;
  for (const Sample& sample : of_purpose(world, Purpose::Scheduled)) {
    EXPECT_EQ(sample.lateness, 0s);
    ++scheduled[sample.target];
  }
  for (const auto& [target, count] : scheduled) {
    EXPECT_GE(count, 39) << target;
  }
  const std::vector<Sample> confirming = of_purpose(world, Purpose::Confirm);
  EXPECT_TRUE(std::any_of(confirming.begin(), confirming.end(), [](const Sample& sample) {
    return sample.result.error == "ended for the scheduled probe";
  }));
}

}  // namespace
}  // namespace gatewatch::testing
