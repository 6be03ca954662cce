// SPDX-License-Identifier: MIT
//
// When probes start. What changes while they run: scheduler_changes_test.cc.
#include "probe/schedule/scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/support/sim_loop.h"
#include "tests/unit/probe/fake_prober.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::SimLoop;

Target make_target(const std::string& name, Duration interval, double jitter = 0) {
  Target target;
  target.name = name;
  target.interval = interval;
  target.timeout = 10s;
  target.jitter = jitter;
  return target;
}

struct World {
  explicit World(size_t max_in_flight = 100'000, SteadyTime start = SimLoop::kStart)
      : loop(start),
        scheduler(loop, rng, max_in_flight,
                  {[this](Sample sample) { samples.push_back(std::move(sample)); },
                   [this](const std::string& name, uint64_t turns) { skipped[name] += turns; }}) {}

  ProberLog& add(const Target& target, std::optional<Duration> takes = 10ms) {
    ProberLog& log = logs[target.name];
    scheduler.set(target, std::make_unique<FakeProber>(loop, log, takes));
    return log;
  }

  SimLoop loop;
  Rng rng{1};
  std::vector<Sample> samples;
  std::map<std::string, uint64_t> skipped;
  std::map<std::string, ProberLog> logs;
  Scheduler scheduler;
};

Duration in_slot(SteadyTime time) {
  return time.time_since_epoch() % kSlot;
}

TEST(Scheduler, StartsAtTheTurnsOfTheTargetOnItsSlots) {
  World world;
  const ProberLog& log = world.add(make_target("shop", 1s));
  world.loop.advance(10s);
  ASSERT_EQ(log.starts.size(), 10U);
  EXPECT_EQ(log.starts.front(), next_turn("shop", 1s, SimLoop::kStart));
  for (size_t i = 0; i < log.starts.size(); ++i) {
    EXPECT_EQ(log.starts[i], log.starts[0] + static_cast<int>(i) * 1s);
    EXPECT_EQ(in_slot(log.starts[i]), 0s);
    EXPECT_EQ(log.deadlines[i], log.starts[i] + 10s);
  }
}

TEST(Scheduler, ReportsWhenAndHowLateAProbeStarted) {
  World world;
  world.add(make_target("shop", 1s));
  const SteadyTime turn = next_turn("shop", 1s, SimLoop::kStart);
  world.loop.run_until(turn - 1ms);
  world.loop.stall(4ms);
  const WallTime wall = world.loop.wall_now();
  world.loop.advance(20ms);
  ASSERT_EQ(world.samples.size(), 1U);
  EXPECT_EQ(world.samples[0].target, "shop");
  EXPECT_EQ(world.samples[0].at, wall);
  EXPECT_EQ(world.samples[0].lateness, 3ms);
  EXPECT_EQ(world.samples[0].purpose, Purpose::Scheduled);
  EXPECT_EQ(world.samples[0].result.outcome, Outcome::Ok);
}

TEST(Scheduler, DoesNotDriftInADayAtAnIntervalOffTheSlots) {
  constexpr Duration kInterval = 1s + 1ms + 1ns;
  World world;
  const ProberLog& log = world.add(make_target("shop", kInterval));
  world.loop.advance(24h);
  ASSERT_EQ(log.starts.size(), static_cast<size_t>(24h / kInterval) + 1);
  const SteadyTime first_exact_at_earliest = log.starts.front();
  for (size_t i = 0; i < log.starts.size(); ++i) {
    const Duration off =
        log.starts[i] - first_exact_at_earliest - static_cast<Duration::rep>(i) * kInterval;
    ASSERT_LT(off, kSlot) << "turn " << i;
    ASSERT_GT(off, -kSlot) << "turn " << i;
    ASSERT_EQ(in_slot(log.starts[i]), 0s);
  }
}

TEST(Scheduler, ReleasesAllTargetsOfASlotTogether) {
  World world;
  for (int i = 0; i < 2000; ++i) {
    world.add(make_target("target-" + std::to_string(i), 1s));
  }
  world.loop.advance(1s - 1ns);
  std::set<SteadyTime> instants;
  size_t probes = 0;
  for (const auto& [name, log] : world.logs) {
    instants.insert(log.starts.begin(), log.starts.end());
    probes += log.starts.size();
  }
  EXPECT_EQ(probes, 2000U);
  EXPECT_LE(instants.size(), 200U);
}

TEST(Scheduler, StartsThoseThatHangAfterTheOthersWhereManyAreDue) {
  World world;
  int starts = 0;
  for (int i = 0; i < 40; ++i) {
    const bool hangs = i % 2 == 0;
    const Target target = make_target((hangs ? "hangs-" : "answers-") + std::to_string(i), 1s);
    ProberLog& log = world.logs[target.name];
    log.starts_of_all = &starts;
    world.scheduler.set(target,
                        std::make_unique<FakeProber>(world.loop, log, 100ms,
                                                     hangs ? Outcome::Timeout : Outcome::Ok));
  }
  world.loop.advance(2s);
  starts = 0;
  world.loop.stall(1s);
  world.loop.advance(0s);
  EXPECT_EQ(starts, 40);
  for (const auto& [name, log] : world.logs) {
    EXPECT_EQ(log.number > 20, name.starts_with("hangs-")) << name << ' ' << log.number;
  }
}

TEST(Scheduler, SkipsATurnThatFindsOneInFlight) {
  World world;
  const ProberLog& log = world.add(make_target("slow", 1s), 2500ms);
  world.loop.advance(9s);
  // Each probe covers the two turns after its own.
  EXPECT_EQ(log.starts.size(), 3U);
  EXPECT_EQ(log.starts[1] - log.starts[0], 3s);
  EXPECT_EQ(world.skipped["slow"], 6U);
}

TEST(Scheduler, MakesOneOfTheTurnsThatAStallMissed) {
  World world;
  const ProberLog& log = world.add(make_target("shop", 1s));
  const SteadyTime turn = next_turn("shop", 1s, SimLoop::kStart);
  world.loop.run_until(turn - 1ms);
  world.loop.stall(5500ms);
  world.loop.run_until(turn + 6s);
  // Turns 0 to 5 passed by 5.499 s; turn 6 is on time.
  ASSERT_EQ(log.starts.size(), 2U);
  EXPECT_EQ(log.starts[0], turn + 5499ms);
  EXPECT_EQ(log.starts[1], turn + 6s);
  EXPECT_EQ(world.skipped["shop"], 5U);
  EXPECT_EQ(world.samples.at(0).lateness, 5499ms);
}

TEST(Scheduler, CountsTheTurnsOfAYearsStallWithoutWalkingThem) {
  World world;
  world.add(make_target("shop", 100ms, 0.5));
  world.loop.advance(1s);
  world.skipped.clear();
  world.loop.stall(365 * 24h);
  world.loop.advance(0s);
  const uint64_t turns = 365 * 24h / 100ms;
  EXPECT_GE(world.skipped["shop"], turns - 2);
  EXPECT_LE(world.skipped["shop"], turns);
}

TEST(Scheduler, CountsEveryTurnOnce) {
  World world;
  const ProberLog& log = world.add(make_target("shop", 1s, 1.0), 700ms);
  world.loop.advance(100s);
  world.loop.stall(33s);
  world.loop.advance(100s);
  const uint64_t counted = log.starts.size() + world.skipped["shop"];
  EXPECT_GE(counted, 232U);
  EXPECT_LE(counted, 233U);
}

TEST(Scheduler, DelaysTurnsByLessThanTheJitterInWholeSlots) {
  World world;
  const ProberLog& log = world.add(make_target("shop", 10s, 0.05));
  const SteadyTime first = next_turn("shop", 10s, SimLoop::kStart);
  world.loop.run_until(first + 10'000s);
  ASSERT_GE(log.starts.size(), 1000U);
  std::set<Duration> delays;
  for (size_t i = 0; i < 1000; ++i) {
    const Duration delay = log.starts[i] - first - static_cast<int>(i) * 10s;
    ASSERT_GE(delay, 0s);
    ASSERT_LT(delay, 500ms);
    ASSERT_EQ(delay % kSlot, 0s);
    ASSERT_EQ(world.samples[i].lateness, 0s);  // jitter is meant, not late
    delays.insert(delay);
  }
  EXPECT_GT(delays.size(), 90U);  // of 100 possible
  EXPECT_LT(*delays.begin(), 20ms);
  EXPECT_GE(*delays.rbegin(), 480ms);
}

TEST(Scheduler, RefusesAboveItsLimitAndSaysSo) {
  World world(2);
  world.add(make_target("a", 1s), std::nullopt);
  world.add(make_target("b", 1s), std::nullopt);
  world.add(make_target("c", 1s), std::nullopt);
  world.loop.advance(1s);
  EXPECT_EQ(world.scheduler.in_flight(), 2U);
  ASSERT_EQ(world.samples.size(), 1U);
  EXPECT_EQ(world.samples[0].result.outcome, Outcome::Inconclusive);
  EXPECT_EQ(world.samples[0].result.error, "too many probes in flight (limit 2)");
}

TEST(Scheduler, TellsTheWallTimeOfAMachineWhoseClockSteps) {
  World world;
  world.add(make_target("shop", 1s));
  world.loop.advance(1s);
  world.loop.step_wall(-1h);
  world.loop.advance(1s);
  ASSERT_EQ(world.samples.size(), 2U);
  EXPECT_EQ(world.samples[1].at - world.samples[0].at, 1s - 1h);
}

TEST(Scheduler, MakesASampleOfEachResultOfAProbe) {
  SimLoop loop;
  Rng rng(1);
  std::vector<Sample> samples;
  Scheduler scheduler(loop, rng, 10,
                      {[&](Sample sample) { samples.push_back(std::move(sample)); },
                       [](const std::string&, uint64_t) {}});
  ProberLog log;
  auto made = std::make_unique<FakeProber>(loop, log, std::nullopt);
  FakeProber& prober = *made;
  scheduler.set(make_target("shop", 10s), std::move(made));
  loop.run_until(next_turn("shop", 10s, SimLoop::kStart));
  const WallTime started = loop.wall_now();
  prober.part(Outcome::Ok);
  loop.advance(1s);
  prober.part(Outcome::BadGateway);
  EXPECT_EQ(scheduler.in_flight(), 1U);
  prober.answer(Outcome::Timeout);
  EXPECT_EQ(scheduler.in_flight(), 0U);
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_EQ(samples[0].result.outcome, Outcome::Ok);
  EXPECT_EQ(samples[1].result.outcome, Outcome::BadGateway);
  EXPECT_EQ(samples[2].result.outcome, Outcome::Timeout);
  for (size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(samples[i].target, "shop");
    EXPECT_EQ(samples[i].at, started + std::chrono::microseconds(i));
  }
}

}  // namespace
}  // namespace gatewatch::probe
