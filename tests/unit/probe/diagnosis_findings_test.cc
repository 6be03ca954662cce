// SPDX-License-Identifier: MIT
//
// What the steps of a diagnosis make of what they saw.
#include <gtest/gtest.h>

#include "probe/diagnosis/chain_step.h"
#include "probe/diagnosis/finding_text.h"
#include "probe/diagnosis/name_server_step.h"
#include "probe/diagnosis/reach_steps.h"
#include "probe/diagnosis/traceroute.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

TEST(Findings, OfAProbeNameStatusAndMaker) {
  ProbeResult result;
  result.outcome = Outcome::BadGateway;
  result.status = 502;
  result.reason = "Bad Gateway";
  result.latency = 3ms;
  result.address = "192.0.2.1";
  result.answered_by = {Role::Gateway, "nginx", "nginx_page", {Cause::Refused}};
  const Finding finding = judged({.check = Check::Get}, result);
  EXPECT_EQ(finding.result, FindingResult::Failed);
  EXPECT_EQ(finding.text,
            "502 Bad Gateway, made by the gateway nginx: nothing listens at the upstream's port");
  EXPECT_EQ(finding.address, "192.0.2.1");
  EXPECT_EQ(finding.duration, 3ms);
}

TEST(Findings, OfOurOwnTroubleAreSkipped) {
  ProbeResult result;
  result.error = "Network is unreachable";
  const Finding finding = judged({.check = Check::Connect}, result);
  EXPECT_EQ(finding.result, FindingResult::Skipped);
  EXPECT_EQ(finding.outcome, Outcome::Inconclusive);
  EXPECT_EQ(finding.text, "Network is unreachable");
}

TEST(Findings, OfAnotherPathTakeAnyAnswerBelow500) {
  ProbeResult result;
  result.outcome = Outcome::HttpError;
  result.status = 404;
  EXPECT_EQ(judged_as_any_answer({}, result).result, FindingResult::Ok);
  result.status = 500;
  EXPECT_EQ(judged_as_any_answer({}, result).result, FindingResult::Failed);
  result.status = 404;
  result.outcome = Outcome::Timeout;
  EXPECT_EQ(judged_as_any_answer({}, result).result, FindingResult::Failed);
}

using State = Hop::State;

TEST(TracerouteFinding, ListsTheHopsUpToTheTarget) {
  const Finding finding =
      judged({.check = Check::Traceroute}, {{State::Passed, "10.0.0.1", 400us},
                                            {State::Silent},
                                            {State::Reached, "192.0.2.1", 23'456us},
                                            {State::Reached, "192.0.2.1", 24ms}});
  EXPECT_EQ(finding.outcome, Outcome::Ok);
  EXPECT_EQ(finding.text, "reached in 3 hops");
  EXPECT_EQ(finding.evidence, " 1  10.0.0.1  0.4 ms\n 2  *\n 3  192.0.2.1  23 ms");
}

TEST(TracerouteFinding, SaysBehindWhomItFallsSilent) {
  const Finding finding = judged({}, {{State::Passed, "10.0.0.1", 400us},
                                      {State::Passed, "198.51.100.9", 1ms},
                                      {State::Silent},
                                      {State::Silent}});
  EXPECT_EQ(finding.outcome, Outcome::Timeout);
  EXPECT_EQ(finding.text, "silent behind 198.51.100.9, hop 2");
  EXPECT_EQ(finding.evidence, " 1  10.0.0.1  0.4 ms\n 2  198.51.100.9  1.0 ms");
  const Finding none = judged({}, {{State::Silent}, {State::Silent}});
  EXPECT_EQ(none.text, "no router and no host answers");
  EXPECT_EQ(none.evidence, "");
}

TEST(TracerouteFinding, RepeatsWhatARouterSays) {
  const Finding finding = judged({}, {{State::Passed, "10.0.0.1", 400us},
                                      {State::Ended, "10.0.0.2", 1ms, "host unreachable"},
                                      {State::Silent}});
  EXPECT_EQ(finding.outcome, Outcome::Refused);
  EXPECT_EQ(finding.text, "host unreachable, told by 10.0.0.2, hop 2");
}

std::shared_ptr<const CertificateInfo> certificate(const std::string& name, WallTime from,
                                                   WallTime until) {
  CertificateInfo info;
  info.subject = "CN=" + name;
  info.issuer = "CN=ca";
  info.not_before = from;
  info.not_after = until;
  return std::make_shared<const CertificateInfo>(info);
}

const WallTime kNow(1'795'443'330s);

TEST(ChainFinding, TellsWhichCertificateExpiresFirst) {
  const Finding finding = judged({},
                                 Chain{certificate("shop", kNow - 24h, kNow + 60 * 24h),
                                       certificate("between", kNow - 24h, kNow + 12 * 24h)},
                                 kNow);
  EXPECT_EQ(finding.outcome, Outcome::Ok);
  EXPECT_EQ(finding.text, "2 certificates, the first to expire in 12 days");
  EXPECT_EQ(finding.evidence,
            "CN=shop\n  issued by CN=ca, from 2026-11-22T14:15:30.000Z until "
            "2027-01-22T14:15:30.000Z\n"
            "CN=between\n  issued by CN=ca, from 2026-11-22T14:15:30.000Z until "
            "2026-12-05T14:15:30.000Z");
}

TEST(ChainFinding, NamesTheOneThatIsNotValidNow) {
  const Finding expired = judged({},
                                 Chain{certificate("shop", kNow - 24h, kNow + 24h),
                                       certificate("between", kNow - 48h, kNow - 1h)},
                                 kNow);
  EXPECT_EQ(expired.result, FindingResult::Failed);
  EXPECT_EQ(expired.outcome, Outcome::Tls);
  EXPECT_EQ(expired.text, "CN=between has expired, 2026-11-23T13:15:30.000Z");
  const Finding early = judged({}, Chain{certificate("shop", kNow + 1h, kNow + 24h)}, kNow);
  EXPECT_EQ(early.text, "CN=shop is not valid before 2026-11-23T15:15:30.000Z");
  EXPECT_EQ(judged({}, Chain{}, kNow).result, FindingResult::Skipped);
}

DnsReply reply(int rcode, std::vector<std::string> records = {},
               std::optional<uint32_t> ttl_s = std::nullopt) {
  DnsReply answer;
  answer.rcode = rcode;
  answer.records = std::move(records);
  answer.ttl_s = ttl_s;
  return answer;
}

TEST(NameServerFinding, SumsUpBothFamilies) {
  const Finding finding = judged({}, {{RecordType::A, reply(0, {"192.0.2.2", "192.0.2.1"}, 300)},
                                      {RecordType::Aaaa, reply(0)}});
  EXPECT_EQ(finding.outcome, Outcome::Ok);
  EXPECT_EQ(finding.text, "2 records, TTL 300 s");
  EXPECT_EQ(finding.addresses, (std::vector<std::string>{"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(finding.evidence, "A  192.0.2.2 192.0.2.1, TTL 300 s\nAAAA  no record");
}

TEST(NameServerFinding, TellsTheWaysInWhichThereIsNoAddress) {
  const auto both = [](const std::optional<DnsReply>& one) {
    return judged({}, {{RecordType::A, one}, {RecordType::Aaaa, one}});
  };
  EXPECT_EQ(both(reply(3)).outcome, Outcome::Dns);
  EXPECT_EQ(both(reply(3)).text, "A: NXDOMAIN, AAAA: NXDOMAIN");
  EXPECT_EQ(both(reply(0)).outcome, Outcome::Dns);
  EXPECT_EQ(both(reply(0)).text, "the name has no such record");
  EXPECT_EQ(both(reply(2)).outcome, Outcome::DnsFailure);
  EXPECT_EQ(both(std::nullopt).outcome, Outcome::DnsTimeout);
  EXPECT_EQ(both(std::nullopt).text, "A: no answer in time, AAAA: no answer in time");
}

// A name server that answers for A and fails for AAAA is a trouble of its own.
TEST(NameServerFinding, KeepsTheTroubleOfOneFamily) {
  const Finding finding =
      judged({}, {{RecordType::A, reply(0, {"192.0.2.1"}, 60)}, {RecordType::Aaaa, std::nullopt}});
  EXPECT_EQ(finding.result, FindingResult::Ok);
  EXPECT_EQ(finding.text, "1 record, TTL 60 s; AAAA: no answer in time");
}

TEST(ReachSteps, ReadTheNameServersOfCAres) {
  const auto servers = parse_servers("192.0.2.53:53, [2001:db8::53]:5353, nonsense", 4);
  ASSERT_EQ(servers.size(), 2U);
  EXPECT_EQ(to_string(servers[0]), "192.0.2.53:53");
  EXPECT_EQ(to_string(servers[1]), "[2001:db8::53]:5353");
  EXPECT_EQ(parse_servers("192.0.2.1,192.0.2.2,192.0.2.3", 2).size(), 2U);
  EXPECT_TRUE(parse_servers("", 4).empty());
}

TEST(ReachSteps, TakeOneOfEachFamilyFirst) {
  using enum Address::Family;
  const std::vector<Address> all{{V4, "a"}, {V4, "b"}, {V6, "c"}, {V6, "d"}};
  EXPECT_EQ(varied(all, 3), (std::vector<Address>{{V4, "a"}, {V6, "c"}, {V4, "b"}}));
  EXPECT_EQ(varied({{V4, "a"}, {V4, "b"}}, 8), (std::vector<Address>{{V4, "a"}, {V4, "b"}}));
  EXPECT_TRUE(varied({}, 2).empty());
}

}  // namespace
}  // namespace gatewatch::probe
