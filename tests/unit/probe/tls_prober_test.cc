// SPDX-License-Identifier: MIT
#include "probe/kinds/tls_prober.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/scripted_server.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::accept_tls;
using testing::hang;
using testing::read_some;
using testing::Script;
using testing::ScriptedServer;
using testing::send;
using testing::TestCertificate;

// A certificate of 127.0.0.1 that is trusted, and what probes a server with it.
struct Setting {
  explicit Setting(int last_day = 2) : certificate("127.0.0.1", -1, last_day) {
    settings.tls.ca_file = certificate.files().certificate_file;
  }

  // Probes a server that plays `script`.
  ProbeResult probe(const Script& script, Duration timeout = 10s) {
    ScriptedServer server({script});
    settings.endpoint = *parse_endpoint_url("tls://127.0.0.1:" + std::to_string(server.port()));
    TlsProber prober(world.services, std::make_shared<const TlsProbeSettings>(settings));
    return world.probe(prober, timeout);
  }

  ProbeResult probe_tls() { return probe({accept_tls(certificate.files())}); }

  TestCertificate certificate;
  TlsProbeSettings settings;
  ProbeWorld world;
};

TEST(TlsProber, TellsTheCertificateOfAPort) {
  Setting at;
  const ProbeResult result = at.probe_tls();
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.address, "127.0.0.1");
  EXPECT_EQ(result.status, 0);
  ASSERT_NE(result.certificate, nullptr);
  EXPECT_EQ(result.certificate->names, std::vector<std::string>{"127.0.0.1"});
  ASSERT_TRUE(result.phases.connect && result.phases.tls);
  EXPECT_GT(*result.phases.tls, 0s);
  EXPECT_LE(*result.phases.connect + *result.phases.tls, result.latency);
  EXPECT_FALSE(result.phases.dns || result.phases.first_byte);
}

TEST(TlsProber, CountsTheDaysOfEachCertificateThatIsSent) {
  Setting at(60);
  const TestCertificate sent_with_it("intermediate.test", -1, 2);
  std::ofstream(at.certificate.files().certificate_file, std::ios::app)
      << std::ifstream(sent_with_it.files().certificate_file).rdbuf();
  at.settings.expectations.min_certificate_days = 14;
  const ProbeResult result = at.probe_tls();
  EXPECT_EQ(result.outcome, Outcome::CertificateExpiring);
  EXPECT_GT(result.certificate->not_after - result.certificate->expires, 57 * 24h);
}

TEST(TlsProber, TellsWhyACertificateIsNotTrusted) {
  Setting expired(0);
  EXPECT_EQ(expired.probe_tls().error, "certificate: certificate has expired");
  Setting unknown;
  unknown.settings.tls.ca_file.clear();
  const ProbeResult result = unknown.probe_tls();
  EXPECT_EQ(result.outcome, Outcome::Tls);
  EXPECT_EQ(result.error, "certificate: self-signed certificate");
  EXPECT_EQ(result.certificate, nullptr);
  EXPECT_TRUE(result.phases.connect);
  EXPECT_FALSE(result.phases.tls);
}

TEST(TlsProber, LooksAtAnyCertificateWhereNoneIsVerified) {
  Setting at(0);
  at.settings.tls = {.verify = false};
  const ProbeResult result = at.probe_tls();
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  EXPECT_NE(result.certificate, nullptr);
}

TEST(TlsProber, TellsACertificateThatExpiresSoon) {
  Setting at(20);
  at.settings.expectations.min_certificate_days = 19;
  EXPECT_EQ(at.probe_tls().outcome, Outcome::Ok);
  at.settings.expectations.min_certificate_days = 21;
  const ProbeResult result = at.probe_tls();
  EXPECT_EQ(result.outcome, Outcome::CertificateExpiring);
  EXPECT_NE(result.error.find("expected at least 21 days"), std::string::npos) << result.error;
  EXPECT_NE(result.certificate, nullptr);
}

TEST(TlsProber, ChecksTheNameWhereItIsToldToConnectElsewhere) {
  const TestCertificate certificate("mail.test");
  ScriptedServer server({{accept_tls(certificate.files())}});
  ProbeWorld world;
  TlsProbeSettings settings;
  settings.tls.ca_file = certificate.files().certificate_file;
  settings.found_by.connect_to = parse_endpoint("127.0.0.1:" + std::to_string(server.port()));
  for (const char* url : {"tls://mail.test:993", "tls://evil.test:993"}) {
    settings.endpoint = *parse_endpoint_url(url);
    TlsProber prober(world.services, std::make_shared<const TlsProbeSettings>(settings));
    const ProbeResult result = world.probe(prober);
    EXPECT_EQ(result.outcome, settings.endpoint.host == "mail.test" ? Outcome::Ok : Outcome::Tls)
        << result.error;
  }
  EXPECT_EQ(world.dns.queries(), 0U);
}

TEST(TlsProber, StartsTlsInAMailTalk) {
  Setting at;
  at.settings.starttls = StartTls::Smtp;
  const ProbeResult result = at.probe(
      {send("220 mail.test\r\n"), read_some(), send("250-mail.test\r\n"), send("250 STARTTLS\r\n"),
       read_some(), send("220 go\r\n"), accept_tls(at.certificate.files())});
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  EXPECT_NE(result.certificate, nullptr);
  EXPECT_TRUE(result.phases.connect && result.phases.tls);
}

TEST(TlsProber, StartsTlsWhereTheClientSpeaksFirst) {
  Setting at;
  at.settings.starttls = StartTls::Postgres;
  const ProbeResult result = at.probe({read_some(), send("S"), accept_tls(at.certificate.files())});
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
}

TEST(TlsProber, TellsAnInjectionBehindTheGoAhead) {
  Setting at;
  at.settings.starttls = StartTls::Pop3;
  const ProbeResult result =
      at.probe({send("+OK hi\r\n"), read_some(), send("+OK go\r\n+OK injected\r\n"),
                accept_tls(at.certificate.files())});
  EXPECT_EQ(result.outcome, Outcome::Protocol);
  EXPECT_EQ(result.error, "the server sent more behind its go-ahead, before TLS");
  EXPECT_TRUE(result.phases.connect);
  EXPECT_EQ(result.certificate, nullptr);
}

TEST(TlsProber, TellsWhereTheTalkEnds) {
  Setting at;
  at.settings.starttls = StartTls::Smtp;
  const ProbeResult refused = at.probe({send("554 no\r\n"), hang()});
  EXPECT_EQ(refused.outcome, Outcome::Protocol);
  EXPECT_EQ(refused.error, R"(the server does not welcome us: "554 no")");

  const ProbeResult closed = at.probe({send("220 hi\r\n"), read_some()});
  EXPECT_EQ(closed.outcome, Outcome::Reset);
  EXPECT_EQ(closed.error, "the peer closed the connection before the answer to EHLO");

  const ProbeResult silent = at.probe({hang()}, 100ms);
  EXPECT_EQ(silent.outcome, Outcome::Timeout);
  EXPECT_TRUE(silent.error.ends_with("waiting for the server's greeting")) << silent.error;
}

TEST(TlsProber, TellsAPortWithoutTls) {
  Setting at;
  const ProbeResult other = at.probe({send("SSH-2.0-OpenSSH_9.2\r\n"), hang()});
  EXPECT_EQ(other.outcome, Outcome::Tls);
  EXPECT_EQ(other.error, "the server does not speak TLS on this port");
  const ProbeResult silent = at.probe({hang()}, 100ms);
  EXPECT_EQ(silent.outcome, Outcome::Timeout);
  EXPECT_TRUE(silent.error.ends_with("in the TLS handshake")) << silent.error;
}

TEST(TlsProber, TellsARefusedConnectionAndAFileThatCannotBeRead) {
  const ClosedPort port;
  ProbeWorld world;
  TlsProbeSettings settings;
  settings.endpoint = *parse_endpoint_url("tls://127.0.0.1:" + std::to_string(port.port()));
  TlsProber refused(world.services, std::make_shared<const TlsProbeSettings>(settings));
  EXPECT_EQ(world.probe(refused).outcome, Outcome::Refused);
  settings.tls.ca_file = "/nonexistent/ca.pem";
  TlsProber unreadable(world.services, std::make_shared<const TlsProbeSettings>(settings));
  const ProbeResult result = world.probe(unreadable);
  EXPECT_EQ(result.outcome, Outcome::Inconclusive);
  EXPECT_NE(result.error.find("/nonexistent/ca.pem"), std::string::npos) << result.error;
}

TEST(TlsProber, IsAbortedAtAnyTimeAndLeaksNoDescriptor) {
  Setting at;
  at.settings.starttls = StartTls::Smtp;
  at.probe({hang()}, 20ms);
  ScriptedServer server({{hang()}});
  const size_t before = open_descriptors();
  at.settings.endpoint = *parse_endpoint_url("tls://127.0.0.1:" + std::to_string(server.port()));
  for (const std::optional<StartTls> starttls : {std::optional(StartTls::Imap), {}}) {
    at.settings.starttls = starttls;
    TlsProber prober(at.world.services, std::make_shared<const TlsProbeSettings>(at.settings));
    std::optional<ProbeResult> result;
    const size_t connections = server.connections();
    prober.start(at.world.loop.precise_now() + 10s, [&](ProbeResult told) { result = told; });
    at.world.run_until([&] { return server.connections() > connections; });
    prober.abort("enough");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->outcome, Outcome::Inconclusive);
    EXPECT_EQ(result->error, "enough");
  }
  EXPECT_LE(open_descriptors(), before + 2);  // the server's ends may still be open
}

}  // namespace
}  // namespace gatewatch::probe
