// SPDX-License-Identifier: MIT
#include "alerts/confirmation.h"

#include <gtest/gtest.h>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

Rule rule_that_counts(const std::string& word) {
  Rule rule;
  rule.name = "r-" + word;
  rule.count_words = {word};
  rule.count = {*CountMatcher::parse(word)};
  rule.confirm = true;
  return rule;
}

Watched watch(const std::string& name, const std::vector<Rule>& rules,
              const std::string& peer = "gateway:443") {
  Watched watched{.target = {.name = name, .interval = 30s, .peer = peer}, .rules = {}};
  for (const Rule& rule : rules) {
    watched.rules.push_back(std::make_shared<const Rule>(rule));
  }
  return watched;
}

struct World {
  explicit World(const std::vector<Watched>& watched) { confirmation.configure(watched); }

  std::optional<ProbeRequest> take(const std::string& target, Outcome outcome, int status = 0,
                                   Purpose purpose = Purpose::Scheduled, Need need = Need::Burst) {
    Sample sample;
    sample.target = target;
    sample.purpose = purpose;
    sample.result.outcome = outcome;
    sample.result.status = status;
    return confirmation.take(sample, now, need);
  }
  std::optional<ProbeRequest> bad(const std::string& target) {
    return take(target, Outcome::BadGateway, 502);
  }
  std::optional<ProbeRequest> good(const std::string& target) {
    return take(target, Outcome::Ok, 200);
  }

  SteadyTime now{1000h};
  Confirmation confirmation;
};

TEST(Confirmation, AFirstBadSampleStartsABurstAsItsRuleHasIt) {
  Rule rule = rule_that_counts("502");
  rule.confirm_every = 3s;
  rule.confirm_for = 45s;
  World world({watch("shop", {rule})});
  EXPECT_FALSE(world.good("shop"));
  const ProbeRequest expected{
      .target = "shop", .purpose = Purpose::Confirm, .every = 3s, .length = 45s};
  EXPECT_EQ(world.bad("shop"), expected);
}

TEST(Confirmation, OnlyAGoodScheduledSampleArmsItAgain) {
  World world({watch("shop", {rule_that_counts("502")})});
  ASSERT_TRUE(world.bad("shop"));
  EXPECT_FALSE(world.bad("shop"));
  world.take("shop", Outcome::Ok, 200, Purpose::Confirm);
  EXPECT_FALSE(world.bad("shop"));
  world.take("shop", Outcome::Inconclusive);
  EXPECT_FALSE(world.bad("shop"));
  world.take("shop", Outcome::Timeout);  // not bad by the rule, but not good either
  EXPECT_FALSE(world.bad("shop"));
  world.good("shop");
  EXPECT_TRUE(world.bad("shop"));
}

TEST(Confirmation, SamplesThatAreNotScheduledStartNothing) {
  World world({watch("shop", {rule_that_counts("502")})});
  for (const Purpose purpose : {Purpose::Confirm, Purpose::Diagnosis, Purpose::Manual}) {
    EXPECT_FALSE(world.take("shop", Outcome::BadGateway, 502, purpose)) << to_string(purpose);
  }
}

TEST(Confirmation, SamplesThatTheRuleDoesNotCountStartNothing) {
  World world({watch("shop", {rule_that_counts("502")})});
  EXPECT_FALSE(world.take("shop", Outcome::Timeout));
  EXPECT_FALSE(world.take("shop", Outcome::Unavailable, 503));
  EXPECT_FALSE(world.take("shop", Outcome::Inconclusive, 502));
  EXPECT_FALSE(world.bad("stranger"));
}

TEST(Confirmation, RulesWithoutConfirmAndDisabledTargetsStartNothing) {
  Rule quiet = rule_that_counts("502");
  quiet.confirm = false;
  Watched disabled = watch("off", {rule_that_counts("502")});
  disabled.target.enabled = false;
  World world({watch("shop", {quiet}), disabled});
  EXPECT_FALSE(world.bad("shop"));
  EXPECT_FALSE(world.bad("off"));
}

TEST(Confirmation, OfSeveralRulesTheClosestAndTheLongestHold) {
  Rule gateway = rule_that_counts("502");
  gateway.confirm_every = 1s;
  gateway.confirm_for = 10s;
  Rule any = rule_that_counts("failure");
  any.confirm_every = 5s;
  any.confirm_for = 60s;
  World world({watch("shop", {gateway, any})});
  const auto both = world.bad("shop");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->every, 1s);
  EXPECT_EQ(both->length, 60s);
  world.good("shop");
  const auto one = world.take("shop", Outcome::Timeout);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->every, 5s);
}

TEST(Confirmation, StartsAtMostTenBurstsInAnyHour) {
  World world({watch("shop", {rule_that_counts("502")})});
  const auto flap = [&] {
    world.good("shop");
    return world.bad("shop").has_value();
  };
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(flap()) << i;
    world.now += 1min;
  }
  EXPECT_FALSE(flap());
  world.now += 49min;  // 59 minutes after the first
  EXPECT_FALSE(flap());
  world.now += 1min;  // an hour after the first
  EXPECT_TRUE(flap());
  EXPECT_FALSE(flap());  // the second is 59 minutes old
}

TEST(Confirmation, ATroubleThatBeganOverTheLimitIsNotConfirmedLater) {
  World world({watch("shop", {rule_that_counts("502")})});
  for (int i = 0; i < 10; ++i) {
    world.good("shop");
    world.bad("shop");
  }
  world.good("shop");
  EXPECT_FALSE(world.bad("shop"));
  world.now += 2h;
  EXPECT_FALSE(world.bad("shop"));
}

TEST(Confirmation, AtOnePeerAtMostTwoTargetsAreInABurst) {
  const std::vector<Rule> rules{rule_that_counts("502")};  // bursts of 30 s
  World world({watch("a", rules), watch("b", rules), watch("c", rules),
               watch("elsewhere", rules, "other:80")});
  EXPECT_TRUE(world.bad("a"));
  EXPECT_TRUE(world.bad("b"));
  EXPECT_FALSE(world.bad("c"));
  EXPECT_TRUE(world.bad("elsewhere"));
  world.now += 29s;
  world.good("c");
  EXPECT_FALSE(world.bad("c"));
  world.good("a");
  EXPECT_TRUE(world.bad("a")) << "its own burst is not in its way";
  world.now += 1s;  // b's is over
  world.good("c");
  EXPECT_TRUE(world.bad("c"));
}

TEST(Confirmation, NoBurstStartsWhereNoTrialGoesOn) {
  World world({watch("shop", {rule_that_counts("502")})});
  EXPECT_FALSE(world.take("shop", Outcome::BadGateway, 502, Purpose::Scheduled, Need::None));
}

TEST(Confirmation, AnUndecidedBurstGoesOnAtItsEndInStepsUpToItsLongest) {
  World world({watch("shop", {rule_that_counts("502")})});  // every 2 s, 30 s, 10 min at most
  const auto confirming = [&world](Need need) {
    return world.take("shop", Outcome::Ok, 200, Purpose::Confirm, need);
  };
  ASSERT_TRUE(world.bad("shop"));
  world.now += 20s;
  EXPECT_FALSE(confirming(Need::More)) << "there are more to come";
  world.now += 9s;
  EXPECT_FALSE(confirming(Need::Burst)) << "it is decided";
  const ProbeRequest expected{
      .target = "shop", .purpose = Purpose::Confirm, .every = 2s, .length = 10s};
  EXPECT_EQ(confirming(Need::More), expected);
  Duration length = 29s;
  for (int i = 0; i < 1000; ++i) {
    world.now += 1s;
    if (const auto more = confirming(Need::More)) {
      length = world.now - SteadyTime(1000h) + more->length;
    }
  }
  EXPECT_EQ(length, 10min);
}

TEST(Confirmation, ABurstThatGoesOnMakesRoomForNewOnes) {
  const std::vector<Rule> rules{rule_that_counts("502")};
  World world({watch("a", rules), watch("b", rules), watch("c", rules), watch("d", rules)});
  world.bad("a");
  world.bad("b");
  world.now += 29s;
  EXPECT_TRUE(world.take("a", Outcome::Ok, 200, Purpose::Confirm, Need::More));
  EXPECT_TRUE(world.take("b", Outcome::Ok, 200, Purpose::Confirm, Need::More));
  world.now += 2s;
  EXPECT_TRUE(world.bad("c"));
  EXPECT_TRUE(world.bad("d"));
  world.now += 7s;
  EXPECT_FALSE(world.take("a", Outcome::Ok, 200, Purpose::Confirm, Need::More));
}

TEST(Confirmation, KeepsWhatItKnowsOverAReload) {
  const std::vector<Watched> watched{watch("shop", {rule_that_counts("502")})};
  World world(watched);
  ASSERT_TRUE(world.bad("shop"));
  world.confirmation.configure(watched);
  EXPECT_FALSE(world.bad("shop"));
  world.confirmation.configure({});
  world.good("shop");
  EXPECT_FALSE(world.bad("shop"));
  world.confirmation.configure(watched);
  EXPECT_TRUE(world.bad("shop")) << "a target that comes back is new";
}

}  // namespace
}  // namespace gatewatch::alerts
