// SPDX-License-Identifier: MIT
#include "probe/kinds/push_registry.h"

#include <gtest/gtest.h>

#include <map>
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

  // The states as they would be stored: the newest of each target that is not gone.
  void keep(PushState state) {
    ++states_handed_over;
    states.erase(state.target);
    if (!state.is_gone) {
      std::string target = state.target;
      states.emplace(std::move(target), std::move(state));
    }
  }

  testing::SimLoop loop;
  std::vector<Sample> samples;
  std::map<std::string, PushState> states;
  int states_handed_over = 0;
  PushRegistry registry{loop, [this](Sample sample) { samples.push_back(std::move(sample)); },
                        [this](PushState state) { keep(std::move(state)); }};
};

// The same daemon after a stop, `off` later by the wall clock, on a machine that was booted since.
struct Restarted : Registry {
  Restarted(Registry& before, Duration off) {
    before.registry.save(0s);
    loop.step_wall(before.loop.wall_now() + off - loop.wall_now());
    std::vector<PushState> left;
    for (const auto& [target, state] : before.states) {
      left.push_back(state);
    }
    states = before.states;
    registry.remember(left);
  }
};

TEST(PushRegistry, TakesReportsOfTokensThatAreWatched) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup);
  at.loop.advance(5min);
  EXPECT_FALSE(backup->reported_at);
  EXPECT_EQ(at.report(kBackup), PushAnswer::Taken);
  EXPECT_EQ(backup->reported_at, at.loop.wall_now());
  EXPECT_EQ(backup->silent_since, at.loop.now());
  EXPECT_EQ(at.report(kReport), PushAnswer::Unknown);
  EXPECT_EQ(at.registry.take({.token = ""}), PushAnswer::Unknown);
}

TEST(PushRegistry, TellsEachReportAsASampleOfItsTime) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup);
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
  EXPECT_EQ(backup->failure, "disk full");
  at.report(kBackup);
  EXPECT_FALSE(backup->failure);
}

TEST(PushRegistry, ForgetsATokenThatNobodyWatches) {
  Registry at;
  auto backup = at.registry.watch("backup", kBackup);
  EXPECT_EQ(at.report(kBackup), PushAnswer::Taken);
  EXPECT_EQ(at.states.size(), 1U);
  backup.reset();
  EXPECT_EQ(at.report(kBackup), PushAnswer::Unknown);
  at.registry.save(1h);
  EXPECT_TRUE(at.states.empty());
  at.loop.advance(5min);
  EXPECT_EQ(at.registry.watch("backup", kBackup)->silent_since, at.loop.now());
}

TEST(PushRegistry, GoesOnWithWhatItKnowsWhereTheTokenStays) {
  Registry at;
  const auto before = at.registry.watch("backup", kBackup);
  at.report(kBackup, true, "disk full");
  const SteadyTime reported = at.loop.now();
  at.loop.advance(10min);
  const auto after = at.registry.watch("backup", kBackup);
  EXPECT_EQ(after->silent_since, reported);
  EXPECT_EQ(after->failure, "disk full");
  at.samples.clear();
  at.report(kBackup);  // while both are there it is one report
  EXPECT_EQ(at.samples.size(), 1U);
  const auto renewed = at.registry.watch("backup", kReport);
  EXPECT_FALSE(renewed->reported_at);
  EXPECT_EQ(renewed->silent_since, at.loop.now());
  EXPECT_EQ(at.report(kBackup), PushAnswer::Unknown);  // it is another's now, or nobody's
  EXPECT_EQ(at.report(kReport), PushAnswer::Taken);
}

TEST(PushRegistry, TellsAReportToAllTargetsOfItsToken) {
  Registry at;
  const auto soon = at.registry.watch("soon", kBackup);
  auto late = at.registry.watch("late", kBackup);
  at.report(kBackup);
  EXPECT_TRUE(soon->reported_at && late->reported_at);
  ASSERT_EQ(at.samples.size(), 2U);
  EXPECT_NE(at.samples[0].target, at.samples[1].target);
  late.reset();
  at.registry.save(1h);
  EXPECT_EQ(at.report(kBackup), PushAnswer::Taken);
  EXPECT_EQ(at.samples.size(), 3U);
}

TEST(PushRegistry, RefusesReportsOverItsLimitUntilTheNextSecond) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup);
  for (int i = 0; i < kMaxReportsPerSecond; ++i) {
    ASSERT_EQ(at.report(kBackup), PushAnswer::Taken) << i;
  }
  EXPECT_EQ(at.report(kBackup), PushAnswer::TooMany);
  at.loop.advance(1s);
  EXPECT_EQ(at.report(kBackup), PushAnswer::Taken);
}

TEST(PushRegistry, LeavesTheLimitToTokensThatAreKnown) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup);
  for (int i = 0; i < 3 * kMaxReportsPerSecond; ++i) {
    ASSERT_EQ(at.report(kReport), PushAnswer::Unknown) << i;
  }
  EXPECT_EQ(at.report(kBackup), PushAnswer::Taken);
}

TEST(PushRegistry, HandsOverAStateWhenItIsNewAndAtEachReport) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup);
  EXPECT_TRUE(at.states.empty());
  at.registry.save(1h);
  ASSERT_EQ(at.states.size(), 1U);
  const PushState fresh = at.states.at("backup");
  EXPECT_EQ(fresh.token_digest.size(), 32U);
  EXPECT_EQ(fresh.token_digest.find(kBackup.reveal()), std::string::npos);
  EXPECT_EQ(fresh.watched_since, at.loop.wall_now());
  EXPECT_EQ(fresh.silent_since, at.loop.wall_now());
  EXPECT_EQ(fresh.noted_at, at.loop.wall_now());
  EXPECT_FALSE(fresh.reported_at || fresh.failure);
  at.loop.advance(5min);
  at.report(kBackup, true, "disk full");
  const PushState failed = at.states.at("backup");
  EXPECT_EQ(failed.watched_since, fresh.watched_since);
  EXPECT_EQ(failed.silent_since, at.loop.wall_now());
  EXPECT_EQ(failed.reported_at, at.loop.wall_now());
  EXPECT_EQ(failed.failure, "disk full");
}

TEST(PushRegistry, HandsOverNothingThatIsKnown) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup);
  at.registry.save(1h);
  for (int minute = 1; minute < 60; ++minute) {
    at.loop.advance(1min);
    at.registry.save(1h);
  }
  EXPECT_EQ(at.states_handed_over, 1);
  at.loop.advance(1min);
  at.registry.save(1h);
  EXPECT_EQ(at.states_handed_over, 2);
  EXPECT_EQ(at.states.at("backup").noted_at - at.states.at("backup").silent_since, 1h);
}

TEST(PushRegistry, HandsOverASilenceThatTheWallClockDoesNotTell) {
  Registry at;
  const auto backup = at.registry.watch("backup", kBackup);
  at.loop.advance(10min);
  at.registry.save(1h);
  at.loop.suspend(48h);
  at.registry.save(1h);
  EXPECT_EQ(at.states.at("backup").silent_since, at.loop.wall_now() - 10min);
  at.loop.step_wall(-72h);
  at.registry.save(1h);
  EXPECT_EQ(at.states.at("backup").silent_since, at.loop.wall_now() - 10min);
}

TEST(PushRegistry, AddsUpTheSilenceOfAJobThatNeverReportedOverRestarts) {
  Registry first;
  const auto before = first.registry.watch("backup", kBackup);
  first.loop.advance(20h);
  Restarted second(first, 5h);
  const auto between = second.registry.watch("backup", kBackup);
  EXPECT_EQ(second.loop.now() - between->silent_since, 20h);
  second.loop.advance(20h);
  Restarted third(second, 1min);
  const auto after = third.registry.watch("backup", kBackup);
  EXPECT_EQ(third.loop.now() - after->silent_since, 40h);
  EXPECT_EQ(after->watched_since, before->watched_since);
  EXPECT_FALSE(after->reported_at);
  EXPECT_TRUE(third.samples.empty());
}

TEST(PushRegistry, DoesNotCountTheTimeInWhichItDidNotRun) {
  Registry first;
  const auto before = first.registry.watch("backup", kBackup);
  first.loop.advance(1h);
  first.report(kBackup);
  const WallTime reported = first.loop.wall_now();
  first.loop.advance(20min);
  Restarted second(first, 5h);
  const auto after = second.registry.watch("backup", kBackup);
  EXPECT_EQ(second.loop.now() - after->silent_since, 20min);
  EXPECT_EQ(after->reported_at, reported);
  EXPECT_FALSE(after->failure);
}

TEST(PushRegistry, KeepsAFailureOverARestart) {
  Registry first;
  const auto before = first.registry.watch("backup", kBackup);
  first.report(kBackup, true, "disk full");
  Restarted second(first, 1min);
  const auto after = second.registry.watch("backup", kBackup);
  EXPECT_EQ(after->failure, "disk full");
  second.report(kBackup);
  EXPECT_FALSE(after->failure);
}

TEST(PushRegistry, KeepsAFailureThatNoTurnHasToldOverARestart) {
  Registry first;
  const auto before = first.registry.watch("backup", kBackup);
  first.report(kBackup, true, "disk full");
  first.report(kBackup);
  Restarted second(first, 1min);
  const auto after = second.registry.watch("backup", kBackup);
  EXPECT_FALSE(after->failure);
  EXPECT_EQ(after->untold, "disk full");
  Sample turn;
  turn.target = "backup";
  turn.result.outcome = Outcome::Body;
  second.registry.note_turn(turn);
  second.registry.save(1h);
  EXPECT_FALSE(second.states.at("backup").untold);
}

TEST(PushRegistry, RemembersNothingUnderAnotherToken) {
  Registry first;
  const auto before = first.registry.watch("backup", kBackup);
  first.report(kBackup, true, "disk full");
  first.loop.advance(20h);
  Restarted second(first, 1min);
  const auto after = second.registry.watch("backup", kReport);
  EXPECT_EQ(after->silent_since, second.loop.now());
  EXPECT_FALSE(after->reported_at || after->failure);
  second.registry.save(1h);
  EXPECT_EQ(second.states.at("backup").silent_since, second.loop.wall_now());
}

TEST(PushRegistry, DropsTheStatesOfTargetsThatAreNotThereAfterARestart) {
  Registry first;
  const auto backup = first.registry.watch("backup", kBackup);
  const auto gone = first.registry.watch("gone", kReport);
  Restarted second(first, 1min);
  const auto after = second.registry.watch("backup", kBackup);
  EXPECT_EQ(second.states.size(), 2U);
  second.registry.save(1h);
  ASSERT_EQ(second.states.size(), 1U);
  EXPECT_TRUE(second.states.contains("backup"));
}

TEST(DigestOf, IsSha256) {
  const TokenDigest digest = digest_of("abc");  // FIPS 180-2, B.1
  EXPECT_EQ(digest[0], 0xBA);
  EXPECT_EQ(digest[31], 0xAD);
}

}  // namespace
}  // namespace gatewatch::probe
