// SPDX-License-Identifier: MIT
#include "probe/kinds/origin_keys.h"

#include <gtest/gtest.h>

#include "config/config.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::ScriptedServer;

// What reading one target with the given lines gives.
struct Reading {
  explicit Reading(const std::string& lines, const std::string& table = "[[target]]") {
    config::Config loaded = config::load_text(
        "t",
        "[[channel]]\nname = \"ops\"\nkind = \"webhook\"\n" + table + "\nname = \"shop\"\n" + lines,
        {}, diagnostics);
    config::TargetConfig& target = loaded.targets.at(0);
    (void)read_prober(target.target, target.settings);
    origin = read_origin(target.target, target.settings);
    target.settings.finish();
    for (const config::Diagnostic& diagnostic : diagnostics.sorted()) {
      messages += diagnostic.message + '\n';
    }
  }

  config::Diagnostics diagnostics;
  std::string messages;
  std::optional<OriginProbing> origin;
};

const std::string kUrl = "url = \"https://shop.example.com/health\"\n";

// What `server` is asked where it is the origin of a target with these lines.
std::string asked(const ScriptedServer& server, const std::string& lines) {
  const Reading reading(kUrl + "origin = \"" + server.url("/health") + "\"\n" + lines);
  EXPECT_EQ(reading.messages, "");
  ProbeWorld world;
  const auto prober = reading.origin->make(world.services);
  EXPECT_EQ(world.probe(*prober).outcome, Outcome::Ok);
  return server.requests().at(0);
}

TEST(ReadOrigin, IsEmptyWithoutTheKey) {
  const Reading reading(kUrl);
  EXPECT_FALSE(reading.origin);
  EXPECT_EQ(reading.messages, "");
}

TEST(ReadOrigin, IsProbedUnderTheTargetsNameAtASlowerPace) {
  const Reading reading(kUrl +
                        "interval = \"10s\"\norigin = \"http://u:p@10.0.0.5:8080/health\"\n");
  ASSERT_TRUE(reading.origin) << reading.messages;
  EXPECT_EQ(reading.origin->target.name, "shop");
  EXPECT_EQ(reading.origin->target.url, "http://***@10.0.0.5:8080/health");
  EXPECT_EQ(reading.origin->target.interval, 5min);
}

TEST(ReadOrigin, IsNeverProbedMoreOftenThanTheTarget) {
  const Reading reading(kUrl + "interval = \"1h\"\norigin = \"http://10.0.0.5/\"\n");
  EXPECT_EQ(reading.origin->target.interval, 1h);
  const Reading faster(kUrl + "origin = \"http://10.0.0.5/\"\norigin_interval = \"1s\"\n");
  EXPECT_EQ(faster.origin->target.interval, 30s);
}

TEST(ReadOrigin, AsksWhatTheTargetIsAsked) {
  const ScriptedServer server({answer("200 OK")});
  const std::string request =
      asked(server, "method = \"POST\"\nbody = \"ping\"\nheaders = { X-Key = \"k\" }\n");
  EXPECT_TRUE(request.starts_with("POST /health HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("X-Key: k\r\n"), std::string::npos) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\nping")) << request;
  EXPECT_NE(request.find("Host: 127.0.0.1:"), std::string::npos) << request;
}

TEST(ReadOrigin, GoesItsOwnWay) {
  const ScriptedServer server({answer("200 OK")});
  (void)asked(server, "connect_to = \"192.0.2.1\"\n");
  const ScriptedServer other({answer("200 OK")});
  (void)asked(other, "proxy = \"http://192.0.2.1:3128\"\n");
}

TEST(ReadOrigin, DoesNotFollowRedirectsBackToTheGateway) {
  ScriptedServer server({answer("302 Found", "", "Location: http://192.0.2.1/\r\n")});
  (void)asked(server, "");
  EXPECT_EQ(server.connections(), 1U);
}

TEST(ReadOrigin, AsksForAnotherHost) {
  const ScriptedServer server({answer("200 OK")});
  const std::string request = asked(server, "origin_host = \"shop.example.com\"\n");
  EXPECT_NE(request.find("Host: shop.example.com\r\n"), std::string::npos) << request;
}

TEST(ReadOrigin, ChecksTheCertificateForThatHost) {
  const testing::TestCertificate certificate("shop.example.com");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  const std::string lines = "ca_file = \"" + certificate.files().certificate_file + "\"\n";
  (void)asked(server, lines + "origin_host = \"shop.example.com\"\n");
  const Reading other(kUrl + lines + "origin = \"" + server.url() + "\"\n");
  ProbeWorld world;
  const auto prober = other.origin->make(world.services);
  EXPECT_EQ(world.probe(*prober).met, CauseSet{Cause::TlsCertificate});
}

TEST(ReadOrigin, TellsMistakes) {
  EXPECT_EQ(Reading(kUrl + "origin = \"10.0.0.5:8080\"\n").messages.substr(0, 11), "origin does");
  EXPECT_EQ(Reading(kUrl + "origin_host = \"a\"\n").messages,
            "origin_host is for the origin, and none is named\n");
  EXPECT_EQ(Reading(kUrl + "origin_interval = \"1m\"\n").messages,
            "origin_interval is for the origin, and none is named\n");
  EXPECT_EQ(Reading(kUrl + "origin = \"http://10.0.0.5/\"\norigin_host = \"a b\"\n").messages,
            "origin_host is not the name of a host\n");
  EXPECT_NE(Reading("url = \"tcp://10.0.0.5:1\"\norigin = \"http://10.0.0.5/\"\n").messages, "");
}

TEST(ReadOrigin, TakesOneProofOfWhoAsks) {
  const std::string header = "headers = { authorization = \"Bearer t\" }\n";
  const Reading both(kUrl + header + "origin = \"http://u:p@10.0.0.5/\"\n");
  EXPECT_EQ(both.messages, "origin carries credentials, but Authorization is set in headers too\n");
  EXPECT_TRUE(both.diagnostics.has_errors());
  EXPECT_EQ(Reading(kUrl + header + "origin = \"http://10.0.0.5/\"\n").messages, "");
}

TEST(ReadOrigin, WarnsWhereItIsTheUrl) {
  const std::string words = "origin is the url itself: it fails as the target does\n";
  const auto read = [](const std::string& origin, const std::string& lines = "") {
    return Reading(kUrl + "origin = \"" + origin + "\"\n" + lines);
  };
  const std::string same = "https://SHOP.example.com:443/health";
  EXPECT_EQ(read(same).messages, words);
  EXPECT_FALSE(read(same).diagnostics.has_errors());
  EXPECT_EQ(read(same, "origin_host = \"shop.example.com\"\n").messages, words);
  EXPECT_EQ(read("http://shop.example.com/health").messages, "");
  EXPECT_EQ(read("https://shop.example.com/").messages, "");
  EXPECT_EQ(read(same, "origin_host = \"inner.example.com\"\n").messages, "");
  for (const char* way : {"connect_to = \"192.0.2.1\"\n", "unix_socket = \"/run/gateway\"\n",
                          "proxy = \"http://192.0.2.1:3128\"\n"}) {
    EXPECT_EQ(read(same, way).messages, "") << "the target is asked elsewhere: " << way;
  }
}

}  // namespace
}  // namespace gatewatch::probe
