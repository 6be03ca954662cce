// SPDX-License-Identifier: MIT
#include "probe/kinds/push_registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support/sim_loop.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

const Secret kBackup("0123456789abcdef0123456789abcdef");
const Secret kReport("fedcba9876543210fedcba9876543210");

struct Registry {
  PushAnswer report(const Secret& token, bool failed = false, const std::string& message = "") {
    return registry.take({.token = token.reveal(), .failed = failed, .message = message});
  }

  testing::SimLoop loop;
  std::vector<Sample> samples;
  PushRegistry registry{loop, [this](Sample sample) { samples.push_back(std::move(sample)); }};
};

TEST(PushRegistry, TakesReportsOfTokensThatAreWatched) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup, 1h);
  at.loop.advance(5min);
  EXPECT_FALSE(backup->heard);
  EXPECT_EQ(at.report(kBackup), PushAnswer::Taken);
  EXPECT_TRUE(backup->heard);
  EXPECT_EQ(backup->silent_since, at.loop.now());
  EXPECT_EQ(at.report(kReport), PushAnswer::Unknown);
  EXPECT_EQ(at.registry.take({.token = ""}), PushAnswer::Unknown);
}

TEST(PushRegistry, TellsEachReportAsASampleOfItsTime) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup, 1h);
  at.loop.advance(5min);
  at.report(kBackup);
  at.report(kBackup, true, "disk full");
  ASSERT_EQ(at.samples.size(), 2U);
  EXPECT_EQ(at.samples[0].target, "backup");
  EXPECT_EQ(at.samples[0].at, at.loop.wall_now());
  EXPECT_EQ(at.samples[0].purpose, Purpose::Manual);
  EXPECT_EQ(at.samples[0].result.outcome, Outcome::Ok);
  EXPECT_EQ(at.samples[1].result.outcome, Outcome::Body);
  EXPECT_EQ(at.samples[1].result.error, "the job reported a failure: disk full");
  EXPECT_TRUE(backup->failed);
  at.report(kBackup);
  EXPECT_FALSE(backup->failed);
}

TEST(PushRegistry, ForgetsATokenThatNobodyWatches) {
  Registry at;
  auto backup = at.registry.watch("backup", kBackup, 1h);
  EXPECT_EQ(at.report(kBackup), PushAnswer::Taken);
  backup.reset();
  EXPECT_EQ(at.report(kBackup), PushAnswer::Unknown);
  EXPECT_TRUE(at.registry.targets().empty());
}

TEST(PushRegistry, GoesOnWithWhatItKnowsWhereTheTokenStays) {
  Registry at;
  auto before = at.registry.watch("backup", kBackup, 1h);
  at.report(kBackup, true, "disk full");
  const SteadyTime reported = at.loop.now();
  at.loop.advance(10min);
  const auto after = at.registry.watch("backup", kBackup, 2h);
  EXPECT_EQ(after->silent_since, reported);
  EXPECT_EQ(after->message, "disk full");
  EXPECT_EQ(after->limit, 2h);
  const auto renewed = at.registry.watch("backup", kReport, 1h);
  EXPECT_FALSE(renewed->heard);
  EXPECT_EQ(renewed->silent_since, at.loop.now());
  at.samples.clear();
  at.report(kBackup);  // while both are there it is one report
  EXPECT_EQ(at.samples.size(), 1U);
}

TEST(PushRegistry, TellsAReportToAllTargetsOfItsToken) {
  Registry at;
  const auto soon = at.registry.watch("soon", kBackup, 1h);
  const auto late = at.registry.watch("late", kBackup, 2h);
  at.report(kBackup);
  EXPECT_TRUE(soon->heard && late->heard);
  ASSERT_EQ(at.samples.size(), 2U);
  EXPECT_NE(at.samples[0].target, at.samples[1].target);
  EXPECT_EQ(at.registry.longest_limit(), 2h);
}

TEST(PushRegistry, RefusesReportsOverItsLimitUntilTheNextSecond) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup, 1h);
  for (int i = 0; i < kMaxReportsPerSecond; ++i) {
    ASSERT_EQ(at.report(kBackup), PushAnswer::Taken) << i;
  }
  EXPECT_EQ(at.report(kBackup), PushAnswer::TooMany);
  at.loop.advance(1s);
  EXPECT_EQ(at.report(kBackup), PushAnswer::Taken);
}

TEST(PushRegistry, LeavesTheLimitToTokensThatAreKnown) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup, 1h);
  for (int i = 0; i < 3 * kMaxReportsPerSecond; ++i) {
    ASSERT_EQ(at.report(kReport), PushAnswer::Unknown) << i;
  }
  EXPECT_EQ(at.report(kBackup), PushAnswer::Taken);
}

Sample sample_at(WallTime at, Outcome outcome, const std::string& error = "") {
  Sample sample;
  sample.at = at;
  sample.result.outcome = outcome;
  sample.result.error = error;
  return sample;
}

TEST(PushRegistry, DoesNotCountTheTimeInWhichItDidNotRun) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup, 1h);
  const WallTime stopped = at.loop.wall_now() - 5h;
  at.registry.restore("backup", sample_at(stopped, Outcome::Ok),
                      sample_at(stopped - 20min, Outcome::Ok));
  EXPECT_EQ(at.loop.now() - backup->silent_since, 20min);
  EXPECT_TRUE(backup->heard);
  EXPECT_FALSE(backup->failed);
  EXPECT_TRUE(at.samples.empty());
}

TEST(PushRegistry, KeepsAFailureAndASilenceOverARestart) {
  Registry at;
  const auto failed = at.registry.watch("failed", kBackup, 1h);
  const auto silent = at.registry.watch("silent", kReport, 1h);
  const WallTime stopped = at.loop.wall_now() - 1min;
  at.registry.restore("failed", sample_at(stopped - 5s, Outcome::Ok),
                      sample_at(stopped, Outcome::Body, "the job reported a failure: disk full"));
  EXPECT_TRUE(failed->failed);
  EXPECT_EQ(failed->message, "disk full");
  EXPECT_EQ(failed->silent_since, at.loop.now());
  at.registry.restore("silent", sample_at(stopped, Outcome::Timeout), {});
  EXPECT_GT(at.loop.now() - silent->silent_since, 1h);
  at.report(kReport);
  EXPECT_EQ(silent->silent_since, at.loop.now());
}

TEST(PushRegistry, LetsNewsStandBeforeWhatItRemembers) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup, 1h);
  at.registry.restore("backup", {}, {});
  EXPECT_FALSE(backup->heard);
  at.report(kBackup);
  at.registry.restore("backup", sample_at(at.loop.wall_now(), Outcome::Timeout), {});
  EXPECT_EQ(backup->silent_since, at.loop.now());
}

TEST(DigestOf, IsSha256) {
  const TokenDigest digest = digest_of("abc");  // FIPS 180-2, B.1
  EXPECT_EQ(digest[0], 0xBA);
  EXPECT_EQ(digest[31], 0xAD);
}

}  // namespace
}  // namespace gatewatch::probe
