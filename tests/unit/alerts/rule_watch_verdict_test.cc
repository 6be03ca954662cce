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
  EXPECT_FALSE(watch_.judge(kOrigin)) << "it was told";
}

TEST_F(RuleWatchVerdict, ThatChangesIsAnUpdate) {
  (void)take(502, kUndecided);
  EXPECT_FALSE(watch_.judge(kUndecided));
  const std::optional<Change> update = watch_.judge(kOrigin);
  ASSERT_TRUE(update);
  EXPECT_EQ(update->kind, Change::Kind::Updated);
  EXPECT_EQ(update->incident.verdict.fault, Fault::Origin);
  EXPECT_EQ(update->incident.transitions, 2);
  EXPECT_FALSE(watch_.judge(kOrigin));
}

TEST_F(RuleWatchVerdict, ThatIsUnknownAgainIsKeptAndNotTold) {
  (void)take(502, kOrigin);
  EXPECT_FALSE(watch_.judge(kUndecided));
  EXPECT_EQ(watch_.incident()->verdict.fault, Fault::Unknown);
  EXPECT_FALSE(watch_.judge(kOrigin)) << "the same as was told last";
}

TEST_F(RuleWatchVerdict, WithoutEvidenceChangesNothing) {
  (void)take(502, kOrigin);
  EXPECT_FALSE(watch_.judge({}));
  EXPECT_EQ(watch_.incident()->verdict.fault, Fault::Origin) << "as after a restart";
}

TEST_F(RuleWatchVerdict, IsNoneOfAnIncidentThatIsOver) {
  EXPECT_FALSE(watch_.judge(kOrigin));
  (void)take(502, kUndecided);
  (void)watch_.end("removed", now_);
  EXPECT_FALSE(watch_.judge(kOrigin));
}

TEST_F(RuleWatchVerdict, IsToldAtMostSoManyTimes) {
  (void)take(502, kUndecided);
  Verdict other = kOrigin;
  other.fault = Fault::Gateway;
  int told = 0;
  for (int i = 0; i < 100; ++i) {
    told += watch_.judge(i % 2 == 0 ? kOrigin : other) ? 1 : 0;
  }
  EXPECT_EQ(told, RuleWatch::kMaxUpdates);
}

}  // namespace
}  // namespace gatewatch::alerts
