// SPDX-License-Identifier: MIT
//
// Failures that our own trouble may have made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probe/schedule/scheduler.h"
#include "tests/support/sim_loop.h"
#include "tests/unit/probe/fake_prober.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::SimLoop;
using ::testing::StartsWith;

// One target of a minute, whose probe begins at `turn` and is in flight until answered.
struct World {
  World()
      : scheduler(loop, rng, 100,
                  {[this](Sample sample) { samples.push_back(sample); },
                   [](const std::string&, uint64_t) {}}) {
    const Target target{.name = "shop", .url = {}, .tags = {}, .interval = 1min, .timeout = 10s};
    auto made = std::make_unique<FakeProber>(loop, log, std::nullopt);
    prober = made.get();
    scheduler.set(target, std::move(made));
  }

  ProbeResult answer(Outcome outcome, int status = 0) {
    samples.clear();
    prober->answer(outcome, "words", status);
    return samples.at(0).result;
  }

  SimLoop loop;
  Rng rng{1};
  ProberLog log;
  std::vector<Sample> samples;
  Scheduler scheduler;
  FakeProber* prober = nullptr;
  const SteadyTime turn = next_turn("shop", 1min, SimLoop::kStart);
};

TEST(OwnTrouble, ATimeoutCountsWhileTheLoopTurns) {
  World world;
  world.loop.run_until(world.turn + 10s);
  EXPECT_EQ(world.answer(Outcome::Timeout).outcome, Outcome::Timeout);
  EXPECT_EQ(world.scheduler.stalls(), 0U);
}

TEST(OwnTrouble, ATimeoutIsNotTheTargetsWhereTheLoopStoodStillMeanwhile) {
  World world;
  world.loop.run_until(world.turn + 2s);
  world.loop.stall(4s);
  world.loop.run_until(world.turn + 10s);
  const ProbeResult result = world.answer(Outcome::Timeout);
  EXPECT_EQ(result.outcome, Outcome::Inconclusive);
  EXPECT_EQ(result.error, "not counted: gatewatch stood still for 4 s; timeout: words");
  EXPECT_EQ(world.scheduler.stalls(), 1U);
}

TEST(OwnTrouble, WhatCameLateOrWasCutIsNotTheTargetsWhereTheLoopStoodStillMeanwhile) {
  for (const Outcome outcome : {Outcome::Slow, Outcome::Body, Outcome::Reset, Outcome::Tls}) {
    World world;
    world.loop.run_until(world.turn + 2s);
    world.loop.stall(4s);
    EXPECT_EQ(world.answer(outcome).outcome, Outcome::Inconclusive) << to_string(outcome);
  }
}

TEST(OwnTrouble, AStallUpToTheDeadlineIsSeenBeforeTheNextBeat) {
  World world;
  ProbeResult result;
  world.loop.run_until(world.turn);
  world.loop.call_at(world.turn + 10s, [&] { result = world.answer(Outcome::Timeout); });
  world.loop.run_until(world.turn + 9s);
  world.loop.stall(1500ms);
  world.loop.advance(0s);
  EXPECT_EQ(result.outcome, Outcome::Inconclusive);
}

TEST(OwnTrouble, AShortStallExcusesNothing) {
  World world;
  world.loop.run_until(world.turn + 2s);
  world.loop.stall(350ms);
  world.loop.run_until(world.turn + 10s);
  EXPECT_EQ(world.answer(Outcome::Timeout).outcome, Outcome::Timeout);
}

TEST(OwnTrouble, AStallBeforeTheProbeExcusesNothing) {
  World world;
  world.loop.run_until(world.turn + 2s);
  world.loop.stall(4s);
  world.loop.advance(1s);
  world.answer(Outcome::Ok, 200);
  world.loop.run_until(world.turn + 70s);
  EXPECT_EQ(world.answer(Outcome::Timeout).outcome, Outcome::Timeout);
}

TEST(OwnTrouble, WhatAServerDidCountsAlsoWhereTheLoopStoodStill) {
  for (const Outcome outcome : {Outcome::BadGateway, Outcome::Refused, Outcome::Header}) {
    World world;
    world.loop.run_until(world.turn + 2s);
    world.loop.stall(4s);
    EXPECT_EQ(world.answer(outcome).outcome, outcome);
  }
}

TEST(OwnTrouble, ATimeoutOfAProbeThatBeganLateIsNotTheTargets) {
  for (const auto& [late, outcome] :
       {std::pair(499ms, Outcome::Timeout), std::pair(500ms, Outcome::Inconclusive)}) {
    World world;
    world.loop.run_until(world.turn - 1ms);
    world.loop.stall(late + 1ms);
    world.loop.advance(10s);
    const ProbeResult result = world.answer(Outcome::Timeout);
    EXPECT_EQ(result.outcome, outcome) << result.error;
  }
}

TEST(OwnTrouble, NetworkFailuresOverASuspensionAreNotTheTargets) {
  for (const Outcome outcome :
       {Outcome::Timeout, Outcome::Refused, Outcome::Reset, Outcome::Dns, Outcome::Tls}) {
    World world;
    world.loop.run_until(world.turn + 1s);
    world.loop.suspend(12min);
    const ProbeResult result = world.answer(outcome);
    EXPECT_EQ(result.outcome, Outcome::Inconclusive);
    EXPECT_THAT(result.error, StartsWith("not counted: the machine was suspended for 12 min; "));
  }
}

TEST(OwnTrouble, AnAnswerAfterASuspensionCounts) {
  World world;
  world.loop.run_until(world.turn + 1s);
  world.loop.suspend(12min);
  EXPECT_EQ(world.answer(Outcome::BadGateway, 502).outcome, Outcome::BadGateway);
}

TEST(OwnTrouble, ASuspensionBeforeTheProbeExcusesNothing) {
  World world;
  world.loop.suspend(12min);
  world.loop.run_until(world.turn + 10s);
  EXPECT_EQ(world.answer(Outcome::Timeout).outcome, Outcome::Timeout);
}

TEST(OwnTrouble, ASteppedClockExcusesNothing) {
  World world;
  world.loop.run_until(world.turn + 1s);
  world.loop.step_wall(3h);
  world.loop.run_until(world.turn + 10s);
  EXPECT_EQ(world.answer(Outcome::Timeout).outcome, Outcome::Timeout);
}

TEST(StallWatch, BeatsOnlyWhileItWatches) {
  SimLoop loop;
  StallWatch watch(loop);
  const SteadyTime before = loop.now();
  loop.stall(10s);
  EXPECT_EQ(watch.stood_still_since(before), 0s);
  EXPECT_EQ(loop.timers(), 0U);
  watch.start();
  watch.start();
  EXPECT_EQ(loop.timers(), 1U);
  loop.advance(1min);
  EXPECT_EQ(watch.stood_still_since(loop.now() - 1min), 0s);
  loop.stall(3s);
  EXPECT_GE(watch.stood_still_since(loop.now() - 1s), 3s);
  loop.advance(1s);
  EXPECT_EQ(watch.stood_still_since(loop.now()), 0s);
  EXPECT_EQ(watch.count(), 1U);
  watch.stop();
  EXPECT_EQ(loop.timers(), 0U);
}

}  // namespace
}  // namespace gatewatch::probe
