// SPDX-License-Identifier: MIT
#include "alerts/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kNow{1h};
constexpr CauseSet kNginx502{Cause::Refused,       Cause::Closed, Cause::Reset,
                             Cause::Invalid,       Cause::Dns,    Cause::MarkedDown,
                             Cause::TlsCertificate};

Sample bad_gateway(CauseSet causes, Duration first_byte = 1ms, const std::string& address = "") {
  Sample sample;
  sample.target = "shop";
  sample.result.outcome = Outcome::BadGateway;
  sample.result.status = 502;
  sample.result.latency = first_byte;
  sample.result.phases.first_byte = first_byte;
  sample.result.address = address;
  sample.result.answered_by = {Role::Gateway, "nginx", "nginx-page", causes};
  return sample;
}

Sample failed(Outcome outcome, CauseSet met) {
  Sample sample;
  sample.target = "shop";
  sample.result.outcome = outcome;
  sample.result.error = "what the system said";
  sample.result.met = met;
  return sample;
}

Sample good(const std::string& address = "") {
  Sample sample;
  sample.target = "shop";
  sample.result.outcome = Outcome::Ok;
  sample.result.status = 200;
  sample.result.address = address;
  return sample;
}

Sample of_origin(Sample sample) {
  sample.is_origin = true;
  return sample;
}

CaseFile file_of(const std::vector<Sample>& samples) {
  CaseFile file;
  for (const Sample& sample : samples) {
    file.take(sample, kNow);
  }
  return file;
}

bool has_line(const Verdict& verdict, const std::string& words) {
  return std::any_of(
      verdict.evidence.begin(), verdict.evidence.end(),
      [&](const std::string& line) { return line.find(words) != std::string::npos; });
}

TEST(Verdict, IsUnknownWhereNothingWasSeen) {
  const Verdict verdict = judge({});
  EXPECT_EQ(verdict.fault, Fault::Unknown);
  EXPECT_TRUE(verdict.causes.empty());
}

TEST(Verdict, IsUnknownWhereTheAnswerLeavesCausesOfDifferentFaults) {
  const Verdict verdict = judge(file_of({bad_gateway(kNginx502)}));
  EXPECT_EQ(verdict.fault, Fault::Unknown);
  EXPECT_EQ(verdict.causes, kNginx502);
  EXPECT_TRUE(has_line(verdict, "made by nginx")) << verdict.evidence.front();
}

TEST(Verdict, IsTheOriginWhereAllThatIsPossibleIsItsFault) {
  const Verdict verdict = judge(file_of({bad_gateway({Cause::Closed, Cause::Reset})}));
  EXPECT_EQ(verdict.fault, Fault::Origin);
  EXPECT_EQ(verdict.causes.words().size(), 2U);
}

TEST(Verdict, IsExactWhereTheOriginIsSeenToFail) {
  const Verdict verdict =
      judge(file_of({bad_gateway(kNginx502), of_origin(failed(Outcome::Reset, {Cause::Closed}))}));
  EXPECT_EQ(verdict.fault, Fault::Origin);
  EXPECT_EQ(verdict.causes.exact(), Cause::Closed);
  EXPECT_NE(verdict.summary.find("consistent with"), std::string::npos) << verdict.summary;
}

TEST(Verdict, LeavesOpenWhetherAnOriginThatRefusesIsKnownToBeDown) {
  const Verdict verdict = judge(
      file_of({bad_gateway(kNginx502), of_origin(failed(Outcome::Refused, {Cause::Refused}))}));
  EXPECT_EQ(verdict.fault, Fault::Origin);
  EXPECT_EQ(verdict.causes, (CauseSet{Cause::Refused, Cause::MarkedDown}));
}

TEST(Verdict, TakesASlowAnswerForOneThatWasWaitedFor) {
  const Verdict verdict = judge(
      file_of({bad_gateway(kNginx502, 1s), of_origin(failed(Outcome::Refused, {Cause::Refused}))}));
  EXPECT_EQ(verdict.causes.exact(), Cause::Refused);
}

TEST(Verdict, IsTheOriginWhereTheOriginTimesOutToo) {
  const CauseSet causes{Cause::TimeoutConnect, Cause::TimeoutRead};
  const Verdict verdict = judge(file_of(
      {bad_gateway(causes, 3s), of_origin(failed(Outcome::Timeout, {Cause::TimeoutConnect}))}));
  EXPECT_EQ(verdict.fault, Fault::Origin);
  EXPECT_EQ(verdict.causes.exact(), Cause::TimeoutConnect);
}

TEST(Verdict, IsTheApplicationWhereTheOriginItselfAnswersSo) {
  Sample page = bad_gateway({});
  page.result.answered_by = {};
  const Verdict verdict =
      judge(file_of({page, of_origin(failed(Outcome::BadGateway, {Cause::Application}))}));
  EXPECT_EQ(verdict.fault, Fault::Application);
  EXPECT_EQ(verdict.causes.exact(), Cause::Application);
}

TEST(Verdict, IsTheGatewayWhereTheOriginIsFine) {
  std::vector<Sample> samples{bad_gateway(kNginx502), of_origin(good()), of_origin(good())};
  EXPECT_EQ(judge(file_of(samples)).fault, Fault::Unknown) << "two good probes are too few";
  samples.push_back(of_origin(good()));
  const Verdict verdict = judge(file_of(samples));
  EXPECT_EQ(verdict.fault, Fault::Gateway);
  EXPECT_EQ(verdict.causes, kNginx502) << "whence the gateway looks at it nobody knows";
  EXPECT_NE(verdict.summary.find("the origin is fine"), std::string::npos) << verdict.summary;
}

TEST(Verdict, IsThePathWhereTheGatewayCannotConnectToAnOriginThatIsFine) {
  CaseFile file = file_of({bad_gateway({Cause::TimeoutConnect}, 3s), of_origin(good()),
                           of_origin(good()), of_origin(good())});
  EXPECT_EQ(judge(file).fault, Fault::Path);
}

TEST(Verdict, DoesNotHoldAgainstTheOriginWhatItDidBefore) {
  CaseFile file =
      file_of({bad_gateway(kNginx502), of_origin(failed(Outcome::Tls, {Cause::TlsCertificate}))});
  file.set_origin_before(failed(Outcome::Tls, {Cause::TlsCertificate}));
  const Verdict verdict = judge(file);
  EXPECT_EQ(verdict.fault, Fault::Unknown);
  EXPECT_EQ(verdict.causes, kNginx502);
  EXPECT_TRUE(has_line(verdict, "before the trouble began"));
}

TEST(Verdict, IsNotTheGatewayWhereTheOriginFailsInAWayThatTellsNothing) {
  // The origin is a gateway itself, of which the upstream is gone.
  Sample origin = of_origin(failed(Outcome::BadGateway, {}));
  origin.result.status = 502;
  const Verdict verdict = judge(file_of({bad_gateway(kNginx502), origin, origin, origin, origin}));
  EXPECT_EQ(verdict.fault, Fault::Unknown);
  EXPECT_EQ(verdict.causes, kNginx502);
  EXPECT_TRUE(has_line(verdict, "4 of 4 probes of the origin failed"));
}

TEST(Verdict, SaysNothingOfAnErrorThatHasNoWords) {
  const auto line_of = [](const std::string& error, int status) {
    Sample origin = of_origin(failed(Outcome::HttpError, {}));
    origin.result.error = error;
    origin.result.status = status;
    return judge(file_of({bad_gateway(kNginx502), origin})).evidence.back();
  };
  EXPECT_EQ(line_of("", 0), "1 of 1 probes of the origin failed: http_error");
  EXPECT_EQ(line_of("", 404), "1 of 1 probes of the origin failed: http_error, status 404");
  EXPECT_EQ(line_of("by words", 404), "1 of 1 probes of the origin failed: http_error, by words");
  Sample nameless = failed(Outcome::Dns, {Cause::Dns});
  nameless.result.error.clear();
  EXPECT_EQ(judge(file_of({nameless})).summary, "The target's name does not resolve.");
}

TEST(Verdict, LeavesMarkedDownOpenWhereNothingIsKnownOfTheAnswer) {
  Sample page = bad_gateway({});
  page.result.answered_by = {};
  const Verdict verdict =
      judge(file_of({page, of_origin(failed(Outcome::Refused, {Cause::Refused}))}));
  EXPECT_EQ(verdict.causes, (CauseSet{Cause::Refused, Cause::MarkedDown}));
}

TEST(Verdict, TakesNoOriginForFineThatMayFailAsSeldomAsTheTarget) {
  std::vector<Sample> samples{bad_gateway(kNginx502)};
  for (int i = 0; i < 4; ++i) {
    samples.push_back(good());  // one of five fails
  }
  for (int i = 0; i < 6; ++i) {
    samples.push_back(of_origin(good()));
  }
  EXPECT_EQ(judge(file_of(samples)).fault, Fault::Unknown) << "0.8^6 is 26 %";
  for (int i = 0; i < 8; ++i) {
    samples.push_back(of_origin(good()));
  }
  EXPECT_EQ(judge(file_of(samples)).fault, Fault::Gateway) << "0.8^14 is 4 %";
}

TEST(Verdict, ClaimsNoCauseOfAGatewayThatDoesNotAnswer) {
  const Verdict verdict = judge(file_of({failed(Outcome::Timeout, {Cause::TimeoutConnect}),
                                         of_origin(failed(Outcome::Refused, {Cause::Refused}))}));
  EXPECT_TRUE(verdict.causes.empty());
  EXPECT_EQ(verdict.fault, Fault::Unknown);
}

TEST(Verdict, DoesNotBlameTheNameWhereNoNameServerAnswers) {
  const Verdict verdict = judge(file_of({failed(Outcome::DnsTimeout, {Cause::Dns})}));
  EXPECT_EQ(verdict.fault, Fault::Unknown);
  EXPECT_NE(verdict.summary.find("No name server answers"), std::string::npos) << verdict.summary;
}

TEST(Verdict, NamesNoAddressWhereTheOthersFailToo) {
  std::vector<Sample> samples;
  for (int round = 0; round < 14; ++round) {
    samples.push_back(bad_gateway({Cause::Closed}, 1ms, "192.0.2.1"));
    samples.push_back(round % 3 == 0 ? bad_gateway({Cause::Closed}, 1ms, "192.0.2.2")
                                     : good("192.0.2.2"));
  }
  EXPECT_EQ(judge(file_of(samples)).fault, Fault::Origin);
}

TEST(Verdict, IntersectsWhatTwoLogsTellOfTheSameRequests) {
  CaseFile file = file_of({bad_gateway(kNginx502)});
  file.take_log("access", {Cause::Closed, Cause::Reset}, "502", kNow);
  file.take_log("errors", {Cause::Refused}, "an upstream of something else", kNow);
  file.take_log("access", {Cause::Refused}, "502", kNow);
  EXPECT_EQ(judge(file).causes.exact(), Cause::Refused);
}

TEST(Verdict, ForgetsWhatIsOld) {
  CaseFile file =
      file_of({bad_gateway(kNginx502), of_origin(failed(Outcome::Reset, {Cause::Closed}))});
  file.take_log("edge", {Cause::Closed}, "closed", kNow);
  file.take(bad_gateway(kNginx502), kNow + CaseFile::kEvidenceAge + 1s);
  const Verdict verdict = judge(file);
  EXPECT_EQ(verdict.fault, Fault::Unknown) << "that was another trouble";
  EXPECT_EQ(verdict.causes, kNginx502);
}

TEST(Verdict, FollowsTheGatewaysLog) {
  CaseFile file = file_of({bad_gateway(kNginx502)});
  file.take_log("edge", {Cause::Dns}, "shop could not be resolved (3: Host not found)", kNow);
  const Verdict verdict = judge(file);
  EXPECT_EQ(verdict.fault, Fault::Dns);
  EXPECT_EQ(verdict.causes.exact(), Cause::Dns);
  EXPECT_TRUE(has_line(verdict, "could not be resolved"));
}

TEST(Verdict, IsUnknownWhereTheSourcesContradictEachOther) {
  CaseFile file = file_of({bad_gateway({Cause::Closed, Cause::Reset})});
  file.take_log("edge", {Cause::Refused}, "connect() failed", kNow);
  const Verdict verdict = judge(file);
  EXPECT_EQ(verdict.fault, Fault::Unknown);
  EXPECT_TRUE(verdict.causes.empty());
  EXPECT_TRUE(has_line(verdict, "contradicts"));
}

TEST(Verdict, IsDnsWhereTheNameDoesNotResolve) {
  const Verdict verdict = judge(file_of({failed(Outcome::Dns, {Cause::Dns})}));
  EXPECT_EQ(verdict.fault, Fault::Dns);
  EXPECT_TRUE(verdict.causes.empty()) << "the gateway was not reached, and met nothing";
}

TEST(Verdict, IsTheGatewayWhereItRefusesConnectionsItself) {
  EXPECT_EQ(judge(file_of({failed(Outcome::Refused, {Cause::Refused})})).fault, Fault::Gateway);
  EXPECT_EQ(judge(file_of({failed(Outcome::Timeout, {Cause::TimeoutConnect})})).fault,
            Fault::Unknown);
  EXPECT_EQ(judge(file_of({failed(Outcome::Refused, {Cause::Unreachable})})).fault, Fault::Path);
}

TEST(Verdict, GoesByHowTheTargetFailsNow) {
  const Verdict verdict = judge(file_of(
      {bad_gateway(kNginx502), bad_gateway(kNginx502), failed(Outcome::Dns, {Cause::Dns})}));
  EXPECT_EQ(verdict.fault, Fault::Dns);
}

TEST(Verdict, NamesTheOneBadAddressOfThree) {
  std::vector<Sample> samples;
  for (int round = 0; round < 3; ++round) {
    samples.push_back(bad_gateway(kNginx502, 1ms, "192.0.2.1"));
    samples.push_back(good("192.0.2.2"));
    samples.push_back(good("192.0.2.3"));
  }
  EXPECT_EQ(judge(file_of(samples)).fault, Fault::Unknown) << "after three rounds it may be luck";
  samples.push_back(bad_gateway(kNginx502, 1ms, "192.0.2.1"));
  samples.push_back(good("192.0.2.2"));
  samples.push_back(good("192.0.2.3"));
  const Verdict verdict = judge(file_of(samples));
  EXPECT_EQ(verdict.fault, Fault::Gateway);
  EXPECT_NE(verdict.summary.find("192.0.2.1 alone of 3"), std::string::npos) << verdict.summary;
}

TEST(Verdict, TellsOfFailuresThatComeAfterThirtySeconds) {
  const CauseSet causes{Cause::TimeoutConnect, Cause::TimeoutRead};
  const Verdict verdict =
      judge(file_of({bad_gateway(causes, 30'020ms), bad_gateway(causes, 30'100ms),
                     bad_gateway(causes, 30'010ms)}));
  EXPECT_TRUE(has_line(verdict, "after 30 s")) << verdict.evidence.back();
}

TEST(CaseFile, IsBounded) {
  CaseFile file;
  for (int i = 0; i < 1'000; ++i) {
    file.take(bad_gateway(kNginx502, 1ms, "192.0.2." + std::to_string(i)), kNow);
    file.take(of_origin(good()), kNow);
    file.take_log("log" + std::to_string(i), {Cause::Closed}, "line", kNow);
  }
  EXPECT_EQ(file.bad().size(), CaseFile::kMaxBad);
  EXPECT_EQ(file.origin().size(), CaseFile::kMaxOrigin);
  EXPECT_EQ(file.addresses().size(), CaseFile::kMaxAddresses);
  EXPECT_EQ(file.log().size(), CaseFile::kMaxLogTallies);
}

TEST(CaseFile, TakesNothingFromWhatIsInconclusive) {
  CaseFile file;
  file.take(failed(Outcome::Inconclusive, {}), kNow);
  EXPECT_TRUE(file.bad().empty());
}

}  // namespace
}  // namespace gatewatch::alerts
