// SPDX-License-Identifier: MIT
//
// The order of a diagnosis, its limits, and the kinds that are not HTTP.
#include "probe/diagnosis/diagnoser.h"

#include <gtest/gtest.h>

#include "tests/support/test_certificate.h"
#include "tests/unit/probe/diagnosis_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

TEST(Diagnoser, SaysNothingOfATargetWithoutAHost) {
  ProbeWorld world;
  const Diagnosed told = diagnose(world, DiagnosisRequest{.target = "job", .url = "push"});
  EXPECT_EQ(told.diagnosis.target, "job");
  EXPECT_TRUE(told.diagnosis.findings.empty());
  EXPECT_EQ(told.diagnosis.requests, 0);
}

TEST(Diagnoser, ComparesTheAnswersOfAllNameServers) {
  const testing::ScriptedDns other({{"shop.test", {.rcode = 2}}});
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}, .ttl = 30}}});
  const ClosedPort closed;
  std::optional<Diagnosis> told;
  Diagnoser diagnoser(world.services, [](const Sample&) {},
                      {{}, world.dns.servers() + "," + other.servers()});
  (void)diagnoser.start(
      request_for(settings_for("http://shop.test:" + std::to_string(closed.port()) + "/")),
      [&](Diagnosis diagnosis) { told = std::move(diagnosis); });
  world.run_until([&] { return told.has_value(); });
  const Diagnosed all{*told, {}};
  const std::vector<Finding> dns = all.of(Check::Dns);
  ASSERT_EQ(dns.size(), 3U);
  EXPECT_EQ(dns[0].subject, "lookup");
  EXPECT_EQ(dns[0].text, "1 address, TTL 30 s");
  EXPECT_EQ(dns[1].subject + " " + dns[1].text, world.dns.servers() + " 1 record, TTL 30 s");
  EXPECT_EQ(dns[2].subject, other.servers());
  EXPECT_EQ(dns[2].outcome, Outcome::DnsFailure);
  EXPECT_NE(all.conclusions().find("resolver_fails"), std::string::npos);
}

TEST(Diagnoser, EndsWhereTheNameIsNotResolved) {
  ProbeWorld world;
  const Diagnosed told = diagnose(world, "http://nowhere.test/");
  EXPECT_EQ(told.one(Check::Dns).outcome, Outcome::Dns);
  EXPECT_EQ(told.one(Check::Connect).text, "no address of nowhere.test is known");
  EXPECT_TRUE(told.of(Check::Get).empty());
  EXPECT_EQ(told.conclusions(), "name_not_resolved");
  EXPECT_EQ(told.diagnosis.requests, 0);
}

TEST(Diagnoser, GivesUpALookupThatNobodyAnswers) {
  ProbeWorld world({{"shop.test", {.silent = true}}});
  const Diagnosed told = diagnose(world, "http://shop.test/", {.reach = 200ms});
  EXPECT_EQ(told.one(Check::Dns).outcome, Outcome::DnsTimeout);
  EXPECT_EQ(told.of(Check::Dns).size(), 2U);
  EXPECT_LT(told.diagnosis.took, 2s);
}

// A name may lead to where clouds hand out credentials.
TEST(Diagnoser, DoesNotConnectWhereAProbeWouldNot) {
  ProbeWorld world({{"shop.test", {.v4 = {"169.254.169.254"}}}});
  const Diagnosed told = diagnose(world, "http://shop.test/");
  EXPECT_EQ(told.one(Check::Connect).result, FindingResult::Skipped);
  EXPECT_TRUE(told.of(Check::Ping).empty());
  EXPECT_TRUE(told.of(Check::Traceroute).empty());
  EXPECT_EQ(told.diagnosis.requests, 0);
}

TEST(Diagnoser, ConnectsToAPortOfTcp) {
  ProbeWorld world;
  const testing::ScriptedServer server({{testing::hang()}});
  const DiagnosisRequest request{
      .subject = {.host = "127.0.0.1", .port = server.port(), .has_tcp = true}};
  const Diagnosed told = diagnose(world, request);
  EXPECT_EQ(told.one(Check::Connect).result, FindingResult::Ok);
  EXPECT_EQ(told.one(Check::Traceroute).text, "reached in 1 hop");
  EXPECT_TRUE(told.of(Check::Tls).empty());
  EXPECT_TRUE(told.of(Check::Get).empty());
}

TEST(Diagnoser, ReadsTheChainOfAServerThatIsNotTrusted) {
  ProbeWorld world;
  const testing::TestCertificate certificate("127.0.0.1", -5, -2);
  const testing::ScriptedServer server({{testing::read_some()}}, certificate.files());
  const DiagnosisRequest request{
      .subject = {
          .host = "127.0.0.1", .port = server.port(), .has_tcp = true, .tls = TlsSettings()}};
  const Diagnosed told = diagnose(world, request);
  EXPECT_EQ(told.one(Check::Connect).result, FindingResult::Ok);
  EXPECT_EQ(told.one(Check::Tls).outcome, Outcome::Tls);
  EXPECT_NE(told.one(Check::Certificate).text.find(" has expired, "), std::string::npos)
      << told.one(Check::Certificate).text;
  EXPECT_NE(told.conclusions().find("certificate_bad"), std::string::npos);
}

TEST(Diagnoser, AsksANameServerThatIsTheTarget) {
  ProbeWorld world;
  const testing::ScriptedDns target({{"shop.test", {.v4 = {"192.0.2.1"}}}});
  DiagnosisRequest request;
  request.subject.host = "127.0.0.1";
  request.subject.port = parse_endpoint(target.servers())->port;
  request.subject.asked_name = "shop.test";
  const Diagnosed told = diagnose(world, request);
  EXPECT_EQ(told.one(Check::Answer).text, "1 record, TTL 60 s");
  EXPECT_TRUE(told.of(Check::Connect).empty());
  EXPECT_EQ(told.one(Check::Traceroute).text, "reached in 1 hop");
}

TEST(Diagnoser, RunsTwoAtOnceAndLetsSixteenWait) {
  ProbeWorld world;
  const ClosedPort closed;
  const DiagnosisRequest request = request_for(settings_for(closed.url()));
  Diagnoser diagnoser(world.services, [](const Sample&) {}, {{}, world.dns.servers()});
  size_t done = 0;
  std::vector<Diagnoser::Id> ids;
  for (size_t i = 0; i < kMaxDiagnoses + kMaxWaitingDiagnoses; ++i) {
    ids.push_back(diagnoser.start(request, [&](const Diagnosis&) { ++done; }));
    EXPECT_NE(ids.back(), Diagnoser::Id::None);
  }
  EXPECT_EQ(diagnoser.running(), 2U);
  EXPECT_EQ(diagnoser.waiting(), 16U);
  EXPECT_EQ(diagnoser.start(request, [](const Diagnosis&) { FAIL(); }), Diagnoser::Id::None);
  diagnoser.cancel(ids[0]);
  diagnoser.cancel(ids[17]);
  EXPECT_EQ(diagnoser.running(), 2U);
  EXPECT_EQ(diagnoser.waiting(), 14U);
  world.run_until([&] { return diagnoser.running() == 0; });
  EXPECT_EQ(done, 16U);
}

TEST(Diagnoser, LeavesNothingOpenWhereItIsCancelled) {
  ProbeWorld world;
  const testing::ScriptedServer server({{testing::hang()}});
  const size_t before = open_descriptors();
  {
    Diagnoser diagnoser(world.services, [](const Sample&) {}, {{}, world.dns.servers()});
    (void)diagnoser.start(request_for(settings_for(server.url())),
                          [](const Diagnosis&) { FAIL(); });
    world.run_until([&] { return server.connections() > 2; });
  }
  world.run_until([] { return true; });
  // The server's own ends stay until it has seen that theirs are closed.
  world.run_until([&] { return open_descriptors() <= before + server.connections(); });
  EXPECT_EQ(world.http.running(), 0U);
}

}  // namespace
}  // namespace gatewatch::probe
