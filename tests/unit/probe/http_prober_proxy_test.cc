// SPDX-License-Identifier: MIT
//
// An https target behind a proxy: what the proxy answers to CONNECT, and what the target answers
// through the tunnel, are told apart.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

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
using testing::send;
using testing::TestCertificate;

bool pass_on(int from, int to) {
  std::array<char, 4096> buffer{};
  const ssize_t count = recv(from, buffer.data(), buffer.size(), 0);
  return count > 0 && ::send(to, buffer.data(), static_cast<size_t>(count), MSG_NOSIGNAL) == count;
}

// Carries bytes both ways until either end closes.
testing::Step tunnel_to(uint16_t port) {
  return testing::perform([port](int client) {
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool open = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    while (open) {
      std::array<pollfd, 2> ends{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
      open = poll(ends.data(), ends.size(), -1) > 0 &&
             (ends[0].revents == 0 || pass_on(client, server)) &&
             (ends[1].revents == 0 || pass_on(server, client));
    }
    close(server);
    return false;
  });
}

Script tunnel(uint16_t port) {
  return {read_request(), send("HTTP/1.1 200 Connection established\r\nVia: 1.1 way\r\n\r\n"),
          tunnel_to(port)};
}

// An https target, and the settings of a probe that goes to it through a proxy.
struct Behind {
  explicit Behind(std::vector<Script> scripts) : origin(std::move(scripts), certificate.files()) {}

  [[nodiscard]] HttpSettings through(const ScriptedServer& proxy) const {
    HttpSettings settings = settings_for(origin.url());
    settings.tls.ca_file = certificate.files().certificate_file;
    settings.proxy = *parse_url(proxy.url());
    return settings;
  }

  TestCertificate certificate{"127.0.0.1"};
  ScriptedServer origin;
};

TEST(HttpProberProxy, TellsA502FromBehindATunnel) {
  Behind behind({answer("502 Bad Gateway", "no upstream", "Server: nginx\r\n")});
  ScriptedServer proxy({tunnel(behind.origin.port())});
  ProbeWorld world;
  const ProbeResult result = world.probe(behind.through(proxy));
  EXPECT_EQ(result.outcome, Outcome::BadGateway) << result.error;
  EXPECT_EQ(result.status, 502);
  EXPECT_EQ(result.reason, "Bad Gateway");
  EXPECT_TRUE(result.head.starts_with("HTTP/1.1 502 Bad Gateway\r\n")) << result.head;
  EXPECT_EQ(result.body, "no upstream");
  EXPECT_NE(result.certificate, nullptr);
  EXPECT_TRUE(proxy.requests().at(0).starts_with("CONNECT 127.0.0.1:"));
}

TEST(HttpProberProxy, FollowsARedirectFromBehindATunnel) {
  Behind behind({answer("302 Found", "", "Location: /new\r\n"), answer("503 Service Unavailable")});
  ScriptedServer proxy({tunnel(behind.origin.port())});
  ProbeWorld world;
  const ProbeResult result = world.probe(behind.through(proxy));
  EXPECT_EQ(result.outcome, Outcome::Unavailable) << result.error;
  ASSERT_EQ(behind.origin.requests().size(), 2U);
  EXPECT_TRUE(behind.origin.requests()[1].starts_with("GET /new "));
}

TEST(HttpProberProxy, ChecksTheFieldsOfTheTargetNotOfTheProxy) {
  Behind behind({answer("200 OK")});
  ScriptedServer proxy({tunnel(behind.origin.port())});
  HttpSettings settings = behind.through(proxy);
  settings.expectations.headers.push_back({.name = "Via", .part = "way"});
  ProbeWorld world;
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Header);
}

TEST(HttpProberProxy, TellsThatTheProxyRefusedTheTunnel) {
  struct Case {
    const char* status;
    Outcome outcome;
    int code;
  };
  for (const Case& refusal : {Case{"502 Bad Gateway", Outcome::BadGateway, 502},
                              Case{"403 Filtered", Outcome::HttpError, 403},
                              Case{"407 Proxy Authentication Required", Outcome::HttpError, 407}}) {
    Behind behind({answer("200 OK")});
    ScriptedServer proxy({answer(refusal.status, "no way", "Server: squid\r\n")});
    ProbeWorld world;
    const ProbeResult result = world.probe(behind.through(proxy));
    EXPECT_EQ(result.outcome, refusal.outcome) << result.error;
    EXPECT_EQ(result.status, refusal.code);
    EXPECT_EQ(result.error, std::string("the proxy answered CONNECT with ") + refusal.status);
    EXPECT_NE(result.head.find("Server: squid"), std::string::npos) << result.head;
    EXPECT_EQ(result.certificate, nullptr);
    EXPECT_EQ(behind.origin.connections(), 0U);
  }
}

TEST(HttpProberProxy, IsNotContentWithARefusedTunnelWhoseStatusIsExpectedOfTheTarget) {
  Behind behind({answer("200 OK")});
  ScriptedServer proxy({answer("403 Filtered")});
  HttpSettings settings = behind.through(proxy);
  settings.expected = *StatusSet::parse("403");
  ProbeWorld world;
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::HttpError);
  EXPECT_EQ(result.status, 403);
}

TEST(HttpProberProxy, DoesNotFollowARedirectOfTheProxyItself) {
  Behind behind({answer("200 OK")});
  Behind elsewhere({answer("200 OK")});
  ScriptedServer proxy({answer("302 Found", "", "Location: " + elsewhere.origin.url() + "\r\n"),
                        tunnel(elsewhere.origin.port())});
  ProbeWorld world;
  HttpSettings settings = behind.through(proxy);
  settings.tls.verify = false;
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::HttpError) << result.error;
  EXPECT_EQ(result.status, 302);
  EXPECT_EQ(elsewhere.origin.connections(), 0U);
  EXPECT_EQ(proxy.connections(), 1U);
}

TEST(HttpProberProxy, DoesNotTakeAnOpenTunnelForAnAnswer) {
  Behind behind({answer("200 OK")});
  ScriptedServer proxy(
      {{read_request(), send("HTTP/1.1 200 Connection established\r\n\r\n"), hang()}});
  ProbeWorld world;
  const ProbeResult result = world.probe(behind.through(proxy), 500ms);
  EXPECT_EQ(result.outcome, Outcome::Timeout);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.head, "");
  EXPECT_TRUE(result.error.ends_with("in the TLS handshake")) << result.error;
}

}  // namespace
}  // namespace gatewatch::probe
