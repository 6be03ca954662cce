// SPDX-License-Identifier: MIT
#include "alerts/investigator.h"

#include <gtest/gtest.h>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};

Sample sample_of(const std::string& target, Outcome outcome, int status = 0) {
  Sample sample;
  sample.target = target;
  sample.result.outcome = outcome;
  sample.result.status = status;
  return sample;
}

Sample origin_of(const std::string& target, Outcome outcome, CauseSet met) {
  Sample sample = sample_of(target, outcome);
  sample.is_origin = true;
  sample.result.met = met;
  return sample;
}

class InvestigatorTest : public ::testing::Test {
 protected:
  InvestigatorTest() {
    investigator_.configure({{.target = {.name = "shop", .origin_url = "http://10.0.0.5/"}},
                             {.target = {.name = "blog"}}});
  }
  Investigator investigator_;
};

TEST_F(InvestigatorTest, HasTheOriginProbedBesideEachBadAnswer) {
  EXPECT_FALSE(investigator_.take(sample_of("shop", Outcome::Ok, 200), kStart));
  const auto request = investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->target, "shop");
  EXPECT_TRUE(request->of_origin);
  EXPECT_EQ(request->purpose, Purpose::Confirm);
  EXPECT_FALSE(investigator_.take(origin_of("shop", Outcome::Refused, {Cause::Refused}), kStart))
      << "the origin's own failure calls for nothing";
  EXPECT_FALSE(investigator_.take(sample_of("blog", Outcome::BadGateway, 502), kStart))
      << "it has none";
  EXPECT_FALSE(investigator_.take(sample_of("shop", Outcome::Inconclusive), kStart));
}

TEST_F(InvestigatorTest, JudgesByTargetAndOrigin) {
  EXPECT_EQ(investigator_.verdict("shop"), Verdict());
  (void)investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart);
  (void)investigator_.take(origin_of("shop", Outcome::Refused, {Cause::Refused}), kStart);
  const Verdict verdict = investigator_.verdict("shop");
  EXPECT_EQ(verdict.fault, Fault::Origin);
  EXPECT_EQ(verdict.causes.exact(), Cause::Refused);
  EXPECT_EQ(investigator_.verdict("blog"), Verdict());
}

TEST_F(InvestigatorTest, RemembersHowTheOriginWasBefore) {
  (void)investigator_.take(origin_of("shop", Outcome::Refused, {Cause::Refused}), kStart);
  (void)investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart + 1min);
  (void)investigator_.take(origin_of("shop", Outcome::Refused, {Cause::Refused}), kStart + 1min);
  EXPECT_EQ(investigator_.verdict("shop").fault, Fault::Unknown)
      << "an origin that we never reach tells nothing";
}

TEST_F(InvestigatorTest, ForgetsATroubleThatIsLongOver) {
  (void)investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart);
  (void)investigator_.take(sample_of("shop", Outcome::Ok, 200), kStart + kForget);
  EXPECT_NE(investigator_.verdict("shop"), Verdict());
  (void)investigator_.take(sample_of("shop", Outcome::Ok, 200), kStart + kForget + 1s);
  EXPECT_EQ(investigator_.verdict("shop"), Verdict());
}

TEST_F(InvestigatorTest, KeepsWhatItKnowsOverAReloadAndDropsWhatIsGone) {
  (void)investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart);
  (void)investigator_.take(sample_of("blog", Outcome::BadGateway, 502), kStart);
  investigator_.configure({{.target = {.name = "shop"}}});
  EXPECT_NE(investigator_.verdict("shop"), Verdict());
  EXPECT_EQ(investigator_.verdict("blog"), Verdict());
  EXPECT_FALSE(investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart));
}

}  // namespace
}  // namespace gatewatch::alerts
