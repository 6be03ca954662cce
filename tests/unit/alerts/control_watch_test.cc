// SPDX-License-Identifier: MIT
#include "alerts/control_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Target control(const std::string& name) {
  return {.name = name, .enabled = true, .is_control = true};
}

struct World {
  explicit World(const std::vector<Target>& targets = {control("c1"), control("c2"),
                                                       Target{.name = "shop"}}) {
    watch.configure(targets);
  }

  // The sample as it is after the watch took it.
  Sample take(const std::string& target, Outcome outcome, Purpose purpose = Purpose::Scheduled,
              Duration latency = 1s) {
    Sample sample;
    sample.target = target;
    sample.purpose = purpose;
    sample.result.outcome = outcome;
    sample.result.latency = latency;
    sample.result.error = "words of " + target;
    requests = watch.take(sample, now);
    return sample;
  }
  void go_offline() {
    take("c1", Outcome::Timeout);
    take("c2", Outcome::Refused);
    ASSERT_TRUE(watch.is_offline());
  }

  SteadyTime now{1000h};
  std::vector<ProbeRequest> requests;
  ControlWatch watch;
};

TEST(ControlWatch, WeAreOfflineWhileNoControlAnswers) {
  World world;
  EXPECT_FALSE(world.watch.is_offline());
  world.take("c1", Outcome::Timeout);
  EXPECT_FALSE(world.watch.is_offline());
  world.take("c2", Outcome::Dns);
  EXPECT_TRUE(world.watch.is_offline());
  world.take("c1", Outcome::Tls);
  EXPECT_TRUE(world.watch.is_offline());
  world.take("c2", Outcome::Ok);
  EXPECT_FALSE(world.watch.is_offline());
}

TEST(ControlWatch, AnyAnswerOfAControlShowsThatWeAreOnline) {
  for (const Outcome answer :
       {Outcome::Ok, Outcome::BadGateway, Outcome::HttpError, Outcome::Protocol, Outcome::Body}) {
    World world;
    world.go_offline();
    world.take("c1", answer);
    EXPECT_FALSE(world.watch.is_offline()) << to_string(answer);
  }
}

TEST(ControlWatch, OwnTroubleOfAControlThatHasAnsweredIsNoAnswer) {
  World world;
  world.take("c1", Outcome::Ok);
  world.take("c2", Outcome::Ok);
  world.take("c1", Outcome::Inconclusive);  // no route, say
  world.take("c2", Outcome::Inconclusive);
  EXPECT_TRUE(world.watch.is_offline());
}

TEST(ControlWatch, AControlThatCannotBeProbedFromHereSaysNothing) {
  World world;
  world.take("c1", Outcome::Inconclusive);  // pings are forbidden, say
  world.take("c2", Outcome::Inconclusive);
  EXPECT_FALSE(world.watch.is_offline());
  EXPECT_EQ(world.take("shop", Outcome::Timeout).result.outcome, Outcome::Timeout);
  world.take("c1", Outcome::Timeout);
  world.take("c2", Outcome::Refused);
  EXPECT_TRUE(world.watch.is_offline()) << "a network failure is one from the beginning";
}

TEST(ControlWatch, ARequestedProbeThatWasEndedSaysNothing) {
  World world;
  world.take("c1", Outcome::Timeout);
  world.take("c2", Outcome::Inconclusive, Purpose::Diagnosis);
  EXPECT_FALSE(world.watch.is_offline());
  world.take("c2", Outcome::Timeout, Purpose::Diagnosis);
  EXPECT_TRUE(world.watch.is_offline());
}

TEST(ControlWatch, SetsNetworkFailuresAsideWhileOffline) {
  for (const Outcome outcome :
       {Outcome::Timeout, Outcome::Refused, Outcome::Reset, Outcome::Dns, Outcome::Tls}) {
    World world;
    EXPECT_EQ(world.take("shop", outcome).result.outcome, outcome);
    world.go_offline();
    const Sample sample = world.take("shop", outcome);
    EXPECT_EQ(sample.result.outcome, Outcome::Inconclusive);
    EXPECT_EQ(sample.result.error, "not counted: no control target answers; " +
                                       std::string(to_string(outcome)) + ": words of shop");
  }
}

TEST(ControlWatch, LeavesAnswersAndControlsAndManualProbesAsTheyAre) {
  World world;
  world.go_offline();
  EXPECT_EQ(world.take("shop", Outcome::Ok).result.outcome, Outcome::Ok);
  EXPECT_EQ(world.take("shop", Outcome::BadGateway).result.outcome, Outcome::BadGateway);
  EXPECT_EQ(world.take("shop", Outcome::Timeout, Purpose::Manual).result.outcome, Outcome::Timeout);
  EXPECT_EQ(world.take("c1", Outcome::Timeout).result.outcome, Outcome::Timeout);
  EXPECT_EQ(world.take("shop", Outcome::Timeout, Purpose::Confirm).result.outcome,
            Outcome::Inconclusive);
}

TEST(ControlWatch, SetsAsideWhatBeganBeforeWeWereOnlineAgain) {
  World world;
  world.go_offline();
  world.take("c1", Outcome::Ok);
  world.now += 4s;
  const Sample began_offline = world.take("shop", Outcome::Timeout, Purpose::Scheduled, 5s);
  EXPECT_EQ(began_offline.result.outcome, Outcome::Inconclusive);
  EXPECT_THAT(began_offline.result.error, HasSubstr("when the probe began; timeout: "));
  EXPECT_EQ(world.take("shop", Outcome::Timeout, Purpose::Scheduled, 4s).result.outcome,
            Outcome::Timeout);
}

TEST(ControlWatch, ANetworkFailureAsksForTheControlsAtMostEveryFiveSeconds) {
  World world;
  world.take("shop", Outcome::Ok);
  EXPECT_THAT(world.requests, IsEmpty());
  world.take("shop", Outcome::BadGateway);
  EXPECT_THAT(world.requests, IsEmpty());
  world.take("shop", Outcome::Timeout);
  ASSERT_EQ(world.requests.size(), 2U);
  EXPECT_EQ(world.requests[0], (ProbeRequest{.target = "c1", .purpose = Purpose::Diagnosis}));
  EXPECT_EQ(world.requests[1].target, "c2");
  world.now += 4999ms;
  world.take("shop", Outcome::Timeout);
  EXPECT_THAT(world.requests, IsEmpty());
  world.now += 1ms;
  world.go_offline();
  world.take("shop", Outcome::Timeout);
  EXPECT_EQ(world.requests.size(), 2U) << "so that we learn soon that we are online again";
  world.now += 5s;
  world.take("c1", Outcome::Timeout);
  EXPECT_THAT(world.requests, IsEmpty());
}

TEST(ControlWatch, FewerThanTwoControlsSayNothing) {
  Target disabled = control("c2");
  disabled.enabled = false;
  World world({control("c1"), disabled, {.name = "shop"}});
  world.take("c1", Outcome::Timeout);
  world.take("c2", Outcome::Timeout);
  EXPECT_FALSE(world.watch.is_offline());
  EXPECT_EQ(world.take("shop", Outcome::Timeout).result.outcome, Outcome::Timeout);
  EXPECT_THAT(world.requests, IsEmpty());
}

TEST(ControlWatch, SaysWhyItTakesUsToBeOffline) {
  World world;
  EXPECT_EQ(world.watch.trouble(), "");
  world.go_offline();
  EXPECT_EQ(world.watch.trouble(),
            "No control target answers (c1: words of c1; c2: words of c2). Until one does, targets "
            "that do not answer are not counted as failing.");
}

TEST(ControlWatch, KeepsWhatItKnowsOverAReload) {
  World world;
  world.go_offline();
  world.watch.configure({control("c1"), control("c2")});
  EXPECT_TRUE(world.watch.is_offline());
  world.watch.configure({control("c1")});
  EXPECT_FALSE(world.watch.is_offline());
  world.watch.configure({control("c1"), control("new")});
  world.take("c1", Outcome::Timeout);
  EXPECT_FALSE(world.watch.is_offline()) << "nothing is known of the new one";
}

}  // namespace
}  // namespace gatewatch::alerts
