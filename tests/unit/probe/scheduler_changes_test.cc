// SPDX-License-Identifier: MIT
//
// What a reload and a stop do to the schedule.
#include <gtest/gtest.h>

#include <map>

#include "probe/schedule/scheduler.h"
#include "tests/support/sim_loop.h"
#include "tests/unit/probe/fake_prober.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::SimLoop;

Target make_target(const std::string& name, Duration interval) {
  Target target;
  target.name = name;
  target.interval = interval;
  target.timeout = 10s;
  return target;
}

struct World {
  World()
      : scheduler(loop, rng, 1000,
                  {[this](Sample sample) {
                     samples.push_back(sample);
                     if (on_sample) {
                       on_sample(sample);
                     }
                   },
                   [this](const std::string& name, uint64_t turns) {
                     skipped[name] += turns;
                     if (on_skip) {
                       on_skip(name);
                     }
                   }}) {}

  FakeProber* set(const Target& target, ProberLog& log, std::optional<Duration> takes) {
    auto prober = std::make_unique<FakeProber>(loop, log, takes);
    FakeProber* raw = prober.get();
    scheduler.set(target, std::move(prober));
    return raw;
  }

  SimLoop loop;
  Rng rng{1};
  std::vector<Sample> samples;
  std::map<std::string, uint64_t> skipped;
  std::function<void(const Sample&)> on_sample;
  std::function<void(const std::string&)> on_skip;
  Scheduler scheduler;
};

TEST(Scheduler, GoesOnWithTheScheduleOfATargetThatIsReplaced) {
  World world;
  ProberLog old_log;
  ProberLog new_log;
  world.set(make_target("shop", 10s), old_log, 1ms);
  const SteadyTime turn = next_turn("shop", 10s, SimLoop::kStart);
  world.loop.run_until(turn + 1s);
  world.set(make_target("shop", 10s), new_log, 1ms);
  world.loop.run_until(turn + 10s);
  EXPECT_EQ(old_log.starts, std::vector{turn});
  EXPECT_EQ(new_log.starts, std::vector{turn + 10s});
  EXPECT_TRUE(old_log.destroyed);
}

TEST(Scheduler, FollowsANewInterval) {
  World world;
  ProberLog log;
  world.set(make_target("shop", 10s), log, 1ms);
  world.loop.advance(10s);
  const size_t before = log.starts.size();
  ProberLog new_log;
  const SteadyTime changed = world.loop.now();
  world.set(make_target("shop", 2s), new_log, 1ms);
  world.loop.advance(10s);
  EXPECT_EQ(log.starts.size(), before);
  ASSERT_EQ(new_log.starts.size(), 5U);
  EXPECT_EQ(new_log.starts[0], next_turn("shop", 2s, changed));
}

TEST(Scheduler, LetsTheOldProberFinishWhenItIsReplacedInFlight) {
  World world;
  ProberLog old_log;
  ProberLog new_log;
  FakeProber* old_prober = world.set(make_target("shop", 1s), old_log, std::nullopt);
  const SteadyTime turn = next_turn("shop", 1s, SimLoop::kStart);
  world.loop.run_until(turn);
  ASSERT_TRUE(old_log.in_flight);
  world.set(make_target("shop", 1s), new_log, 1ms);
  world.loop.run_until(turn + 1500ms);
  EXPECT_FALSE(old_log.destroyed);
  EXPECT_TRUE(new_log.starts.empty()) << "two probes of one target in flight";
  EXPECT_EQ(world.skipped["shop"], 1U);

  old_prober->answer(Outcome::BadGateway);
  ASSERT_EQ(world.samples.size(), 1U);
  EXPECT_EQ(world.samples[0].result.outcome, Outcome::BadGateway);
  world.loop.run_until(turn + 2s);
  EXPECT_TRUE(old_log.destroyed);
  EXPECT_EQ(new_log.starts, std::vector{turn + 2s});
}

TEST(Scheduler, UsesTheLastProberWhenReplacedTwiceInFlight) {
  World world;
  ProberLog first;
  ProberLog second;
  ProberLog third;
  FakeProber* prober = world.set(make_target("shop", 1s), first, std::nullopt);
  const SteadyTime turn = next_turn("shop", 1s, SimLoop::kStart);
  world.loop.run_until(turn);
  world.set(make_target("shop", 1s), second, 1ms);
  world.set(make_target("shop", 1s), third, 1ms);
  prober->answer(Outcome::Ok);
  world.loop.run_until(turn + 1s);
  EXPECT_TRUE(second.starts.empty());
  EXPECT_TRUE(second.destroyed);
  EXPECT_EQ(third.starts.size(), 1U);
}

TEST(Scheduler, ReportsAProbeInFlightOfARemovedTargetAsInconclusive) {
  World world;
  ProberLog log;
  world.set(make_target("shop", 1s), log, std::nullopt);
  world.loop.advance(1s);
  world.scheduler.remove("shop");
  ASSERT_EQ(world.samples.size(), 1U);
  EXPECT_EQ(world.samples[0].result.outcome, Outcome::Inconclusive);
  EXPECT_EQ(world.samples[0].result.error, "the target was removed");
  EXPECT_EQ(world.scheduler.in_flight(), 0U);
  world.loop.advance(5s);
  EXPECT_TRUE(log.destroyed);
  EXPECT_EQ(log.starts.size(), 1U);
  EXPECT_EQ(world.samples.size(), 1U);
}

TEST(Scheduler, ForgetsTheTurnsOfARemovedTarget) {
  World world;
  ProberLog shop;
  ProberLog other;
  world.set(make_target("shop", 1s), shop, 1ms);
  world.scheduler.remove("shop");
  world.scheduler.remove("never there");
  world.set(make_target("other", 1s), other, 1ms);  // takes the place that became free
  world.loop.advance(3s);
  EXPECT_TRUE(shop.starts.empty());
  EXPECT_EQ(other.starts.size(), 3U);
}

TEST(Scheduler, AllowsASampleHandlerToRemoveTheTarget) {
  World world;
  ProberLog log;
  world.on_sample = [&](const Sample& sample) { world.scheduler.remove(sample.target); };
  world.set(make_target("shop", 1s), log, 5ms);
  world.loop.advance(5s);
  EXPECT_EQ(log.starts.size(), 1U);
  EXPECT_TRUE(log.destroyed);
}

TEST(Scheduler, AllowsASampleHandlerToReplaceTheTarget) {
  World world;
  ProberLog first;
  ProberLog second;
  world.on_sample = [&](const Sample&) {
    world.on_sample = nullptr;
    world.set(make_target("shop", 1s), second, 5ms);
  };
  world.set(make_target("shop", 1s), first, 5ms);
  world.loop.advance(3s);
  EXPECT_EQ(first.starts.size(), 1U);
  EXPECT_EQ(second.starts.size(), 2U);
}

TEST(Scheduler, AllowsASkipHandlerToRemoveTheTarget) {
  World world;
  ProberLog log;
  world.on_skip = [&](const std::string& name) { world.scheduler.remove(name); };
  world.set(make_target("shop", 1s), log, std::nullopt);
  world.loop.advance(5s);
  EXPECT_EQ(world.skipped["shop"], 1U);
  EXPECT_EQ(world.samples.size(), 1U);
  EXPECT_TRUE(log.destroyed);
}

TEST(Scheduler, StartsNothingWhenPausedButReportsWhatIsInFlight) {
  World world;
  ProberLog log;
  world.set(make_target("shop", 1s), log, 700ms);
  world.loop.run_until(next_turn("shop", 1s, SimLoop::kStart));
  world.scheduler.pause();
  ProberLog late;
  world.set(make_target("late", 1s), late, 1ms);
  world.loop.advance(10s);
  EXPECT_EQ(log.starts.size(), 1U);
  EXPECT_TRUE(late.starts.empty());
  ASSERT_EQ(world.samples.size(), 1U);
  EXPECT_EQ(world.samples[0].result.outcome, Outcome::Ok);
}

TEST(Scheduler, AbortsAllThatIsInFlight) {
  World world;
  ProberLog a;
  ProberLog b;
  ProberLog idle;
  world.set(make_target("a", 1s), a, std::nullopt);
  world.set(make_target("b", 1s), b, std::nullopt);
  world.set(make_target("idle", 1s), idle, 1ms);
  world.loop.advance(1s);
  world.samples.clear();
  world.scheduler.pause();
  world.scheduler.abort_all("gatewatch stops");
  ASSERT_EQ(world.samples.size(), 2U);
  EXPECT_EQ(world.samples[0].result.outcome, Outcome::Inconclusive);
  EXPECT_EQ(world.samples[1].result.error, "gatewatch stops");
  EXPECT_EQ(world.scheduler.in_flight(), 0U);
}

TEST(Scheduler, LeavesNoTimerAndNoProberBehind) {
  SimLoop loop;
  Rng rng(1);
  ProberLog log;
  {
    Scheduler scheduler(loop, rng, 10, {[](const Sample&) {}, [](const std::string&, uint64_t) {}});
    scheduler.set(make_target("shop", 1s), std::make_unique<FakeProber>(loop, log, std::nullopt));
    loop.advance(1s);
    scheduler.set(make_target("shop", 1s), std::make_unique<FakeProber>(loop, log, std::nullopt));
  }
  EXPECT_TRUE(log.destroyed);
  EXPECT_EQ(loop.timers(), 0U);
}

TEST(Scheduler, MayRemoveATargetWhileOneOfItsResultsIsTold) {
  World world;
  ProberLog log;
  FakeProber* prober = world.set(make_target("shop", 1s), log, std::nullopt);
  world.on_sample = [&](const Sample&) { world.scheduler.remove("shop"); };
  world.loop.run_until(next_turn("shop", 1s, SimLoop::kStart));
  ASSERT_TRUE(log.in_flight);
  prober->part(Outcome::Ok);
  ASSERT_EQ(world.samples.size(), 2U);
  EXPECT_EQ(world.samples[1].result.outcome, Outcome::Inconclusive);
  EXPECT_EQ(world.scheduler.in_flight(), 0U);
  world.loop.advance(3s);
  EXPECT_TRUE(log.destroyed);
  EXPECT_EQ(world.samples.size(), 2U);
}

}  // namespace
}  // namespace gatewatch::probe
