// SPDX-License-Identifier: MIT
#include "alerts/investigator.h"

#include <gtest/gtest.h>

#include <memory>

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
  EXPECT_FALSE(investigator_.take(sample_of("shop", Outcome::Ok, 200), kStart).origin);
  const auto request =
      investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart).origin;
  ASSERT_TRUE(request);
  EXPECT_EQ(request->target, "shop");
  EXPECT_TRUE(request->of_origin);
  EXPECT_EQ(request->purpose, Purpose::Confirm);
  EXPECT_FALSE(
      investigator_.take(origin_of("shop", Outcome::Refused, {Cause::Refused}), kStart).origin)
      << "the origin's own failure calls for nothing";
  EXPECT_FALSE(investigator_.take(sample_of("blog", Outcome::BadGateway, 502), kStart).origin)
      << "it has none";
  EXPECT_FALSE(investigator_.take(sample_of("shop", Outcome::Inconclusive), kStart).origin);
}

TEST_F(InvestigatorTest, WantsToKnowOfGatewaysAtEachBadAnswer) {
  const auto report = std::make_shared<GatewayReport>();
  report->gateway = "lb";
  report->product = "haproxy";
  report->lines = {"17 connections open"};
  EXPECT_FALSE(investigator_.take(sample_of("shop", Outcome::Ok, 200), kStart).gateways);
  investigator_.take_gateway("shop", report, kStart);
  EXPECT_EQ(investigator_.verdict("shop"), Verdict()) << "it is in no trouble";
  EXPECT_TRUE(investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart).gateways);
  EXPECT_TRUE(investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart).gateways);
  investigator_.take_gateway("shop", report, kStart);
  EXPECT_EQ(investigator_.verdict("shop").evidence.back(),
            "gateway lb, haproxy: 17 connections open");
  EXPECT_FALSE(
      investigator_.take(origin_of("shop", Outcome::Refused, {Cause::Refused}), kStart).gateways);
}

TEST_F(InvestigatorTest, JudgesByTargetAndOrigin) {
  EXPECT_EQ(investigator_.verdict("shop"), Verdict());
  (void)investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart);
  (void)investigator_.take(origin_of("shop", Outcome::Refused, {Cause::Refused}), kStart);
  const Verdict verdict = investigator_.verdict("shop");
  EXPECT_EQ(verdict.fault, Fault::Origin);
  EXPECT_TRUE(verdict.causes.contains(Cause::Refused));
  EXPECT_EQ(investigator_.verdict("blog"), Verdict());
}

TEST_F(InvestigatorTest, RemembersHowTheOriginWasBefore) {
  (void)investigator_.take(origin_of("shop", Outcome::Refused, {Cause::Refused}), kStart);
  (void)investigator_.take(sample_of("shop", Outcome::Ok, 200), kStart + 30s);
  (void)investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart + 1min);
  (void)investigator_.take(origin_of("shop", Outcome::Refused, {Cause::Refused}), kStart + 1min);
  EXPECT_EQ(investigator_.verdict("shop").fault, Fault::Unknown)
      << "an origin that we never reach tells nothing";
}

TEST_F(InvestigatorTest, HoldsAgainstAnOriginWhatItDidSinceTheTargetWasLastWell) {
  (void)investigator_.take(sample_of("shop", Outcome::Ok, 200), kStart);
  (void)investigator_.take(origin_of("shop", Outcome::Refused, {Cause::Refused}), kStart + 1s);
  (void)investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart + 2s);
  (void)investigator_.take(origin_of("shop", Outcome::Refused, {Cause::Refused}), kStart + 2s);
  EXPECT_EQ(investigator_.verdict("shop").fault, Fault::Origin) << "it went a second before";
}

TEST_F(InvestigatorTest, WishesForADiagnosisUntilOneIsBegun) {
  const auto wishes = [&](SteadyTime at) {
    return investigator_.take(sample_of("shop", Outcome::BadGateway, 502), at).diagnosis;
  };
  EXPECT_FALSE(wishes(kStart));
  EXPECT_FALSE(wishes(kStart + 2s));
  EXPECT_TRUE(wishes(kStart + 4s));
  EXPECT_TRUE(wishes(kStart + 6s)) << "too many others waited";
  investigator_.note_diagnosis("shop", kStart + 6s);
  EXPECT_FALSE(wishes(kStart + 8s));
  EXPECT_FALSE(wishes(kStart + kDiagnoseAgain)) << "and a new spell begins";
  EXPECT_FALSE(wishes(kStart + kDiagnoseAgain + 10s));
  EXPECT_TRUE(wishes(kStart + kDiagnoseAgain + 20s));
}

TEST_F(InvestigatorTest, WishesForNoneWhereFailuresAreRare) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(
        investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart + i * (kSpell + 1s))
            .diagnosis);
  }
}

TEST_F(InvestigatorTest, TakesNothingFromTheRequestsOfADiagnosis) {
  Sample other = sample_of("shop", Outcome::HttpError, 405);
  other.purpose = Purpose::Diagnosis;
  EXPECT_FALSE(investigator_.take(other, kStart).origin);
  EXPECT_EQ(investigator_.verdict("shop"), Verdict());
}

TEST_F(InvestigatorTest, DiagnosesNoTargetThatRefusesIt) {
  investigator_.configure({{.target = {.name = "shop", .is_diagnosed = false}}});
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart).diagnosis);
  }
}

TEST_F(InvestigatorTest, AddsWhatADiagnosisSaysToTheEvidence) {
  Diagnosis diagnosis;
  diagnosis.target = "shop";
  diagnosis.add({.check = Check::Get,
                 .subject = "GET /",
                 .result = FindingResult::Failed,
                 .outcome = Outcome::BadGateway,
                 .status = 502});
  diagnosis.add({.check = Check::Head,
                 .subject = "HEAD /",
                 .result = FindingResult::Ok,
                 .outcome = Outcome::Ok,
                 .status = 200});
  const auto shared = std::make_shared<const Diagnosis>(diagnosis);
  investigator_.take_diagnosis("shop", shared);
  EXPECT_EQ(investigator_.diagnosis("shop"), nullptr) << "in no trouble";
  (void)investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart);
  investigator_.take_diagnosis("shop", shared);
  EXPECT_EQ(investigator_.diagnosis("shop"), shared);
  EXPECT_TRUE(investigator_.verdict("shop").evidence.back().starts_with("diagnosis: "))
      << investigator_.verdict("shop").evidence.back();
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
  EXPECT_FALSE(investigator_.take(sample_of("shop", Outcome::BadGateway, 502), kStart).origin);
}

}  // namespace
}  // namespace gatewatch::alerts
