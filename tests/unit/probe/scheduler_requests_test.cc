// SPDX-License-Identifier: MIT
//
// Probes that are made on request, beside the turns.
#include <gtest/gtest.h>

#include <map>

#include "probe/schedule/scheduler.h"
#include "tests/support/sim_loop.h"
#include "tests/unit/probe/fake_prober.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::SimLoop;

struct World {
  explicit World(size_t max_in_flight = 1000)
      : scheduler(loop, rng, max_in_flight,
                  {[this](Sample sample) { samples.push_back(std::move(sample)); },
                   [this](const std::string& name, uint64_t turns) { skipped[name] += turns; }}) {}

  FakeProber* add(const std::string& name, Duration interval, std::optional<Duration> takes) {
    Target target;
    target.name = name;
    target.interval = interval;
    target.timeout = 10s;
    auto prober = std::make_unique<FakeProber>(loop, logs[name], takes);
    FakeProber* raw = prober.get();
    scheduler.set(target, std::move(prober));
    return raw;
  }
  // To half a second after a turn of the target.
  void go_past_a_turn(const std::string& name, Duration interval) {
    loop.run_until(next_turn(name, interval, loop.now()) + 500ms);
    samples.clear();
    logs[name].starts.clear();
  }

  SimLoop loop;
  Rng rng{1};
  std::vector<Sample> samples;
  std::map<std::string, uint64_t> skipped;
  std::map<std::string, ProberLog> logs;
  Scheduler scheduler;
};

ProbeRequest burst(const std::string& target, Duration every, Duration length) {
  return {.target = target, .purpose = Purpose::Confirm, .every = every, .length = length};
}

TEST(SchedulerRequests, MakeASeriesBetweenTheTurnsWithItsPurpose) {
  World world;
  world.add("shop", 1min, 10ms);
  world.go_past_a_turn("shop", 1min);
  const SteadyTime asked = world.loop.now();
  world.scheduler.request(burst("shop", 2s, 7s));
  world.loop.advance(30s);
  EXPECT_EQ(world.logs["shop"].starts, (std::vector{asked + 2s, asked + 4s, asked + 6s}));
  EXPECT_EQ(world.logs["shop"].deadlines.back(), asked + 6s + 10s);
  ASSERT_EQ(world.samples.size(), 3U);
  for (const Sample& sample : world.samples) {
    EXPECT_EQ(sample.purpose, Purpose::Confirm);
    EXPECT_EQ(sample.lateness, 0s);
  }
  world.loop.advance(1min);
  EXPECT_EQ(world.samples.back().purpose, Purpose::Scheduled);
}

TEST(SchedulerRequests, MakeOneProbeAtOnceWhereNoSeriesIsAsked) {
  World world;
  world.add("shop", 1min, 10ms);
  world.go_past_a_turn("shop", 1min);
  world.scheduler.request({.target = "shop", .purpose = Purpose::Diagnosis});
  EXPECT_EQ(world.logs["shop"].starts, std::vector{world.loop.now()});
  world.loop.advance(30s);
  ASSERT_EQ(world.samples.size(), 1U);
  EXPECT_EQ(world.samples[0].purpose, Purpose::Diagnosis);
}

TEST(SchedulerRequests, ATurnEndsARequestedProbeAndIsMadeOnTime) {
  World world;
  world.add("shop", 10s, std::nullopt);
  const SteadyTime turn = next_turn("shop", 10s, SimLoop::kStart);
  world.loop.run_until(turn - 1s);
  world.scheduler.request({.target = "shop", .purpose = Purpose::Confirm});
  ASSERT_TRUE(world.logs["shop"].in_flight);
  world.loop.run_until(turn);
  EXPECT_EQ(world.logs["shop"].starts.back(), turn);
  EXPECT_EQ(world.skipped["shop"], 0U);
  EXPECT_EQ(world.scheduler.in_flight(), 1U);
  ASSERT_EQ(world.samples.size(), 1U);
  EXPECT_EQ(world.samples[0].purpose, Purpose::Confirm);
  EXPECT_EQ(world.samples[0].result.outcome, Outcome::Inconclusive);
  EXPECT_EQ(world.samples[0].result.error, "ended for the scheduled probe");
}

TEST(SchedulerRequests, AreLeftOutWhereAProbeIsInFlight) {
  World world;
  FakeProber* prober = world.add("shop", 1min, std::nullopt);
  const SteadyTime turn = next_turn("shop", 1min, SimLoop::kStart);
  world.loop.run_until(turn);
  world.scheduler.request({.target = "shop", .purpose = Purpose::Confirm});
  world.scheduler.request(burst("shop", 2s, 9s));
  world.loop.run_until(turn + 7s);
  EXPECT_EQ(world.logs["shop"].starts, std::vector{turn});
  prober->answer(Outcome::BadGateway);
  world.loop.run_until(turn + 9s);
  EXPECT_EQ(world.logs["shop"].starts, (std::vector{turn, turn + 8s}));
  EXPECT_EQ(world.skipped["shop"], 0U) << "only turns are counted as skipped";
}

TEST(SchedulerRequests, ALaterSeriesTakesThePlaceOfTheOneBefore) {
  World world;
  world.add("shop", 1min, 10ms);
  world.go_past_a_turn("shop", 1min);
  const SteadyTime asked = world.loop.now();
  world.scheduler.request(burst("shop", 2s, 30s));
  world.loop.advance(3s);
  world.scheduler.request(burst("shop", 5s, 10s));
  world.loop.advance(40s);
  EXPECT_EQ(world.logs["shop"].starts, (std::vector{asked + 2s, asked + 8s, asked + 13s}));
}

TEST(SchedulerRequests, ASeriesLeavesOutWhatAStallMissed) {
  World world;
  world.add("shop", 1min, 10ms);
  world.go_past_a_turn("shop", 1min);
  const SteadyTime asked = world.loop.now();
  world.scheduler.request(burst("shop", 2s, 10s));
  world.loop.stall(7s);
  world.loop.advance(20s);
  EXPECT_EQ(world.logs["shop"].starts, (std::vector{asked + 7s, asked + 8s, asked + 10s}));
  EXPECT_EQ(world.samples.at(0).lateness, 5s);
}

TEST(SchedulerRequests, NeverTakeThePlaceOfATurnInTheLimits) {
  World world(1);
  for (size_t i = 0; i < kMaxRequested + 1; ++i) {
    const std::string name = "slow-" + std::to_string(i);
    world.add(name, 24h, std::nullopt);
    world.scheduler.request({.target = name, .purpose = Purpose::Confirm});
  }
  EXPECT_EQ(world.scheduler.in_flight(), kMaxRequested);
  world.add("shop", 1s, 10ms);
  world.loop.advance(1s);
  ASSERT_EQ(world.logs["shop"].starts.size(), 1U);
  EXPECT_EQ(world.samples.at(0).result.outcome, Outcome::Ok);
}

TEST(SchedulerRequests, EndWithTheirTargetAndWithPause) {
  World world;
  world.add("shop", 1min, 10ms);
  world.go_past_a_turn("shop", 1min);
  world.scheduler.request(burst("shop", 2s, 30s));
  world.scheduler.remove("shop");
  world.add("other", 1min, 10ms);  // takes the place that became free
  world.go_past_a_turn("other", 1min);
  EXPECT_TRUE(world.logs["shop"].starts.empty());
  world.scheduler.request(burst("other", 2s, 30s));
  world.scheduler.pause();
  world.scheduler.request({.target = "other", .purpose = Purpose::Confirm});
  world.scheduler.request({.target = "stranger", .purpose = Purpose::Confirm});
  world.loop.advance(1min);
  EXPECT_TRUE(world.logs["other"].starts.empty());
}

TEST(SchedulerRequests, GoOnWithTheNewProberOfAReplacedTarget) {
  World world;
  world.add("shop", 1min, 10ms);
  world.go_past_a_turn("shop", 1min);
  const SteadyTime asked = world.loop.now();
  world.scheduler.request(burst("shop", 2s, 4s));
  world.loop.advance(3s);
  world.add("shop", 1min, 10ms);
  world.loop.advance(10s);
  EXPECT_EQ(world.logs["shop"].starts, (std::vector{asked + 2s, asked + 4s}));
}

TEST(SchedulerRequests, LeaveNoTimerBehind) {
  SimLoop loop;
  Rng rng(1);
  ProberLog log;
  {
    Scheduler scheduler(loop, rng, 10, {[](const Sample&) {}, [](const std::string&, uint64_t) {}});
    Target target{.name = "shop", .url = {}, .tags = {}, .interval = 1min, .timeout = 10s};
    scheduler.set(target, std::make_unique<FakeProber>(loop, log, 10ms));
    scheduler.request(burst("shop", 2s, 30s));
  }
  EXPECT_EQ(loop.timers(), 0U);
}

}  // namespace
}  // namespace gatewatch::probe
