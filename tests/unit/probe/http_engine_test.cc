// SPDX-License-Identifier: MIT
//
// What the prober's tests do not reach.
#include "probe/http/http_engine.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/scripted_server.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::hang;
using testing::read_request;
using testing::ScriptedServer;
using testing::TestCertificate;

// Connections of this machine to `port` that wait for stray segments (state 06 of proc(5)).
size_t waiting_connections_to(uint16_t port) {
  std::ifstream table("/proc/net/tcp");
  std::ostringstream peer;
  peer << "0100007F:" << std::uppercase << std::hex << port;
  size_t count = 0;
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    words >> number >> local >> remote >> state;
    if (state == "06" && remote == peer.str()) {
      ++count;
    }
  }
  return count;
}

TEST(HttpEngine, RunsManyTransfersAtOnce) {
  constexpr size_t kMany = 200;
  ScriptedServer server({answer("200 OK", "hello")});
  ProbeWorld world;
  const Url url = *parse_url(server.url());
  size_t done = 0;
  for (size_t i = 0; i < kMany; ++i) {
    EXPECT_TRUE(world.http.start({.url = &url}, [&](const TransferResult& result) {
      EXPECT_EQ(result.failure, Outcome::Ok) << result.error;
      EXPECT_EQ(result.body, "hello");
      ++done;
    }));
  }
  EXPECT_EQ(world.http.running(), kMany);
  EXPECT_EQ(done, 0U);
  world.run_until([&] { return done == kMany; });
  EXPECT_EQ(world.http.running(), 0U);
  EXPECT_EQ(server.connections(), kMany);
}

TEST(HttpEngine, HoldsNoMoreConnectionsThanItMay) {
  ScriptedServer server({{read_request(), hang()}});
  ProbeWorld world;
  HttpEngine engine(world.loop, system_clock(), 1);
  const Url url = *parse_url(server.url());
  const auto ignore = [](const TransferResult&) {};
  const auto first = engine.start({.url = &url}, ignore);
  ASSERT_TRUE(first);
  const auto second = engine.start({.url = &url}, ignore);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), "too many probes are under way");
  engine.cancel(*first);
  EXPECT_TRUE(engine.start({.url = &url}, ignore));
}

TEST(HttpEngine, StartsAndCancelsFromWithinDone) {
  ScriptedServer quick({answer("200 OK")});
  ScriptedServer slow({{read_request(), hang()}});
  ProbeWorld world;
  const Url quick_url = *parse_url(quick.url());
  const Url slow_url = *parse_url(slow.url());
  bool cancelled_called = false;
  bool second_done = false;
  const auto hanging =
      world.http.start({.url = &slow_url}, [&](const TransferResult&) { cancelled_called = true; });
  const auto first = world.http.start({.url = &quick_url}, [&](const TransferResult&) {
    EXPECT_TRUE(world.http.cancel(*hanging));
    EXPECT_TRUE(
        world.http.start({.url = &quick_url}, [&](const TransferResult&) { second_done = true; }));
  });
  EXPECT_TRUE(first);
  world.run_until([&] { return second_done; });
  EXPECT_FALSE(cancelled_called);
  EXPECT_FALSE(world.http.cancel(*hanging));
  EXPECT_FALSE(world.http.cancel(*first));
  EXPECT_FALSE(world.http.cancel(TransferId::None));
}

TEST(HttpEngine, LeavesNoPortWaitingWhoeverClosesFirst) {
  ScriptedServer server(
      {answer("200 OK", "closes first"),
       {read_request(), testing::send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), hang()},
       {read_request(), hang()}});
  ProbeWorld world;
  EXPECT_EQ(world.probe(server.url()).outcome, Outcome::Ok);
  EXPECT_EQ(world.probe(server.url()).outcome, Outcome::Ok);
  EXPECT_EQ(world.probe(server.url(), 50ms).outcome, Outcome::Timeout);
  EXPECT_EQ(waiting_connections_to(server.port()), 0U);
}

TEST(HttpEngine, ResumesSessionsExceptEveryNthAndAfterAnError) {
  const TestCertificate certificate("127.0.0.1");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = certificate.files().certificate_file;
  settings.tls_full_every = 3;
  HttpProber prober(world.services, std::make_shared<HttpSettings>(settings));
  std::vector<bool> resumed;
  for (int i = 0; i < 7; ++i) {
    const ProbeResult result = world.probe(prober);
    EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
    resumed.push_back(result.tls_resumed);
  }
  EXPECT_EQ(resumed, (std::vector<bool>{false, true, true, false, true, true, false}));
  EXPECT_EQ(server.resumed_sessions(), 4U);
}

TEST(HttpEngine, MakesAFullHandshakeAfterAnError) {
  const TestCertificate certificate("127.0.0.1");
  ScriptedServer server({answer("200 OK"), answer("502 Bad Gateway"), answer("200 OK")},
                        certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = certificate.files().certificate_file;
  settings.tls_full_every = 100;
  HttpProber prober(world.services, std::make_shared<HttpSettings>(settings));
  EXPECT_FALSE(world.probe(prober).tls_resumed);
  EXPECT_TRUE(world.probe(prober).tls_resumed);  // the 502
  EXPECT_FALSE(world.probe(prober).tls_resumed);
  EXPECT_TRUE(world.probe(prober).tls_resumed);
}

TEST(HttpEngine, KeepsHeadAndBeginningOfAFailingAnswer) {
  ScriptedServer server({answer("502 Bad Gateway", "<h1>nginx</h1>", "Set-Cookie: a=b\r\n"),
                         answer("200 OK", "fine")});
  ProbeWorld world;
  const ProbeResult bad = world.probe(server.url());
  EXPECT_TRUE(bad.head.starts_with("HTTP/1.1 502 Bad Gateway\r\n")) << bad.head;
  EXPECT_NE(bad.head.find("Set-Cookie: ***"), std::string::npos) << bad.head;
  EXPECT_EQ(bad.body, "<h1>nginx</h1>");
  const ProbeResult good = world.probe(server.url());
  EXPECT_TRUE(good.head.empty());
  EXPECT_TRUE(good.body.empty());
}

TEST(HttpEngine, RefusesToConnectToMetadataAddressesUnlessTheTargetNamesThem) {
  ScriptedServer server({answer("302 Found", "", "Location: http://169.254.169.254/latest\r\n")});
  ProbeWorld world({{"inner.test", {.v4 = {"100.100.100.200"}}}});
  for (const std::string& url : {server.url(), std::string("http://inner.test/")}) {
    const ProbeResult result = world.probe(url);
    EXPECT_EQ(result.outcome, Outcome::Protocol) << url;
    EXPECT_NE(result.error.find("hands out credentials"), std::string::npos) << result.error;
  }
}

TEST(HttpEngine, ReadsWhatWasSaidBeforeTheConnectionWasReset) {
  // The server answers whoever connects and resets; much of what is sent never arrives.
  ScriptedServer server(
      {{testing::send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nfail"),
        testing::reset()}});
  ProbeWorld world;
  for (int i = 0; i < 50; ++i) {
    const ProbeResult result = world.probe(server.url());
    // Where the reset overtook the answer in the server's own kernel, there was nothing to read.
    EXPECT_TRUE(result.outcome == Outcome::BadGateway || result.outcome == Outcome::Reset)
        << to_string(result.outcome) << ": " << result.error;
  }
}

TEST(HttpEngine, TakesNoBodyForWholeThatAResetCutShort) {
  // Until-close, and reset before all of the request has been read.
  ScriptedServer server({{testing::send("HTTP/1.1 200 OK\r\n\r\nhalf of it"), testing::reset()}});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.method = "POST";
  settings.body = std::string(kMaxRequestBody, 'x');
  for (int i = 0; i < 20; ++i) {
    EXPECT_NE(world.probe(settings).outcome, Outcome::Ok);
  }
}

TEST(HttpEngine, KeepsTheStatusOfAHeadThatGoesWrong) {
  ScriptedServer server(
      {{read_request(), testing::send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n"
                                      "Transfer-Encoding: chunked\r\n\r\n")}});
  ProbeWorld world;
  const ProbeResult result = world.probe(server.url());
  EXPECT_EQ(result.outcome, Outcome::Protocol);
  EXPECT_EQ(result.status, 502);
}

TEST(HttpEngine, ShowsItsCertificateToTheTargetsOriginOnly) {
  const TestCertificate own("gatewatch");
  const TestCertificate other("127.0.0.1");
  ScriptedServer elsewhere({answer("200 OK")}, other.files());
  ScriptedServer home({answer("302 Found", "", "Location: " + elsewhere.url() + "\r\n")},
                      other.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(home.url());
  settings.tls.ca_file = other.files().certificate_file;
  settings.tls.certificate_file = own.files().certificate_file;
  settings.tls.key_file = own.files().key_file;
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
  EXPECT_EQ(home.client_certificates(), 1U);
  EXPECT_EQ(elsewhere.client_certificates(), 0U);
}

TEST(HttpEngine, ChecksTheAddressOfACertificateWhereTheUrlHasAZone) {
  const TestCertificate wrong("evil.test");
  ScriptedServer server({answer("200 OK")}, wrong.files());
  ProbeWorld world;
  HttpSettings settings = settings_for("https://[fe80::1%25lo]:" + std::to_string(server.port()));
  settings.connect_to = Endpoint{*parse_address("127.0.0.1"), 0};
  settings.tls.ca_file = wrong.files().certificate_file;
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Tls);
}

}  // namespace
}  // namespace gatewatch::probe
