// SPDX-License-Identifier: MIT
//
// What is sent, over which connections, and how a probe ends early.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <set>

#include "tests/support/scripted_server.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::hang;
using testing::read_request;
using testing::ScriptedServer;

bool has_line(const std::string& request, const std::string& line) {
  return request.find("\r\n" + line + "\r\n") != std::string::npos;
}

bool mentions(const std::string& request, const std::string& text) {
  return request.find(text) != std::string::npos;
}

TEST(HttpProber, SendsAPlainGetByDefault) {
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world;
  world.probe(server.url("/health?a=b"));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0],
            "GET /health?a=b HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                "\r\nUser-Agent: gatewatch/" GATEWATCH_VERSION
                "\r\nAccept: */*\r\nConnection: close\r\n\r\n");
}

TEST(HttpProber, SendsMethodHeadersAndBody) {
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.method = "PUT";
  settings.headers = {{"X-Key", Secret("k3y")},
                      {"User-Agent", Secret("probe")},
                      {"Host", Secret("shop.example.com")},
                      {"X-Empty", Secret("")}};
  settings.body = "{\"a\":1}";
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
  ASSERT_EQ(server.requests().size(), 1U);
  const std::string request = server.requests()[0];
  EXPECT_TRUE(request.starts_with("PUT / HTTP/1.1\r\n")) << request;
  EXPECT_TRUE(has_line(request, "X-Key: k3y")) << request;
  EXPECT_TRUE(has_line(request, "User-Agent: probe")) << request;
  EXPECT_TRUE(has_line(request, "Host: shop.example.com")) << request;
  EXPECT_TRUE(has_line(request, "X-Empty:")) << request;
  EXPECT_TRUE(has_line(request, "Content-Length: 7")) << request;
  EXPECT_FALSE(mentions(request, "Content-Type")) << request;
  EXPECT_FALSE(mentions(request, "gatewatch/")) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\n{\"a\":1}")) << request;
}

TEST(HttpProber, SendsEachMethodAsItIs) {
  for (const std::string method : {"HEAD", "POST", "DELETE", "OPTIONS", "GET"}) {
    ScriptedServer server({answer("200 OK")});
    ProbeWorld world;
    HttpSettings settings = settings_for(server.url());
    settings.method = method;
    EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok) << method;
    ASSERT_EQ(server.requests().size(), 1U);
    EXPECT_TRUE(server.requests()[0].starts_with(method + " / HTTP/1.1\r\n")) << method;
    EXPECT_EQ(has_line(server.requests()[0], "Content-Length: 0"), method == "POST") << method;
  }
}

// One handle of libcurl makes all of these in turn.
TEST(HttpProber, KeepsNothingOfTheRequestBefore) {
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world;
  HttpSettings full = settings_for("http://mon:secret@127.0.0.1:" + std::to_string(server.port()));
  full.method = "POST";
  full.body = "body";
  full.headers = {{"X-Key", Secret("k3y")}};
  HttpSettings head = settings_for(server.url());
  head.method = "HEAD";
  for (const HttpSettings& before : {full, head}) {
    EXPECT_EQ(world.probe(before).outcome, Outcome::Ok);
    EXPECT_EQ(world.probe(server.url()).outcome, Outcome::Ok);
    const std::string request = server.requests().back();
    EXPECT_TRUE(request.starts_with("GET / HTTP/1.1\r\n")) << request;
    for (const char* left : {"X-Key", "Authorization", "Content-Length", "body"}) {
      EXPECT_FALSE(mentions(request, left)) << request;
    }
  }
}

TEST(HttpProber, SendsTheCredentialsOfTheUrl) {
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world;
  world.probe("http://mon:s%40cret@127.0.0.1:" + std::to_string(server.port()) + "/");
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_TRUE(has_line(server.requests()[0], "Authorization: Basic bW9uOnNAY3JldA=="));
}

TEST(HttpProber, TakesNoProxyFromTheEnvironment) {
  const ClosedPort nobody;
  setenv("http_proxy", nobody.url().c_str(), 1);
  setenv("ALL_PROXY", nobody.url().c_str(), 1);
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world;
  const ProbeResult result = world.probe(server.url());
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_TRUE(server.requests()[0].starts_with("GET / HTTP/1.1\r\n"));
}

TEST(HttpProber, MakesANewConnectionForEachProbe) {
  ScriptedServer server({{read_request(),
                          testing::send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
                                        "Connection: keep-alive\r\n\r\n"),
                          hang()}});
  ProbeWorld world;
  HttpProber prober(world.services, std::make_shared<HttpSettings>(settings_for(server.url())));
  const size_t before = open_descriptors();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(world.probe(prober).outcome, Outcome::Ok);
  }
  EXPECT_EQ(server.connections(), 5U);
  world.run_until([&] { return open_descriptors() == before; });  // none is kept
}

TEST(HttpProber, DoesNotTryAgain) {
  ScriptedServer server({{read_request()}, answer("200 OK")});
  ProbeWorld world;
  EXPECT_EQ(world.probe(server.url()).outcome, Outcome::Reset);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpProber, ResolvesTheNameAndKeepsItInTheRequest) {
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}}}});
  const ProbeResult result = world.probe("http://shop.test:" + std::to_string(server.port()) + "/");
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  EXPECT_EQ(result.address, "127.0.0.1");
  ASSERT_TRUE(result.phases.dns);
  EXPECT_GT(*result.phases.dns, 0s);
  EXPECT_TRUE(
      has_line(server.requests().at(0), "Host: shop.test:" + std::to_string(server.port())));
}

TEST(HttpProber, TakesTheNextAddressEachTime) {
  const std::vector<std::string> addresses{"127.0.0.1", "127.0.0.2", "127.0.0.3"};
  ProbeWorld world({{"shop.test", {.v4 = addresses}}});
  HttpProber prober(world.services,
                    std::make_shared<HttpSettings>(settings_for("http://shop.test:1/")));
  std::vector<std::string> used;
  for (int i = 0; i < 6; ++i) {
    used.push_back(world.probe(prober).address);
  }
  EXPECT_EQ(std::set<std::string>(used.begin(), used.begin() + 3),
            std::set<std::string>(addresses.begin(), addresses.end()));
  EXPECT_TRUE(std::equal(used.begin(), used.begin() + 3, used.begin() + 3));
}

TEST(HttpProber, ConnectsToIpv6Addresses) {
  ProbeWorld world({{"six.test", {.v6 = {"::1"}}}});
  for (const char* url : {"http://[::1]:1/", "http://six.test:1/"}) {
    const ProbeResult result = world.probe(url);
    EXPECT_EQ(result.address, "::1");
    // Refused where IPv6 is on, our own trouble where it is off.
    EXPECT_TRUE(result.outcome == Outcome::Refused || result.outcome == Outcome::Inconclusive)
        << result.error;
  }
}

TEST(HttpProber, IsAbortedWithAReasonAndWhatItHadLearnt) {
  ScriptedServer server({{read_request(), hang()}});
  ProbeWorld world;
  HttpProber prober(world.services, std::make_shared<HttpSettings>(settings_for(server.url())));
  prober.abort("nothing is in flight");
  std::optional<ProbeResult> result;
  prober.start(world.loop.precise_now() + 10s, [&](ProbeResult told) { result = std::move(told); });
  world.run_until([&] { return server.requests().size() == 1; });
  prober.abort("gatewatch stops");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, Outcome::Inconclusive);
  EXPECT_EQ(result->error, "gatewatch stops");
  EXPECT_EQ(result->address, "127.0.0.1");
  EXPECT_TRUE(result->phases.connect);
  EXPECT_EQ(world.http.running(), 0U);
  prober.abort("again");  // nothing happens
}

TEST(HttpProber, LeaksNoDescriptorWhateverEndsIt) {
  ScriptedServer server({{read_request(), hang()}});
  const ClosedPort closed;
  ProbeWorld world({{"silent.test", {.silent = true}}});
  world.probe(server.url(), 20ms);
  world.probe(closed.url());
  const size_t servers_part = 1;  // its end of the connection that it has not closed yet
  const size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    world.probe(server.url(), 5ms);
    world.probe(closed.url());
    bool called = false;
    {
      HttpProber prober(world.services, std::make_shared<HttpSettings>(settings_for(server.url())));
      prober.start(world.loop.precise_now() + 10s, [&](const ProbeResult&) { called = true; });
      const size_t requests = server.requests().size();
      world.run_until([&] { return server.requests().size() > requests; });
    }
    EXPECT_FALSE(called);
  }
  world.run_until([&] { return open_descriptors() <= before + servers_part; });
  EXPECT_EQ(world.http.running(), 0U);
}

TEST(HttpProber, LeavesNoTimerBehindWhenItIsDestroyedInFlight) {
  ScriptedServer server({{read_request(), hang()}});
  ProbeWorld world;
  bool called = false;
  {
    HttpProber prober(world.services, std::make_shared<HttpSettings>(settings_for(server.url())));
    prober.start(world.loop.precise_now() + 20ms, [&](const ProbeResult&) { called = true; });
  }
  const SteadyTime later = world.loop.precise_now() + 40ms;
  world.run_until([&] { return world.loop.now() > later; });
  EXPECT_FALSE(called);
}

TEST(HttpProber, CountsRunningOutOfDescriptorsAsOurOwnTrouble) {
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world;
  EXPECT_EQ(world.probe(server.url()).outcome, Outcome::Ok);
  world.run_until([&] { return true; });
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  rlimit none = limit;
  none.rlim_cur = 3;  // all that are open stay so, no more can be made
  setrlimit(RLIMIT_NOFILE, &none);
  const ProbeResult result = world.probe(server.url());
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(result.outcome, Outcome::Inconclusive);
  EXPECT_FALSE(result.error.empty());
}

}  // namespace
}  // namespace gatewatch::probe
