// SPDX-License-Identifier: MIT
//
// What an incident says of whose fault it is.
#include <gtest/gtest.h>

#include "alerts/rule_watch.h"

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

Rule any_502() {
  Rule rule;
  rule.name = "bad-gateway";
  rule.count_words = {"502"};
  rule.count = {*CountMatcher::parse("502")};
  rule.min_probes = 1;
  rule.min_bad = 1;
  return rule;
}

const Verdict kOrigin{.fault = Fault::Origin,
                      .summary = "The origin.",
                      .evidence = {"it refuses"},
                      .causes = {Cause::Refused}};
const Verdict kUndecided{.fault = Fault::Unknown, .summary = "Who knows.", .evidence = {"a 502"}};

class RuleWatchVerdict : public ::testing::Test {
 protected:
  std::optional<Change> take(int status, const Verdict& verdict) {
    now_ = {now_.steady + 30s, now_.wall + 30s};
    Sample sample;
    sample.target = "shop";
    sample.at = now_.wall;
    sample.result.status = status;
    sample.result.outcome = status == 200 ? Outcome::Ok : Outcome::BadGateway;
    return watch_.take(sample, now_, ids_, verdict);
  }

  // `later` than the last time.
  std::optional<Change> judge(const Verdict& verdict, Duration later = 0s) {
    now_.steady += later;
    return watch_.judge(verdict, now_.steady);
  }

  Instant now_{SteadyTime(1h), WallTime(1'000'000h)};
  Rng ids_{1};
  RuleWatch watch_{std::make_shared<const Rule>(any_502()),
                   std::make_shared<const Target>(Target{.name = "shop", .url = "http://shop/"})};
};

TEST_F(RuleWatchVerdict, IsInTheOpeningItself) {
  const std::optional<Change> opened = take(502, kOrigin);
  ASSERT_TRUE(opened);
  const Verdict& verdict = opened->incident.verdict;
  EXPECT_EQ(verdict.fault, Fault::Origin);
  EXPECT_EQ(verdict.summary, "The origin.");
  EXPECT_EQ(verdict.causes.exact(), Cause::Refused);
  ASSERT_EQ(verdict.evidence.size(), 4U) << "the rule's three observations, and this one";
  EXPECT_EQ(verdict.evidence.back(), "it refuses");
  EXPECT_FALSE(judge(kOrigin)) << "it was told";
}

TEST(RuleWatchOfALog, SpeaksOfRequests) {
  Rule rule = any_502();
  rule.source = RuleSource::Log;
  const auto target = std::make_shared<const Target>(Target{.name = "shop", .url = "http://shop/"});
  RuleWatch watch(std::make_shared<const Rule>(rule), target);
  Rng ids{1};
  const auto opened = watch.take_log({.probes = 20, .bad = 7, .bad_502 = 5, .gateway = 7},
                                     {SteadyTime(1h), WallTime(1'000'000h)}, ids);
  ASSERT_TRUE(opened);
  const Verdict& verdict = opened->incident.verdict;
  EXPECT_EQ(verdict.summary,
            "7 of 20 logged requests in the last 5 min were bad; what the cause is, their number "
            "alone does not tell.");
  EXPECT_EQ(verdict.evidence,
            (std::vector<std::string>{"7 of 20 logged requests in the last 5 min were bad",
                                      "25% of the requests were answered 502",
                                      "35% were gateway failures (502, 503, 504)"}));
}

TEST_F(RuleWatchVerdict, ThatChangesIsAnUpdate) {
  (void)take(502, kUndecided);
  EXPECT_FALSE(judge(kUndecided));
  const std::optional<Change> update = judge(kOrigin);
  ASSERT_TRUE(update);
  EXPECT_EQ(update->kind, Change::Kind::Updated);
  EXPECT_EQ(update->incident.verdict.fault, Fault::Origin);
  EXPECT_EQ(update->incident.transitions, 2);
  EXPECT_FALSE(judge(kOrigin));
}

TEST_F(RuleWatchVerdict, ThatChangesAgainIsToldAMinuteLater) {
  (void)take(502, kUndecided);
  EXPECT_TRUE(judge(kOrigin));
  EXPECT_FALSE(judge(kUndecided, 59s));
  EXPECT_EQ(watch_.incident()->verdict.fault, Fault::Unknown) << "shown at once";
  const std::optional<Change> update = judge(kUndecided, 1s);
  ASSERT_TRUE(update) << "nobody is to believe any more what does not hold";
  EXPECT_EQ(update->incident.verdict.fault, Fault::Unknown);
}

TEST_F(RuleWatchVerdict, FromBeforeARestartStaysUntilMoreIsKnown) {
  (void)take(502, kOrigin);
  RuleWatch after(std::make_shared<const Rule>(any_502()),
                  std::make_shared<const Target>(Target{.name = "shop", .url = "http://shop/"}));
  after.restore(*watch_.incident(), now_);
  EXPECT_FALSE(after.judge(kUndecided, now_.steady));
  EXPECT_EQ(after.incident()->verdict.fault, Fault::Origin);
  Verdict other = kOrigin;
  other.fault = Fault::Gateway;
  EXPECT_TRUE(after.judge(other, now_.steady));
  EXPECT_FALSE(after.judge(kUndecided, now_.steady));
  EXPECT_EQ(after.incident()->verdict.fault, Fault::Unknown);
}

TEST_F(RuleWatchVerdict, WithoutEvidenceChangesNothing) {
  (void)take(502, kOrigin);
  EXPECT_FALSE(judge({}));
  EXPECT_EQ(watch_.incident()->verdict.fault, Fault::Origin) << "as after a restart";
}

TEST_F(RuleWatchVerdict, IsNoneOfAnIncidentThatIsOver) {
  EXPECT_FALSE(judge(kOrigin));
  (void)take(502, kUndecided);
  (void)watch_.end("removed", now_);
  EXPECT_FALSE(judge(kOrigin));
}

TEST_F(RuleWatchVerdict, IsToldAtMostSoManyTimes) {
  (void)take(502, kUndecided);
  Verdict other = kOrigin;
  other.fault = Fault::Gateway;
  int told = 0;
  for (int i = 0; i < 100; ++i) {
    told += judge(i % 2 == 0 ? kOrigin : other, 2min) ? 1 : 0;
  }
  EXPECT_EQ(told, RuleWatch::kMaxUpdates);
}

}  // namespace
}  // namespace gatewatch::alerts
