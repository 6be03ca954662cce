// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/scripted_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::hang;
using testing::ScriptedServer;
using testing::TestCertificate;

TEST(HttpProberTls, TrustsACertificateOfTheGivenFile) {
  const TestCertificate certificate("127.0.0.1");
  ScriptedServer server({answer("200 OK", "hello")}, certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = certificate.files().certificate_file;
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  ASSERT_TRUE(result.phases.connect && result.phases.tls && result.phases.first_byte);
  EXPECT_GT(*result.phases.tls, 0s);
  EXPECT_LE(*result.phases.connect + *result.phases.tls + *result.phases.first_byte,
            result.latency);
}

TEST(HttpProberTls, DoesNotTrustACertificateNobodySigned) {
  const TestCertificate certificate("127.0.0.1");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  ProbeWorld world;
  const ProbeResult result = world.probe(server.url());
  EXPECT_EQ(result.outcome, Outcome::Tls);
  EXPECT_NE(result.error.find("certificate"), std::string::npos) << result.error;
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpProberTls, DoesNotTrustACertificateOfAnotherName) {
  const TestCertificate certificate("other.test");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = certificate.files().certificate_file;
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Tls);
}

TEST(HttpProberTls, DoesNotTrustACertificateThatHasExpired) {
  const TestCertificate certificate("127.0.0.1", -3, -1);
  ScriptedServer server({answer("200 OK")}, certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = certificate.files().certificate_file;
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Tls);
  EXPECT_NE(result.error.find("expired"), std::string::npos) << result.error;
}

TEST(HttpProberTls, TakesAnyCertificateWhereNoneIsVerified) {
  const TestCertificate certificate("other.test", -3, -1);
  ScriptedServer server({answer("200 OK")}, certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.verify = false;
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
  settings.tls.verify = true;  // and does not remember that
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Tls);
}

TEST(HttpProberTls, ChecksTheNameOfTheUrlNotTheAddress) {
  const TestCertificate certificate("shop.test");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}}}, {"evil.test", {.v4 = {"127.0.0.1"}}}});
  const std::string port = std::to_string(server.port());
  HttpSettings settings = settings_for("https://shop.test:" + port + "/");
  settings.tls.ca_file = certificate.files().certificate_file;
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
  settings.url = *parse_url("https://evil.test:" + port + "/");
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Tls);
}

TEST(HttpProberTls, ServesTargetsWithDifferentFilesSideBySide) {
  const TestCertificate one("127.0.0.1");
  const TestCertificate two("127.0.0.1");
  ScriptedServer first({answer("200 OK")}, one.files());
  ScriptedServer second({answer("200 OK")}, two.files());
  ProbeWorld world;
  HttpSettings for_first = settings_for(first.url());
  for_first.tls.ca_file = one.files().certificate_file;
  HttpSettings for_second = settings_for(second.url());
  for_second.tls.ca_file = two.files().certificate_file;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(world.probe(for_first).outcome, Outcome::Ok);
    EXPECT_EQ(world.probe(for_second).outcome, Outcome::Ok);
  }
  for_first.tls.ca_file = two.files().certificate_file;
  EXPECT_EQ(world.probe(for_first).outcome, Outcome::Tls);
}

TEST(HttpProberTls, BlamesAFileThatCannotBeReadOnUs) {
  const TestCertificate certificate("127.0.0.1");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = "/nonexistent/ca.pem";
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Inconclusive);
  EXPECT_NE(result.error.find("/nonexistent/ca.pem"), std::string::npos) << result.error;
}

TEST(HttpProberTls, TellsAServerWithoutTls) {
  ScriptedServer server({answer("200 OK"), {testing::send("SSH-2.0-x\r\n"), hang()}});
  ProbeWorld world;
  const std::string url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  EXPECT_EQ(world.probe(url, 1s).outcome, Outcome::Timeout);  // it waits for a request
  EXPECT_EQ(world.probe(url).outcome, Outcome::Tls);
}

TEST(HttpProberTls, TellsAHandshakeThatEndsOrStops) {
  ScriptedServer server(
      {{testing::read_some()}, {testing::read_some(), testing::reset()}, {hang()}});
  ProbeWorld world;
  const std::string url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  EXPECT_EQ(world.probe(url).outcome, Outcome::Tls);
  EXPECT_EQ(world.probe(url).outcome, Outcome::Tls);
  const ProbeResult stopped = world.probe(url, 100ms);
  EXPECT_EQ(stopped.outcome, Outcome::Timeout);
  EXPECT_NE(stopped.error.find("in the TLS handshake"), std::string::npos) << stopped.error;
  EXPECT_TRUE(stopped.phases.connect);
  EXPECT_FALSE(stopped.phases.tls);
}

TEST(HttpProberTls, DoesNotResumeASession) {
  const TestCertificate certificate("127.0.0.1");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = certificate.files().certificate_file;
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
  EXPECT_EQ(server.connections(), 2U);
  EXPECT_EQ(server.resumed_sessions(), 0U);
}

TEST(HttpProberTls, DoesNotWaitForAFileThatIsNone) {
  const TestCertificate certificate("127.0.0.1");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  const testing::TempDir folder;
  const std::string fifo = folder.file("ca.pem");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = fifo;
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Inconclusive);
  EXPECT_NE(result.error.find("not a file"), std::string::npos) << result.error;
}

TEST(HttpProberTls, ReadsTheAuthoritiesOfHttp2TargetsAgainAfterARefresh) {
  const TestCertificate before("127.0.0.1");
  const TestCertificate after("127.0.0.1");
  ScriptedServer server({answer("200 OK")}, after.files());
  const testing::TempDir directory;
  HttpSettings settings = settings_for(server.url());
  settings.http2 = true;
  settings.tls.ca_file = directory.file("ca.pem");
  std::filesystem::copy_file(before.files().certificate_file, settings.tls.ca_file);
  ProbeWorld world;
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Tls);
  std::filesystem::copy_file(after.files().certificate_file, settings.tls.ca_file,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Tls);
  world.curl.refresh_certificates();
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
}

}  // namespace
}  // namespace gatewatch::probe
