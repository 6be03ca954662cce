// SPDX-License-Identifier: MIT
#include "core/diagnosis_conclusions.h"

#include <gtest/gtest.h>

namespace gatewatch {
namespace {

using enum FindingResult;

constexpr const char* kA = "192.0.2.1";
constexpr const char* kB = "192.0.2.2";
constexpr const char* kSix = "2001:db8::1";

Finding answered(Check check, const std::string& subject, int status,
                 const std::string& address = kA) {
  Finding finding;
  finding.check = check;
  finding.subject = subject;
  finding.address = address;
  finding.status = status;
  finding.result = status < 500 ? Ok : Failed;
  finding.outcome = status < 500 ? Outcome::Ok : outcome_of_unexpected_status(status);
  return finding;
}

Finding met(Check check, const std::string& address, Outcome outcome) {
  Finding finding;
  finding.check = check;
  finding.subject = address;
  finding.address = address;
  finding.outcome = outcome;
  finding.result = outcome == Outcome::Ok             ? Ok
                   : outcome == Outcome::Inconclusive ? Skipped
                                                      : Failed;
  finding.text = to_string(outcome);
  return finding;
}

Finding resolved(const std::string& server, Outcome outcome,
                 std::vector<std::string> addresses = {}) {
  Finding finding = met(Check::Dns, "", outcome);
  finding.subject = server;
  finding.addresses = std::move(addresses);
  return finding;
}

std::vector<Conclusion> of(std::vector<Finding> findings) {
  Diagnosis diagnosis;
  for (Finding& finding : findings) {
    diagnosis.add(std::move(finding));
  }
  return conclusions_of(diagnosis);
}

using Told = std::vector<Conclusion>;

TEST(Conclusions, HaveAWordEach) {
  for (size_t i = 0; i < kConclusionKinds; ++i) {
    const auto kind = static_cast<ConclusionKind>(i);
    EXPECT_EQ(parse_conclusion(to_string(kind)), kind);
  }
  EXPECT_EQ(parse_conclusion("all is well"), std::nullopt);
}

TEST(Conclusions, AreNoneWhereNothingWasFoundOrAllIsWell) {
  EXPECT_EQ(of({}), Told());
  EXPECT_EQ(of({answered(Check::Get, "GET /", 200), answered(Check::Head, "HEAD /", 200),
                met(Check::Connect, kA, Outcome::Ok), met(Check::Ping, kA, Outcome::Inconclusive),
                resolved("one", Outcome::Ok, {kA})}),
            Told());
}

TEST(Conclusions, SayThatGetAndHeadDiffer) {
  EXPECT_EQ(of({answered(Check::Get, "GET /x", 502), answered(Check::Head, "HEAD /x", 200)}),
            Told({{ConclusionKind::GetFailsHeadWorks, "GET answers 502, HEAD 200"}}));
  EXPECT_EQ(of({answered(Check::Get, "GET /x", 200), answered(Check::Head, "HEAD /x", 503)}),
            Told({{ConclusionKind::HeadFailsGetWorks, "HEAD answers 503, GET 200"}}));
}

TEST(Conclusions, SayNothingOfWhatWasSkipped) {
  EXPECT_EQ(of({answered(Check::Get, "GET /x", 502), met(Check::Head, kA, Outcome::Inconclusive),
                met(Check::OtherPath, kA, Outcome::Inconclusive),
                met(Check::ReusedConnection, kA, Outcome::Inconclusive)}),
            Told());
}

TEST(Conclusions, TellOnePathFromAll) {
  EXPECT_EQ(
      of({answered(Check::Get, "GET /x", 502), answered(Check::OtherPath, "GET /", 502),
          answered(Check::OtherPath, "GET /none", 404)}),
      Told({{ConclusionKind::OnlyThisPathFails, "GET /x answers 502, GET /none answers 404"}}));
  EXPECT_EQ(
      of({answered(Check::Get, "GET /x", 502), answered(Check::OtherPath, "GET /", 503)}),
      Told({{ConclusionKind::EveryPathFails, "other paths fail as well: GET / answers 503"}}));
}

TEST(Conclusions, KnowWhichVersionOfHttpTheOtherIs) {
  EXPECT_EQ(of({answered(Check::Get, "GET /", 502), answered(Check::Http2, "HTTP/2", 200)}),
            Told({{ConclusionKind::Http1FailsHttp2Works, "HTTP/1.1 answers 502, HTTP/2 200"}}));
  EXPECT_EQ(of({answered(Check::Get, "GET /", 502), answered(Check::Http2, "HTTP/1.1", 200)}),
            Told({{ConclusionKind::Http2FailsHttp1Works, "HTTP/2 answers 502, HTTP/1.1 200"}}));
}

TEST(Conclusions, SayThatAReusedConnectionFails) {
  Finding reused = met(Check::ReusedConnection, kA, Outcome::Reset);
  EXPECT_EQ(of({answered(Check::FreshConnection, "GET /", 200), reused}),
            Told({{ConclusionKind::ReusedConnectionFails,
                   "a second request on one connection answers reset, the first 200"}}));
}

// One bad backend of several answers now this, now that: then HEAD's 200 is chance.
TEST(Conclusions, TellNoDifferenceWhereTheSameRequestAlternates) {
  EXPECT_EQ(of({answered(Check::Get, "GET /", 502), answered(Check::FreshConnection, "GET /", 200),
                answered(Check::Head, "HEAD /", 200), answered(Check::OtherPath, "GET /a", 404),
                answered(Check::Ipv4, kA, 502, kA), answered(Check::Ipv4, kB, 200, kB)}),
            Told({{ConclusionKind::AnswersAlternate,
                   "the same request to 192.0.2.1 is answered 200 and 502, now this, now that"}}));
}

// On the kept connection no redirect is followed, and no content looked at.
TEST(Conclusions, CompareWhatFollowsRedirectsWithItsLikeOnly) {
  EXPECT_EQ(of({answered(Check::Get, "GET /", 502), answered(Check::FreshConnection, "GET /", 302),
                answered(Check::Ipv4, kA, 502)}),
            Told());
  Finding unexpected = answered(Check::FreshConnection, "GET /", 302);
  unexpected.result = Failed;
  unexpected.outcome = Outcome::HttpError;
  EXPECT_EQ(of({answered(Check::Get, "GET /", 200), unexpected}), Told());
  Finding content = answered(Check::Get, "GET /", 200);
  content.result = Failed;
  content.outcome = Outcome::Body;
  EXPECT_EQ(of({content, answered(Check::FreshConnection, "GET /", 200)}), Told());
  EXPECT_EQ(of({answered(Check::Get, "GET /", 502), answered(Check::FreshConnection, "GET /", 302),
                answered(Check::Ipv4, kA, 200)})
                .front()
                .kind,
            ConclusionKind::AnswersAlternate);
}

TEST(Conclusions, NameTheAddressThatFails) {
  EXPECT_EQ(of({met(Check::Connect, kA, Outcome::Ok), met(Check::Connect, kB, Outcome::Refused),
                met(Check::Connect, "192.0.2.3", Outcome::Ok)}),
            Told({{ConclusionKind::SomeAddressesFail,
                   "192.0.2.2 fails (refused), 192.0.2.1 and 192.0.2.3 work"}}));
  EXPECT_EQ(of({met(Check::Connect, kA, Outcome::Ok), met(Check::Connect, kB, Outcome::Ok),
                answered(Check::Ipv4, kA, 200, kA), answered(Check::Ipv4, kB, 502, kB)}),
            Told({{ConclusionKind::SomeAddressesFail, "192.0.2.2 fails (502), 192.0.2.1 works"}}));
}

TEST(Conclusions, NameTheFamilyThatFails) {
  EXPECT_EQ(of({met(Check::Connect, kA, Outcome::Ok), met(Check::Connect, kSix, Outcome::Timeout)}),
            Told({{ConclusionKind::Ipv6Fails,
                   "IPv6 fails while IPv4 works: 2001:db8::1 fails (timeout), 192.0.2.1 works"}}));
  EXPECT_EQ(of({met(Check::Connect, kSix, Outcome::Ok), met(Check::Tls, kA, Outcome::Tls)}),
            Told({{ConclusionKind::Ipv4Fails,
                   "IPv4 fails while IPv6 works: 192.0.2.1 fails (tls), 2001:db8::1 works"}}));
}

TEST(Conclusions, TellAClosedPortFromAHostThatIsGone) {
  EXPECT_EQ(
      of({met(Check::Connect, kA, Outcome::Refused), met(Check::Ping, kA, Outcome::Ok)}),
      Told({{ConclusionKind::NoAddressConnects, "no connection is made to 192.0.2.1: refused"},
            {ConclusionKind::HostAnswersPortDoesNot,
             "192.0.2.1 answers pings, but connections are met with refused"}}));
  Finding trace = met(Check::Traceroute, kA, Outcome::Timeout);
  trace.text = "silent behind 198.51.100.1, hop 3";
  EXPECT_EQ(
      of({met(Check::Connect, kA, Outcome::Timeout), met(Check::Ping, kA, Outcome::Timeout),
          trace}),
      Told(
          {{ConclusionKind::NoAddressConnects, "no connection is made to 192.0.2.1: timeout"},
           {ConclusionKind::PathEnds, "the way to 192.0.2.1: silent behind 198.51.100.1, hop 3"}}));
}

TEST(Conclusions, CompareNameServers) {
  EXPECT_EQ(of({resolved("one", Outcome::Ok, {kA, kB}), resolved("two", Outcome::Ok, {kB})}),
            Told());
  EXPECT_EQ(of({resolved("one", Outcome::Ok, {kA}), resolved("two", Outcome::Ok, {kB})}),
            Told({{ConclusionKind::ResolversDisagree,
                   "name servers disagree: one answers 192.0.2.1, two answers 192.0.2.2"}}));
  EXPECT_EQ(of({resolved("one", Outcome::DnsFailure), resolved("two", Outcome::Ok, {kB})}),
            Told({{ConclusionKind::ResolverFails, "one: dns_failure; two: ok"}}));
  EXPECT_EQ(of({resolved("one", Outcome::DnsFailure), resolved("two", Outcome::DnsTimeout)}),
            Told({{ConclusionKind::NameNotResolved, "the name is not resolved: dns_failure"}}));
}

TEST(Conclusions, RepeatWhatIsWrongWithTheCertificates) {
  Finding chain = met(Check::Certificate, kA, Outcome::Tls);
  chain.text = "CN=shop has expired";
  EXPECT_EQ(of({chain}), Told({{ConclusionKind::CertificateBad,
                                "the certificate chain is not good: CN=shop has expired"}}));
}

}  // namespace
}  // namespace gatewatch
