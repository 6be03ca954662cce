// SPDX-License-Identifier: MIT
#include "probe/kinds/push_prober.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/sim_loop.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

const std::string kToken = "0123456789abcdef0123456789abcdef";

struct Job {
  ProbeResult probe() {
    std::optional<ProbeResult> result;
    prober.start(loop.now() + 10s, [&](ProbeResult told) { result = std::move(told); });
    EXPECT_FALSE(result);
    loop.advance(0s);
    EXPECT_TRUE(result);
    return result.value_or(ProbeResult());
  }

  // What a probe of this purpose tells, as the daemon takes it.
  Outcome turn(Purpose purpose = Purpose::Scheduled) {
    Sample sample;
    sample.target = "backup";
    sample.purpose = purpose;
    sample.result = probe();
    registry.note_turn(sample);
    return sample.result.outcome;
  }

  void report(bool failed = false, const std::string& message = "") {
    EXPECT_EQ(registry.take({.token = kToken, .failed = failed, .message = message}),
              PushAnswer::Taken);
  }

  testing::SimLoop loop;
  PushRegistry registry{loop, [](const Sample&) {}, [](const PushState&) {}};
  PushProber prober{loop, &registry,
                    std::make_shared<const PushSettings>(PushSettings{
                        .target = "backup", .token = Secret(kToken), .every = 24h, .grace = 1h})};
};

TEST(PushProber, IsContentWithinPeriodAndGrace) {
  Job job;
  job.report();
  job.loop.advance(25h);
  const ProbeResult result = job.probe();
  EXPECT_EQ(result.outcome, Outcome::Ok);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.latency, 0s);
}

TEST(PushProber, TellsASilenceUntilTheNextReport) {
  Job job;
  job.report();
  job.loop.advance(26h);
  const ProbeResult silent = job.probe();
  EXPECT_EQ(silent.outcome, Outcome::Timeout);
  EXPECT_EQ(silent.error, "no report for 1 d 2 h (limit 1 d 1 h)");
  job.report();
  EXPECT_EQ(job.probe().outcome, Outcome::Ok);
}

TEST(PushProber, WaitsForTheFirstReportFromItsBeginning) {
  Job job;
  EXPECT_EQ(job.probe().outcome, Outcome::Ok);
  job.loop.advance(25h + 1ms);
  const ProbeResult silent = job.probe();
  EXPECT_EQ(silent.outcome, Outcome::Timeout);
  EXPECT_EQ(silent.error, "no first report for 1 d 1 h (limit 1 d 1 h)");
}

TEST(PushProber, TellsAReportedFailureUntilTheNextReport) {
  Job job;
  job.report(true, "disk full");
  for (int turn = 0; turn < 2; ++turn) {
    const ProbeResult failed = job.probe();
    EXPECT_EQ(failed.outcome, Outcome::Body);
    EXPECT_EQ(failed.error, "the job reported a failure: disk full");
    EXPECT_EQ(job.turn(), Outcome::Body);
  }
  job.report();
  EXPECT_EQ(job.turn(), Outcome::Ok);
}

TEST(PushProber, TellsAFailureOnceThatASuccessFollowedBeforeTheTurn) {
  Job job;
  job.report();
  EXPECT_EQ(job.turn(), Outcome::Ok);
  job.report(true, "disk full");
  job.report();
  EXPECT_EQ(job.probe().error, "the job reported a failure: disk full");
  EXPECT_EQ(job.turn(), Outcome::Body);
  EXPECT_EQ(job.turn(), Outcome::Ok);
}

TEST(PushProber, LeavesAFailureToATurnThatCounts) {
  Job job;
  job.report(true, "disk full");
  job.report();
  EXPECT_EQ(job.turn(Purpose::Confirm), Outcome::Body);
  Sample stalled;
  stalled.target = "backup";
  stalled.result.outcome = Outcome::Inconclusive;
  job.registry.note_turn(stalled);
  EXPECT_EQ(job.turn(), Outcome::Body);
  EXPECT_EQ(job.turn(), Outcome::Ok);
}

TEST(PushProber, DoesNotCountTimeInWhichTheMachineSlept) {
  Job job;
  job.report();
  job.loop.suspend(48h);
  EXPECT_EQ(job.probe().outcome, Outcome::Ok);
}

TEST(PushProber, KnowsNothingWhereNobodyListens) {
  testing::SimLoop loop;
  PushProber prober(loop, nullptr,
                    std::make_shared<const PushSettings>(PushSettings{.target = "backup"}));
  std::optional<ProbeResult> result;
  prober.start(loop.now() + 10s, [&](ProbeResult told) { result = std::move(told); });
  loop.advance(0s);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, Outcome::Inconclusive);
  EXPECT_EQ(result->error, "only the running daemon hears what jobs report");
}

TEST(PushProber, IsAbortedOrEndsSilently) {
  Job job;
  std::optional<ProbeResult> result;
  job.prober.start(job.loop.now() + 10s, [&](ProbeResult told) { result = std::move(told); });
  job.prober.abort("enough");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, Outcome::Inconclusive);
  EXPECT_EQ(result->error, "enough");
  job.prober.abort("again");
  {
    PushProber gone(job.loop, nullptr, std::make_shared<const PushSettings>());
    gone.start(job.loop.now(), [](const ProbeResult&) { FAIL(); });
  }
  job.loop.advance(1s);
}

TEST(WeaknessOf, AsksForTokensThatCannotBeGuessed) {
  for (const char* good : {"0123456789abcdef0123456789abcdef", "kJ3xQ0z-_8vLw2PqRt7YbA"}) {
    EXPECT_EQ(weakness_of(good), "") << good;
  }
  EXPECT_EQ(weakness_of("kJ3xQ0z-_8vLw2PqRt7Yb"),
            "can be guessed: it has fewer than 22 characters");
  EXPECT_EQ(weakness_of("0123456789abcdef0123456789abcde"),
            "can be guessed: it has fewer than 32 characters");
  EXPECT_EQ(weakness_of("xyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxy"),
            "can be guessed: it has fewer than 8 different characters");
  EXPECT_EQ(weakness_of("kJ3xQ0z/_8vLw2PqRt7YbA+="),
            "has characters other than A-Z, a-z, 0-9, \"-\" and \"_\"");
  std::string long_token;
  for (int i = 0; i < 9; ++i) {
    long_token += "kJ3xQ0z-_8vLw2P";
  }
  EXPECT_EQ(weakness_of(long_token), "has more than 128 characters");
}

}  // namespace
}  // namespace gatewatch::probe
