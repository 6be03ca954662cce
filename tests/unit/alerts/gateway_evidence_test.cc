// SPDX-License-Identifier: MIT
#include "alerts/gateway_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alerts/verdict.h"

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr SteadyTime kNow{1h};
constexpr CauseSet kHaproxy503{Cause::Refused,     Cause::TimeoutConnect,
                               Cause::Unreachable, Cause::TlsCertificate,
                               Cause::Dns,         Cause::MarkedDown};

Sample failing(Outcome outcome, int status, const AnsweredBy& by = {}) {
  Sample sample;
  sample.target = "shop";
  sample.result.outcome = outcome;
  sample.result.status = status;
  sample.result.answered_by = by;
  sample.result.phases.first_byte = 1ms;
  return sample;
}

Sample of_haproxy() {
  return failing(Outcome::Unavailable, 503,
                 {Role::Gateway, "haproxy", "haproxy-page", kHaproxy503});
}

Sample of_origin(Outcome outcome, CauseSet met = {}) {
  Sample sample = failing(outcome, 0);
  sample.is_origin = true;
  sample.result.met = met;
  return sample;
}

// A failure, and as many good probes of the origin as make it fine.
std::vector<Sample> beside_a_fine_origin(const Sample& sample) {
  std::vector<Sample> samples{sample};
  samples.resize(6, of_origin(Outcome::Ok));
  return samples;
}

GatewayReport haproxy(CauseSet without_server, bool by_hand = false) {
  GatewayReport report;
  report.gateway = "lb";
  report.product = "haproxy";
  report.lines = {"backend web: 0 of 1 server up; web1 DOWN (L4CON)"};
  report.without_server = without_server;
  report.taken_out_by_hand = by_hand;
  return report;
}

GatewayReport nginx_that_drops() {
  GatewayReport report;
  report.gateway = "edge";
  report.product = "nginx";
  report.lines = {"812 connections open, 31 accepted but not handled in the last 4 min"};
  report.drops_clients = true;
  return report;
}

CaseFile file_of(const std::vector<Sample>& samples, const std::vector<GatewayReport>& reports) {
  CaseFile file;
  for (const Sample& sample : samples) {
    file.take(sample, kNow);
  }
  for (const GatewayReport& report : reports) {
    file.take_gateway(std::make_shared<const GatewayReport>(report), kNow);
  }
  return file;
}

TEST(GatewayEvidence, IsShownWithTheGatewaysNameAndProduct) {
  const Verdict verdict = judge(file_of({of_haproxy()}, {haproxy({})}));
  EXPECT_THAT(verdict.evidence,
              Contains("gateway lb, haproxy: backend web: 0 of 1 server up; web1 DOWN (L4CON)"));
  EXPECT_EQ(verdict.causes, kHaproxy503) << "it decides nothing where a server is left";
}

TEST(GatewayEvidence, TellsThatAHaproxyWithoutAServerHasMarkedAllDown) {
  const Verdict verdict = judge(file_of({of_haproxy()}, {haproxy({Cause::MarkedDown})}));
  EXPECT_EQ(verdict.fault, Fault::Origin);
  EXPECT_EQ(verdict.causes.exact(), Cause::MarkedDown);
}

TEST(GatewayEvidence, TellsSoOfAnAnswerOfUnknownMaker) {
  const Verdict verdict =
      judge(file_of({failing(Outcome::Unavailable, 503)}, {haproxy({Cause::MarkedDown})}));
  EXPECT_EQ(verdict.causes.exact(), Cause::MarkedDown);
}

TEST(GatewayEvidence, LeavesAloneWhatHaproxyDidNotAnswer) {
  const GatewayReport down = haproxy({Cause::MarkedDown});
  const AnsweredBy nginx{Role::Gateway, "nginx", "nginx-page", {}};
  const AnsweredBy application{Role::Application, "", "", {Cause::Application}};
  for (const Sample& sample :
       {failing(Outcome::Unavailable, 503, nginx), failing(Outcome::Unavailable, 503, application),
        failing(Outcome::BadGateway, 502), failing(Outcome::Timeout, 0)}) {
    const Verdict verdict = judge(file_of({sample}, {down}));
    EXPECT_FALSE(verdict.causes.contains(Cause::MarkedDown)) << sample.result.status;
  }
}

TEST(GatewayEvidence, ContradictsNothingThatWasSeenBeforeIt) {
  CaseFile file = file_of({of_haproxy()}, {haproxy({Cause::MarkedDown})});
  file.take_log("errors", {Cause::TlsCertificate}, "a line", kNow);
  const Verdict verdict = judge(file);
  EXPECT_EQ(verdict.causes.exact(), Cause::TlsCertificate);
  EXPECT_THAT(verdict.evidence, Not(Contains(HasSubstr("contradicts"))));
}

TEST(GatewayEvidence, FitsAnOriginThatRefuses) {
  const Verdict verdict =
      judge(file_of({of_haproxy(), of_origin(Outcome::Refused, {Cause::Refused})},
                    {haproxy({Cause::MarkedDown})}));
  EXPECT_EQ(verdict.fault, Fault::Origin);
  EXPECT_EQ(verdict.causes.exact(), Cause::MarkedDown);
}

TEST(GatewayEvidence, BlamesTheGatewayWhoseServersWereTakenOutByHand) {
  const Verdict verdict = judge(file_of({of_haproxy()}, {haproxy({Cause::MarkedDown}, true)}));
  EXPECT_EQ(verdict.fault, Fault::Gateway);
  EXPECT_EQ(verdict.causes.exact(), Cause::MarkedDown);
}

TEST(GatewayEvidence, BlamesNameResolutionWhereServersHaveNoAddress) {
  const Verdict verdict = judge(file_of({of_haproxy()}, {haproxy({Cause::Dns})}));
  EXPECT_EQ(verdict.fault, Fault::Dns);
}

TEST(GatewayEvidence, BlamesAGatewayThatDropsItsClients) {
  const Verdict verdict =
      judge(file_of(beside_a_fine_origin(failing(Outcome::Reset, 0)), {nginx_that_drops()}));
  EXPECT_EQ(verdict.fault, Fault::Gateway);
  EXPECT_EQ(verdict.causes.exact(), Cause::GatewayExhausted);
  EXPECT_THAT(verdict.evidence, Contains(HasSubstr("31 accepted but not handled")));
  EXPECT_EQ(judge(file_of({failing(Outcome::Refused, 0)}, {nginx_that_drops()})).causes, CauseSet())
      << "what was dropped had been accepted";
}

TEST(GatewayEvidence, BlamesAFullGatewayThatDoesNotAnswerInTime) {
  GatewayReport full = haproxy({});
  full.is_full = true;
  EXPECT_EQ(
      judge(file_of(beside_a_fine_origin(failing(Outcome::Timeout, 0)), {full})).causes.exact(),
      Cause::GatewayExhausted);
  EXPECT_EQ(judge(file_of({failing(Outcome::Timeout, 0)}, {full})).fault, Fault::Unknown)
      << "nobody knows whether it waits for the origin";
  EXPECT_EQ(judge(file_of({failing(Outcome::Timeout, 0)}, {full})).causes, CauseSet());
  EXPECT_EQ(judge(file_of({failing(Outcome::Timeout, 0)}, {haproxy({})})).fault, Fault::Unknown);
  EXPECT_EQ(judge(file_of({failing(Outcome::Timeout, 0),
                           of_origin(Outcome::Timeout, {Cause::TimeoutRead})},
                          {full}))
                .fault,
            Fault::Unknown)
      << "it may be full of requests that wait for the origin";
}

TEST(GatewayEvidence, IsWhatTheGatewaySaidLast) {
  CaseFile file = file_of({of_haproxy()}, {haproxy({Cause::MarkedDown}), haproxy({})});
  EXPECT_EQ(file.gateways().size(), 1U);
  EXPECT_EQ(judge(file).causes, kHaproxy503);
}

TEST(GatewayEvidence, IsOfAFewGateways) {
  CaseFile file;
  for (size_t i = 0; i <= kMaxGatewaysOfTarget; ++i) {
    auto report = std::make_shared<GatewayReport>();
    report->gateway = "edge" + std::to_string(i);
    file.take_gateway(report, kNow);
  }
  EXPECT_EQ(file.gateways().size(), kMaxGatewaysOfTarget);
}

TEST(GatewayEvidence, IsForgottenWithTheOther) {
  CaseFile file = file_of({of_haproxy()}, {haproxy({Cause::MarkedDown})});
  file.take(of_haproxy(), kNow + CaseFile::kEvidenceAge + 1s);
  EXPECT_TRUE(file.gateways().empty());
}

}  // namespace
}  // namespace gatewatch::alerts
