// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tests/support/scripted_server.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::hang;
using testing::read_request;
using testing::Script;
using testing::ScriptedServer;

Script redirect(const std::string& status, const std::string& location) {
  return answer(status, "", "Location: " + location + "\r\n");
}

bool mentions(const std::string& request, const std::string& text) {
  return request.find(text) != std::string::npos;
}

TEST(HttpProberRedirects, LetTheLastAnswerDecide) {
  ScriptedServer server(
      {redirect("301 Moved", "/b"), redirect("302 Found", "c?d=e"), answer("502 Bad Gateway")});
  ProbeWorld world;
  const ProbeResult result = world.probe(server.url("/a/a"));
  EXPECT_EQ(result.outcome, Outcome::BadGateway);
  EXPECT_EQ(result.status, 502);
  EXPECT_EQ(result.reason, "Bad Gateway");
  ASSERT_EQ(server.requests().size(), 3U);
  EXPECT_TRUE(server.requests()[1].starts_with("GET /b HTTP/1.1\r\n"));
  EXPECT_TRUE(server.requests()[2].starts_with("GET /c?d=e HTTP/1.1\r\n"));
  EXPECT_EQ(server.connections(), 3U);
}

TEST(HttpProberRedirects, AreTheAnswerWhereNoneAreToBeFollowed) {
  ScriptedServer server({redirect("301 Moved", "/b")});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.max_redirects = 0;
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Ok);
  EXPECT_EQ(result.status, 301);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpProberRedirects, AreTheAnswerWithoutALocation) {
  ScriptedServer server({answer("302 Found"), answer("304 Not Modified")});
  ProbeWorld world;
  EXPECT_EQ(world.probe(server.url()).status, 302);
  EXPECT_EQ(world.probe(server.url()).status, 304);
}

TEST(HttpProberRedirects, AreAnErrorWhenThereIsNoEndToThem) {
  ScriptedServer server({redirect("302 Found", "/again")});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.max_redirects = 3;
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::HttpError);
  EXPECT_EQ(result.error, "more than 3 redirects");
  EXPECT_EQ(result.status, 302);
  EXPECT_EQ(server.connections(), 4U);
}

TEST(HttpProberRedirects, ShareOneDeadline) {
  ScriptedServer server({redirect("302 Found", "/b"), {read_request(), hang()}});
  ProbeWorld world;
  const ProbeResult result = world.probe(server.url(), 100ms);
  EXPECT_EQ(result.outcome, Outcome::Timeout);
  EXPECT_EQ(result.status, 0);
  EXPECT_GE(result.latency, 99ms);
}

TEST(HttpProberRedirects, AreFollowedEvenIfTheirOwnBodyIsCut) {
  ScriptedServer server({{read_request(), testing::send("HTTP/1.1 302 Found\r\nLocation: /b\r\n"
                                                        "Content-Length: 10\r\n\r\nx")},
                         answer("200 OK")});
  ProbeWorld world;
  EXPECT_EQ(world.probe(server.url()).status, 200);
}

TEST(HttpProberRedirects, AreFollowedBeforeTheirBodyComes) {
  ScriptedServer server({{read_request(),
                          testing::send("HTTP/1.1 302 Found\r\nLocation: /b\r\n"
                                        "Content-Length: 1000\r\n\r\n"),
                          hang()},
                         answer("200 OK")});
  ProbeWorld world;
  EXPECT_EQ(world.probe(server.url()).outcome, Outcome::Ok);
}

TEST(HttpProberRedirects, AddUpTheirPhases) {
  ScriptedServer server({redirect("302 Found", "/b"), answer("200 OK")});
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}}}});
  const ProbeResult result = world.probe("http://shop.test:" + std::to_string(server.port()) + "/");
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  ASSERT_TRUE(result.phases.dns && result.phases.connect && result.phases.first_byte);
  EXPECT_LE(*result.phases.dns + *result.phases.connect + *result.phases.first_byte,
            result.latency);
  EXPECT_LE(world.dns.queries(), 2U);  // A and AAAA, once: one probe stays with its address
}

TEST(HttpProberRedirects, TellOfAFailureAtALaterHop) {
  const ClosedPort closed;
  ScriptedServer server(
      {redirect("302 Found", closed.url()), redirect("302 Found", "http://gone.test/")});
  ProbeWorld world;
  const ProbeResult refused = world.probe(server.url());
  EXPECT_EQ(refused.outcome, Outcome::Refused);
  EXPECT_EQ(refused.status, 0);
  const ProbeResult unresolved = world.probe(server.url());
  EXPECT_EQ(unresolved.outcome, Outcome::Dns);
  EXPECT_EQ(unresolved.status, 0);
  EXPECT_EQ(unresolved.address, "");
}

TEST(HttpProberRedirects, TurnAPostIntoAGetAsBrowsersDo) {
  for (const char* status : {"301 Moved", "302 Found", "303 See Other"}) {
    ScriptedServer server({redirect(status, "/b"), answer("200 OK")});
    ProbeWorld world;
    HttpSettings settings = settings_for(server.url());
    settings.method = "POST";
    settings.body = "order=1";
    EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
    ASSERT_EQ(server.requests().size(), 2U);
    EXPECT_TRUE(server.requests()[1].starts_with("GET /b ")) << status;
    EXPECT_FALSE(mentions(server.requests()[1], "order=1")) << status;
  }
}

TEST(HttpProberRedirects, KeepMethodAndBodyFor307And308) {
  for (const char* status : {"307 Temporary Redirect", "308 Permanent Redirect"}) {
    ScriptedServer server({redirect(status, "/b"), answer("200 OK")});
    ProbeWorld world;
    HttpSettings settings = settings_for(server.url());
    settings.method = "POST";
    settings.body = "order=1";
    EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
    ASSERT_EQ(server.requests().size(), 2U);
    EXPECT_TRUE(server.requests()[1].starts_with("POST /b ")) << status;
    EXPECT_TRUE(server.requests()[1].ends_with("order=1")) << status;
  }
}

TEST(HttpProberRedirects, KeepAHead) {
  ScriptedServer server({{read_request(), testing::send("HTTP/1.1 303 See Other\r\n"
                                                        "Location: /b\r\n\r\n")},
                         answer("200 OK")});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.method = "HEAD";
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_TRUE(server.requests()[1].starts_with("HEAD /b "));
}

HttpSettings with_secrets(const ScriptedServer& server) {
  HttpSettings settings =
      settings_for("http://mon:secret@127.0.0.1:" + std::to_string(server.port()) + "/");
  settings.headers = {{"Cookie", Secret("session=1")},
                      {"X-Api-Key", Secret("k3y")},
                      {"Host", Secret("shop.example.com")},
                      {"User-Agent", Secret("probe")},
                      {"Accept-Language", Secret("de")}};
  return settings;
}

TEST(HttpProberRedirects, KeepCredentialsWithinTheOrigin) {
  ScriptedServer server({redirect("302 Found", "/b"), answer("200 OK")});
  ProbeWorld world;
  EXPECT_EQ(world.probe(with_secrets(server)).outcome, Outcome::Ok);
  ASSERT_EQ(server.requests().size(), 2U);
  for (const char* kept : {"Authorization: Basic bW9uOnNlY3JldA==", "Cookie: session=1",
                           "X-Api-Key: k3y", "Host: shop.example.com", "User-Agent: probe"}) {
    EXPECT_TRUE(mentions(server.requests()[1], kept)) << kept;
  }
}

TEST(HttpProberRedirects, DropCredentialsAtAnotherPortAndAfterIt) {
  ScriptedServer foreign({answer("200 OK")});
  ScriptedServer home({redirect("302 Found", foreign.url("/elsewhere"))});
  ProbeWorld world;
  EXPECT_EQ(world.probe(with_secrets(home)).outcome, Outcome::Ok);
  ASSERT_EQ(foreign.requests().size(), 1U);
  const std::string request = foreign.requests()[0];
  for (const char* dropped : {"Authorization", "Cookie", "X-Api-Key", "shop.example.com"}) {
    EXPECT_FALSE(mentions(request, dropped)) << request;
  }
  EXPECT_TRUE(mentions(request, "User-Agent: probe"));
  EXPECT_TRUE(mentions(request, "Accept-Language: de"));
}

TEST(HttpProberRedirects, DropCredentialsAtAnotherNameAndDoNotTakeThemUpAgain) {
  ProbeWorld world({{"other.test", {.v4 = {"127.0.0.1"}}}});
  ScriptedServer server({redirect("302 Found", "http://other.test:{port}/there"),
                         redirect("302 Found", "http://127.0.0.1:{port}/back"), answer("200 OK")});
  EXPECT_EQ(world.probe(with_secrets(server)).outcome, Outcome::Ok);
  ASSERT_EQ(server.requests().size(), 3U);
  EXPECT_TRUE(mentions(server.requests()[0], "Authorization"));
  EXPECT_TRUE(mentions(server.requests()[1], "Host: other.test"));
  EXPECT_TRUE(server.requests()[2].starts_with("GET /back "));
  for (const size_t away : {1U, 2U}) {
    EXPECT_FALSE(mentions(server.requests()[away], "Authorization"));
    EXPECT_FALSE(mentions(server.requests()[away], "X-Api-Key"));
  }
}

TEST(HttpProberRedirects, IgnoreCredentialsInALocation) {
  ScriptedServer foreign({answer("200 OK")});
  ScriptedServer home(
      {redirect("302 Found", "http://eve:pw@127.0.0.1:" + std::to_string(foreign.port()) + "/")});
  ProbeWorld world;
  EXPECT_EQ(world.probe(home.url()).outcome, Outcome::Ok);
  ASSERT_EQ(foreign.requests().size(), 1U);
  EXPECT_FALSE(mentions(foreign.requests()[0], "Authorization"));
}

TEST(HttpProberRedirects, GoToHttpAndHttpsOnly) {
  for (const char* location : {"file:///etc/passwd", "ftp://127.0.0.1/", "http://"}) {
    ScriptedServer server({redirect("302 Found", location)});
    ProbeWorld world;
    const ProbeResult result = world.probe(server.url());
    EXPECT_EQ(result.outcome, Outcome::Protocol) << location;
    EXPECT_EQ(result.status, 302);
    EXPECT_TRUE(result.error.starts_with("the redirect's location ")) << result.error;
  }
}

TEST(HttpProberRedirects, DoNotGoFromHttpsToHttp) {
  const testing::TestCertificate certificate("127.0.0.1");
  ScriptedServer plain({answer("200 OK")});
  ScriptedServer secure({redirect("302 Found", plain.url())}, certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(secure.url());
  settings.tls.ca_file = certificate.files().certificate_file;
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Protocol);
  EXPECT_EQ(result.status, 302);
  EXPECT_EQ(result.error, "a redirect from https to http is not followed");
  EXPECT_EQ(plain.connections(), 0U);
}

TEST(HttpProberRedirects, GoFromHttpToHttps) {
  const testing::TestCertificate certificate("127.0.0.1");
  ScriptedServer secure({answer("200 OK")}, certificate.files());
  ScriptedServer plain({redirect("301 Moved", secure.url())});
  ProbeWorld world;
  HttpSettings settings = settings_for(plain.url());
  settings.tls.ca_file = certificate.files().certificate_file;
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  EXPECT_TRUE(result.phases.tls);
}

TEST(HttpProberRedirects, DoNotTakeTheBodyToAnotherOrigin) {
  ScriptedServer elsewhere({answer("200 OK")});
  ScriptedServer server({redirect("307 Temporary Redirect", elsewhere.url("/form"))});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.method = "POST";
  settings.body = "user=me&word=secret";
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Protocol);
  EXPECT_EQ(result.status, 307);
  EXPECT_NE(result.error.find("would take the body to another origin"), std::string::npos);
  EXPECT_NE(result.head.find("307 Temporary Redirect"), std::string::npos) << "kept as evidence";
  EXPECT_EQ(elsewhere.connections(), 0U);
}

TEST(HttpProberRedirects, DoNotKeepHalfOfAnAddressSetFromBeingProbed) {
  // One prober, home with two addresses, each redirecting to another name with two.
  ScriptedServer at_one({answer("200 OK")}, {.address = "127.0.0.1"});
  const uint16_t port = at_one.port();
  const std::string to = "http://elsewhere.test:" + std::to_string(port) + "/";
  ScriptedServer home_two({redirect("302 Found", to)}, {.address = "127.0.0.2", .port = port});
  ScriptedServer home_three({redirect("302 Found", to)}, {.address = "127.0.0.3", .port = port});
  ProbeWorld world({{"home.test", {.v4 = {"127.0.0.2", "127.0.0.3"}}},
                    {"elsewhere.test", {.v4 = {"127.0.0.1"}}}});
  HttpProber prober(world.services, std::make_shared<const HttpSettings>(settings_for(
                                        "http://home.test:" + std::to_string(port) + "/")));
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(world.probe(prober).outcome, Outcome::Ok);
  }
  EXPECT_EQ(home_two.connections(), 2U);
  EXPECT_EQ(home_three.connections(), 2U);
}

}  // namespace
}  // namespace gatewatch::probe
