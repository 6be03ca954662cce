// SPDX-License-Identifier: MIT
//
// What each kind of trouble is called.
#include <gtest/gtest.h>

#include "tests/support/scripted_server.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::hang;
using testing::read_request;
using testing::reset;
using testing::ScriptedServer;
using testing::send;

// Probes a server that plays `script`.
ProbeResult probe_script(const testing::Script& script, Duration timeout = 10s) {
  ScriptedServer server({script});
  ProbeWorld world;
  return world.probe(server.url(), timeout);
}

TEST(HttpProber, CallsAnExpectedStatusOk) {
  const ProbeResult result = probe_script(answer("200 OK", "hello"));
  EXPECT_EQ(result.outcome, Outcome::Ok);
  EXPECT_EQ(result.status, 200);
  EXPECT_EQ(result.reason, "OK");
  EXPECT_EQ(result.address, "127.0.0.1");
  EXPECT_EQ(result.error, "");
}

TEST(HttpProber, TimesEachPhase) {
  const ProbeResult result = probe_script(answer("200 OK", "hello"));
  EXPECT_FALSE(result.phases.dns);  // the url has an address
  EXPECT_FALSE(result.phases.tls);
  ASSERT_TRUE(result.phases.connect);
  ASSERT_TRUE(result.phases.first_byte);
  EXPECT_GE(*result.phases.connect, 0s);
  EXPECT_GE(*result.phases.first_byte, 0s);
  EXPECT_GT(result.latency, 0s);
  EXPECT_LE(*result.phases.connect + *result.phases.first_byte, result.latency);
}

TEST(HttpProber, TellsTheGatewaysStatusesApart) {
  EXPECT_EQ(probe_script(answer("502 Bad Gateway")).outcome, Outcome::BadGateway);
  EXPECT_EQ(probe_script(answer("503 Service Unavailable")).outcome, Outcome::Unavailable);
  EXPECT_EQ(probe_script(answer("504 Gateway Time-out")).outcome, Outcome::GatewayTimeout);
  EXPECT_EQ(probe_script(answer("404 Not Found")).outcome, Outcome::HttpError);
  EXPECT_EQ(probe_script(answer("999 Odd")).outcome, Outcome::HttpError);
}

TEST(HttpProber, KeepsTheReasonPhrase) {
  const ProbeResult result = probe_script(answer("502 Fortune \x07 Smiles"));
  EXPECT_EQ(result.status, 502);
  EXPECT_EQ(result.reason, "Fortune \\x07 Smiles");
}

TEST(HttpProber, TakesA502ThatIsExpectedForOk) {
  ScriptedServer server({answer("502 Bad Gateway")});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.expected = *StatusSet::parse("502");
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Ok);
  EXPECT_EQ(result.status, 502);
}

TEST(HttpProber, TellsARefusedConnection) {
  const ClosedPort port;
  ProbeWorld world;
  const ProbeResult result = world.probe(port.url());
  EXPECT_EQ(result.outcome, Outcome::Refused);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.address, "127.0.0.1");
  EXPECT_FALSE(result.phases.connect);
  EXPECT_FALSE(result.phases.first_byte);
  EXPECT_NE(result.error.find("onnect"), std::string::npos) << result.error;
}

TEST(HttpProber, TellsAServerThatDoesNotAnswer) {
  const ProbeResult result = probe_script({read_request(), hang()}, 100ms);
  EXPECT_EQ(result.outcome, Outcome::Timeout);
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.phases.connect);
  EXPECT_FALSE(result.phases.first_byte);
  EXPECT_NE(result.error.find("waiting for the answer"), std::string::npos) << result.error;
}

TEST(HttpProber, ReportsATimeoutRightAfterTheDeadline) {
  const ProbeResult result = probe_script({read_request(), hang()}, 100ms);
  EXPECT_GE(result.latency, 99ms);
  EXPECT_LT(result.latency, 400ms);  // a few milliseconds more where the machine is not busy
}

TEST(HttpProber, DoesNotBlameTheTargetWhereTheLoopStoodStill) {
  ScriptedServer server({{read_request(), hang()}});
  JumpingClock clock;
  ProbeWorld world({}, clock);
  HttpProber prober(world.services, std::make_shared<HttpSettings>(settings_for(server.url())));
  ProbeResult result;
  prober.start(world.loop.precise_now() + 10s, [&](ProbeResult told) {
    result = std::move(told);
    world.loop.stop();
  });
  world.run_until([&] { return server.requests().size() == 1; });
  clock.jumped = 20s;
  world.loop.run();
  EXPECT_EQ(result.outcome, Outcome::Inconclusive);
  EXPECT_TRUE(result.error.starts_with("gatewatch stood still for ")) << result.error;
}

TEST(HttpProber, TellsAServerThatStopsInTheHeader) {
  const ProbeResult result =
      probe_script({read_request(), send("HTTP/1.1 200 OK\r\nServer: "), hang()}, 400ms);
  EXPECT_EQ(result.outcome, Outcome::Timeout);
  EXPECT_EQ(result.status, 200);
}

TEST(HttpProber, TellsAServerThatStopsInTheBody) {
  const ProbeResult result = probe_script(
      {read_request(), send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), hang()}, 400ms);
  EXPECT_EQ(result.outcome, Outcome::Timeout);
  EXPECT_EQ(result.status, 200);
  EXPECT_NE(result.error.find("reading the body"), std::string::npos) << result.error;
}

TEST(HttpProber, LetsTheStatusDecideBeforeABodyThatStops) {
  const ProbeResult result = probe_script(
      {read_request(), send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 10\r\n\r\nh"), hang()},
      400ms);
  EXPECT_EQ(result.outcome, Outcome::BadGateway);
  EXPECT_EQ(result.status, 502);
}

TEST(HttpProber, TellsAReset) {
  const ProbeResult result = probe_script({read_request(), reset()});
  EXPECT_EQ(result.outcome, Outcome::Reset);
  EXPECT_NE(result.error.find("reset"), std::string::npos) << result.error;
}

TEST(HttpProber, CallsAConnectionThatIsClosedBeforeTheHeaderIsCompleteReset) {
  EXPECT_EQ(probe_script({read_request()}).outcome, Outcome::Reset);
  EXPECT_EQ(probe_script({read_request(), send("HTT")}).outcome, Outcome::Reset);
  EXPECT_EQ(probe_script({read_request(), send("HTTP/1.1 200")}).outcome, Outcome::Reset);
  EXPECT_EQ(probe_script({read_request(), send("HTTP/1.1 200 OK\r\n")}).outcome, Outcome::Reset);
  const ProbeResult result =
      probe_script({read_request(), send("HTTP/1.1 200 OK\r\nServer: x\r\n")});
  EXPECT_EQ(result.outcome, Outcome::Reset);
  EXPECT_EQ(result.status, 200);
  EXPECT_EQ(result.error, "the connection was closed within the header");
}

TEST(HttpProber, CallsWhatIsNotHttpProtocol) {
  const ProbeResult ssh = probe_script({send("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), hang()});
  EXPECT_EQ(ssh.outcome, Outcome::Protocol);
  EXPECT_EQ(ssh.error, "what came is not HTTP");
  EXPECT_EQ(probe_script({read_request(), send("<html>hello</html>\n"), hang()}).outcome,
            Outcome::Protocol);
  EXPECT_EQ(
      probe_script({read_request(), send("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")}).outcome,
      Outcome::Protocol);
  EXPECT_EQ(
      probe_script({read_request(), send(std::string("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", 27))})
          .outcome,
      Outcome::Protocol);
}

TEST(HttpProber, CallsAHeaderOverTheLimitsProtocol) {
  std::string fields;
  for (int i = 0; i < 600; ++i) {
    fields += "X-Field: value\r\n";
  }
  const ProbeResult many = probe_script(answer("200 OK", "", fields));
  EXPECT_EQ(many.outcome, Outcome::Protocol);
  EXPECT_EQ(many.error, "more than 500 header fields");

  const ProbeResult large =
      probe_script(answer("200 OK", "", "X: " + std::string(70'000, 'x') + "\r\n"));
  EXPECT_EQ(large.outcome, Outcome::Protocol);
  EXPECT_EQ(large.error, "more than 64 KiB of header");

  const ProbeResult line =
      probe_script(answer("200 OK", "", "X: " + std::string(900'000, 'x') + "\r\n"));
  EXPECT_EQ(line.outcome, Outcome::Protocol);
  EXPECT_FALSE(line.error.empty());

  std::string interim;
  for (int i = 0; i < 11; ++i) {
    interim += "HTTP/1.1 102 Processing\r\n\r\n";
  }
  EXPECT_EQ(probe_script({read_request(), send(interim), hang()}).outcome, Outcome::Protocol);
}

TEST(HttpProber, TakesAnAnswerAfterInterimOnes) {
  const ProbeResult result =
      probe_script({read_request(),
                    send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n"
                         "\r\nHTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")});
  EXPECT_EQ(result.outcome, Outcome::BadGateway);
  EXPECT_EQ(result.reason, "Bad Gateway");
}

TEST(HttpProber, CallsABodyThatIsCutShortBody) {
  const ProbeResult result =
      probe_script({read_request(), send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")});
  EXPECT_EQ(result.outcome, Outcome::Body);
  EXPECT_EQ(result.status, 200);
  EXPECT_FALSE(result.error.empty());
}

TEST(HttpProber, CallsBrokenChunksBody) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(probe_script({read_request(), send(head + "5\r\nhello\r\nzz\r\n")}).outcome,
            Outcome::Body);
  EXPECT_EQ(probe_script({read_request(), send(head + "5\r\nhel")}).outcome, Outcome::Body);
  EXPECT_EQ(probe_script({read_request(), send(head + "5\r\nhello\r\n0\r\n\r\n")}).outcome,
            Outcome::Ok);
}

TEST(HttpProber, LetsTheStatusDecideBeforeABodyThatIsCutShort) {
  const ProbeResult result =
      probe_script({read_request(), send("HTTP/1.1 503 Busy\r\nContent-Length: 10\r\n\r\nhello")});
  EXPECT_EQ(result.outcome, Outcome::Unavailable);
  EXPECT_FALSE(result.error.empty());
}

TEST(HttpProber, ReadsABodyThatEndsWithTheConnection) {
  EXPECT_EQ(probe_script({read_request(), send("HTTP/1.1 200 OK\r\n\r\nhello")}).outcome,
            Outcome::Ok);
}

TEST(HttpProber, StopsReadingALargeBodyAndCallsItComplete) {
  const ProbeResult result = probe_script(
      {read_request(),
       send("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + std::string(300'000, 'x')),
       hang()});
  EXPECT_EQ(result.outcome, Outcome::Ok);
  EXPECT_EQ(result.error, "");
}

TEST(HttpProber, TellsANameThatDoesNotResolve) {
  ProbeWorld world;
  const ProbeResult result = world.probe("http://gone.test/");
  EXPECT_EQ(result.outcome, Outcome::Dns);
  EXPECT_EQ(result.error, "gone.test: the name does not exist (NXDOMAIN)");
  EXPECT_EQ(result.address, "");
  EXPECT_TRUE(result.phases.dns);
  EXPECT_FALSE(result.phases.connect);
}

TEST(HttpProber, TellsANameServerThatFails) {
  ProbeWorld world({{"broken.test", {.rcode = 2}}});
  const ProbeResult result = world.probe("http://broken.test/");
  EXPECT_EQ(result.outcome, Outcome::DnsFailure);
  EXPECT_NE(result.error.find("SERVFAIL"), std::string::npos) << result.error;
}

TEST(HttpProber, TellsANameForWhichNoServerAnswersFromASilentResolver) {
  ProbeWorld world({{"silent.test", {.silent = true}}});
  const ProbeResult alone = world.probe("http://silent.test/", 800ms);  // the root is answered for
  EXPECT_EQ(alone.outcome, Outcome::DnsTimeout);
  EXPECT_TRUE(alone.error.starts_with("timed out after 8")) << alone.error;
  EXPECT_NE(alone.error.find("resolving silent.test: no name server has answered (asked 127.0.0.1"),
            std::string::npos)
      << alone.error;

  ProbeWorld dead;
  dead.dns.set_silent(true);
  const ProbeResult result = dead.probe("http://shop.test/", 800ms);
  EXPECT_EQ(result.outcome, Outcome::Inconclusive);
}

TEST(HttpProber, GoesOnWithAStaleAnswerAndMarksIt) {
  ScriptedServer server({answer("200 OK"), answer("200 OK")});
  JumpingClock clock;
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}}}}, clock);
  const HttpSettings settings =
      settings_for("http://shop.test:" + std::to_string(server.port()) + "/");
  EXPECT_FALSE(world.probe(settings).dns_stale);
  world.jump(clock, 61s);
  world.dns.set_silent(true);
  const ProbeResult result = world.probe(settings, 1s);  // half of which it waits for an answer
  EXPECT_EQ(result.outcome, Outcome::Ok);
  EXPECT_TRUE(result.dns_stale);
  EXPECT_EQ(result.address, "127.0.0.1");
}

TEST(HttpProber, AsksTheResolverOfItsTarget) {
  ScriptedServer server({answer("200 OK")});
  testing::ScriptedDns inside({{"shop.test", {.v4 = {"127.0.0.1"}}}});
  ProbeWorld world;  // whose name server knows no names
  HttpSettings settings = settings_for("http://shop.test:" + std::to_string(server.port()) + "/");
  settings.resolver = inside.servers();
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
  EXPECT_EQ(world.dns.queries(), 0U);
}

}  // namespace
}  // namespace gatewatch::probe
