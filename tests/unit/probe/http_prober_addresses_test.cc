// SPDX-License-Identifier: MIT
//
// Where a probe connects to.
#include <gtest/gtest.h>

#include "tests/support/scripted_server.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using testing::answer;
using testing::ScriptedServer;

std::string url_of(const std::string& host, const ScriptedServer& server) {
  return "http://" + host + ":" + std::to_string(server.port()) + "/";
}

testing::Script redirect(const std::string& location) {
  return answer("302 Found", "", "Location: " + location + "\r\n");
}

TEST(HttpProberAddresses, ConnectsToTheAddressItIsToldInsteadOfResolving) {
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world;
  HttpSettings settings = settings_for(url_of("shop.test", server));
  settings.connect_to = parse_endpoint("127.0.0.1");
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Ok);
  EXPECT_EQ(result.address, "127.0.0.1");
  EXPECT_FALSE(result.phases.dns);
  EXPECT_EQ(world.dns.queries(), 0U);
  const std::string request = server.requests().at(0);
  EXPECT_NE(request.find("Host: shop.test:" + std::to_string(server.port()) + "\r\n"),
            std::string::npos)
      << request;
}

TEST(HttpProberAddresses, ConnectsToThePortItIsTold) {
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world;
  HttpSettings settings = settings_for("http://192.0.2.1:1/");
  settings.connect_to = Endpoint{{Address::Family::V4, "127.0.0.1"}, server.port()};
  const ProbeResult result = world.probe(settings);
  EXPECT_EQ(result.outcome, Outcome::Ok);
  EXPECT_EQ(result.address, "127.0.0.1");
  EXPECT_NE(server.requests().at(0).find("Host: 192.0.2.1:1\r\n"), std::string::npos);
}

TEST(HttpProberAddresses, ChecksTheCertificateForTheUrlsNameWhereItIsToldAnAddress) {
  const testing::TestCertificate certificate("shop.test");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for("https://shop.test/");
  settings.tls.ca_file = certificate.files().certificate_file;
  settings.connect_to = Endpoint{{Address::Family::V4, "127.0.0.1"}, server.port()};
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
}

// The redirect leads to the same host at its own port, and then to a host that has to be resolved.
TEST(HttpProberAddresses, FollowsARedirectToTheSameHostToTheSameAddress) {
  ScriptedServer last({answer("200 OK")});
  ScriptedServer second({redirect(url_of("other.test", last))});
  ScriptedServer first({redirect(url_of("shop.test", second))});
  ProbeWorld world({{"other.test", {.v4 = {"127.0.0.1"}}}});
  HttpSettings settings = settings_for("http://shop.test:1/");
  settings.connect_to = Endpoint{{Address::Family::V4, "127.0.0.1"}, first.port()};
  EXPECT_EQ(world.probe(settings).outcome, Outcome::Ok);
  EXPECT_EQ(first.requests().size(), 1U);
  EXPECT_EQ(second.requests().size(), 1U);
  EXPECT_EQ(last.requests().size(), 1U);
  EXPECT_EQ(world.dns.queries("shop.test"), 0U);
}

TEST(HttpProberAddresses, KeepsToTheFamilyItIsTold) {
  ProbeWorld world(
      {{"both.test", {.v4 = {"127.0.0.1"}, .v6 = {"::1"}}}, {"four.test", {.v4 = {"127.0.0.1"}}}});
  HttpSettings settings = settings_for("http://both.test:1/");
  settings.ip_family = Address::Family::V6;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(world.probe(settings).address, "::1");
  }
  settings.ip_family = Address::Family::V4;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(world.probe(settings).address, "127.0.0.1");
  }
  settings = settings_for("http://four.test:1/");
  settings.ip_family = Address::Family::V6;
  const ProbeResult none = world.probe(settings);
  EXPECT_EQ(none.outcome, Outcome::Dns);
  EXPECT_EQ(none.error, "four.test: the name has no address");
}

}  // namespace
}  // namespace gatewatch::probe
