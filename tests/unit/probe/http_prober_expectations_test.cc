// SPDX-License-Identifier: MIT
//
// What an answer with an expected status may still lack.
#include <gtest/gtest.h>

#include "tests/support/scripted_server.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::read_request;
using testing::Script;
using testing::ScriptedServer;
using testing::send;
using testing::TestCertificate;

ProbeResult probe_script(const Script& script, const Expectations& expectations) {
  ScriptedServer server({script});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.expectations = expectations;
  return world.probe(settings);
}

TEST(HttpProberExpectations, AreMet) {
  const Expectations expectations{.headers = {{"content-type", "json"}},
                                  .body_has = {"ok"},
                                  .body_matches = {*Pattern::compile("\"status\":")},
                                  .json = {{*JsonPointer::parse("/status"), "ok"}},
                                  .max_latency = 10s};
  const ProbeResult result = probe_script(
      answer("200 OK", R"({"status":"ok"})", "Content-Type: application/json\r\n"), expectations);
  EXPECT_EQ(result.outcome, Outcome::Ok);
  EXPECT_EQ(result.error, "");
}

TEST(HttpProberExpectations, TellAMissingField) {
  const ProbeResult result = probe_script(answer("200 OK"), {.headers = {{"X-Cache", "HIT"}}});
  EXPECT_EQ(result.outcome, Outcome::Header);
  EXPECT_EQ(result.status, 200);
  EXPECT_EQ(result.error, "the answer has no field X-Cache");
}

TEST(HttpProberExpectations, TellAWrongBody) {
  const ProbeResult result = probe_script(answer("200 OK", "maintenance"), {.body_has = {"shop"}});
  EXPECT_EQ(result.outcome, Outcome::Body);
  EXPECT_EQ(result.error, "the body (11 bytes) does not contain \"shop\"");
}

TEST(HttpProberExpectations, SeeTheBeginningOfALongBody) {
  const Script script{
      read_request(),
      send("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nshop" + std::string(300'000, 'x')),
      testing::hang()};
  EXPECT_EQ(probe_script(script, {.body_has = {"shop"}}).outcome, Outcome::Ok);
  EXPECT_EQ(probe_script(script, {.body_has = {"y"}}).error,
            "the first 262144 bytes of the body do not contain \"y\"");
}

TEST(HttpProberExpectations, TellASlowAnswer) {
  const ProbeResult result = probe_script(answer("200 OK"), {.max_latency = 1ns});
  EXPECT_EQ(result.outcome, Outcome::Slow);
  EXPECT_EQ(result.status, 200);
  EXPECT_NE(result.error.find("; expected at most"), std::string::npos) << result.error;
}

TEST(HttpProberExpectations, ComeAfterTheStatus) {
  const Expectations unmet{.headers = {{"X-Cache", "HIT"}}, .body_has = {"shop"}};
  EXPECT_EQ(probe_script(answer("502 Bad Gateway"), unmet).outcome, Outcome::BadGateway);
}

TEST(HttpProberExpectations, ComeAfterABodyThatIsCutShort) {
  const ProbeResult result =
      probe_script({read_request(), send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshop")},
                   {.body_has = {"shop"}});
  EXPECT_EQ(result.outcome, Outcome::Body);
  EXPECT_EQ(result.error.find("shop"), std::string::npos) << result.error;
}

TEST(HttpProberExpectations, LookAtTheLastAnswerOnly) {
  ScriptedServer server({answer("302 Found", "moved", "Location: /there\r\n"),
                         answer("200 OK", "shop", "X-Cache: HIT\r\n")});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.expectations = {.headers = {{"X-Cache", "HIT"}}, .body_has = {"shop"}};
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
  settings.expectations = {.headers = {{"Location", ""}}};
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Header);
}

// Probes a server whose certificate has between 4 and 5 days left.
ProbeResult probe_certificate(ProbeWorld& world, int least_days) {
  const TestCertificate certificate("127.0.0.1", -1, 5);
  ScriptedServer server({answer("200 OK")}, certificate.files());
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = certificate.files().certificate_file;
  settings.expectations.min_certificate_days = least_days;
  return world.probe(settings);
}

TEST(HttpProberExpectations, TellACertificateThatExpiresSoon) {
  ProbeWorld world;
  const ProbeResult fine = probe_certificate(world, 4);
  EXPECT_EQ(fine.outcome, Outcome::Ok) << fine.error;
  const ProbeResult soon = probe_certificate(world, 5);
  EXPECT_EQ(soon.outcome, Outcome::CertificateExpiring);
  EXPECT_EQ(soon.error, "the certificate expires in 4 days; expected at least 5 days");
  EXPECT_EQ(soon.status, 200);
}

TEST(HttpProber, TellsTheCertificateAndSharesItWhileItIsTheSame) {
  const TestCertificate certificate("127.0.0.1");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = certificate.files().certificate_file;
  HttpProber prober(world.services, std::make_shared<const HttpSettings>(settings));
  const ProbeResult first = world.probe(prober);
  ASSERT_NE(first.certificate, nullptr);
  EXPECT_EQ(first.certificate->subject, "CN=gatewatch test");
  EXPECT_EQ(first.certificate->names, std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(world.probe(prober).certificate, first.certificate);
}

TEST(HttpProber, TellsNoCertificateOfPlainHttp) {
  EXPECT_EQ(probe_script(answer("200 OK"), {}).certificate, nullptr);
}

}  // namespace
}  // namespace gatewatch::probe
