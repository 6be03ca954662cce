// SPDX-License-Identifier: MIT
#include "probe/kinds/dns_prober.h"

#include <gtest/gtest.h>

#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

// Asks `server` ("127.0.0.1:5353") for a name.
DnsSettings settings_of(const std::string& server, const std::string& name) {
  DnsSettings settings;
  settings.server = parse_endpoint_url("dns://" + server).value();
  settings.name = name;
  return settings;
}

ProbeResult probe_dns(ProbeWorld& world, const DnsSettings& settings, Duration timeout = 10s) {
  DnsProber prober(world.services, std::make_shared<const DnsSettings>(settings));
  return world.probe(prober, timeout);
}

TEST(DnsProber, IsContentWithARecord) {
  ProbeWorld world({{"shop.test", {.v4 = {"192.0.2.1"}}}});
  const ProbeResult result = probe_dns(world, settings_of(world.dns.servers(), "shop.test"));
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  EXPECT_EQ(result.address, "127.0.0.1");
  EXPECT_EQ(result.error, "");
  EXPECT_FALSE(result.phases.dns);
  EXPECT_FALSE(result.phases.connect);
  ASSERT_TRUE(result.phases.first_byte);
  EXPECT_GT(*result.phases.first_byte, 0s);
  EXPECT_LE(*result.phases.first_byte, result.latency);
}

TEST(DnsProber, AsksTheServerEachTime) {
  ProbeWorld world({{"shop.test", {.v4 = {"192.0.2.1"}}}});
  DnsProber prober(world.services, std::make_shared<const DnsSettings>(
                                       settings_of(world.dns.servers(), "shop.test")));
  const size_t before = open_descriptors();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(world.probe(prober).outcome, Outcome::Ok);
  }
  EXPECT_EQ(world.dns.queries(), 3U);
  EXPECT_EQ(open_descriptors(), before);
}

TEST(DnsProber, LooksUpTheServersOwnName) {
  ProbeWorld world({{"ns.test", {.v4 = {"127.0.0.1"}}}, {"shop.test", {.v4 = {"192.0.2.1"}}}});
  const std::string port = world.dns.servers().substr(world.dns.servers().find(':'));
  const ProbeResult result = probe_dns(world, settings_of("ns.test" + port, "shop.test"));
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  EXPECT_TRUE(result.phases.dns);
  EXPECT_EQ(result.address, "127.0.0.1");
}

TEST(DnsProber, ChecksTheRecords) {
  ProbeWorld world({{"shop.test", {.v4 = {"192.0.2.1", "192.0.2.2"}, .v6 = {"2001:db8::1"}}}});
  DnsSettings settings = settings_of(world.dns.servers(), "shop.test");
  settings.expected_records = {"192.0.2.2"};
  EXPECT_EQ(probe_dns(world, settings).outcome, Outcome::Ok);
  settings.expected_records = {"192.0.2.2", "192.0.2.3"};
  const ProbeResult missing = probe_dns(world, settings);
  EXPECT_EQ(missing.outcome, Outcome::Body);
  EXPECT_EQ(missing.error,
            "shop.test: \"192.0.2.3\" is not among the records: 192.0.2.1, 192.0.2.2");
  EXPECT_TRUE(missing.phases.first_byte);
  settings.type = RecordType::Aaaa;
  settings.expected_records = {"2001:db8::1"};
  EXPECT_EQ(probe_dns(world, settings).outcome, Outcome::Ok);
}

TEST(DnsProber, TellsWhatTheServerAnswersInstead) {
  ProbeWorld world({{"failing.test", {.rcode = 2}},
                    {"refused.test", {.rcode = 5}},
                    {"empty.test", {.v6 = {"2001:db8::1"}}}});
  const auto probe_name = [&](const std::string& name) {
    return probe_dns(world, settings_of(world.dns.servers(), name));
  };
  for (const auto& [name, error] : std::map<std::string, std::string>{
           {"gone.test", "gone.test: the server answers NXDOMAIN"},
           {"failing.test", "failing.test: the server answers SERVFAIL"},
           {"refused.test", "refused.test: the server answers REFUSED"},
           {"empty.test", "empty.test: no record of type A"}}) {
    const ProbeResult result = probe_name(name);
    EXPECT_EQ(result.outcome, Outcome::Dns) << name;
    EXPECT_EQ(result.error, error);
    EXPECT_TRUE(result.phases.first_byte);
  }
  EXPECT_EQ(world.dns.queries(), 4U);  // nothing is asked twice
}

TEST(DnsProber, MayExpectAnotherRcode) {
  ProbeWorld world({{"there.test", {.v4 = {"192.0.2.1"}}}, {"failing.test", {.rcode = 2}}});
  const auto probe_name = [&](const std::string& name) {
    DnsSettings settings = settings_of(world.dns.servers(), name);
    settings.expected_rcode = "NXDOMAIN";
    return probe_dns(world, settings);
  };
  EXPECT_EQ(probe_name("gone.test").outcome, Outcome::Ok);
  EXPECT_EQ(probe_name("there.test").outcome, Outcome::Body);
  EXPECT_EQ(probe_name("failing.test").outcome, Outcome::Dns);
}

TEST(DnsProber, TellsAServerThatDoesNotAnswer) {
  ProbeWorld world({{"silent.test", {.silent = true}}});
  const ProbeResult result =
      probe_dns(world, settings_of(world.dns.servers(), "silent.test"), 100ms);
  EXPECT_EQ(result.outcome, Outcome::Timeout);
  EXPECT_NE(result.error.find("waiting for the answer"), std::string::npos) << result.error;
  EXPECT_FALSE(result.phases.first_byte);
  EXPECT_EQ(world.dns.queries(), 1U);
  EXPECT_LT(result.latency, 400ms);  // a few milliseconds more where the machine is not busy
}

TEST(DnsProber, TellsAPortWhereNobodyListens) {
  std::string nobody;
  {
    const testing::ScriptedDns gone({});
    nobody = gone.servers();
  }
  ProbeWorld world;
  const ProbeResult result = probe_dns(world, settings_of(nobody, "shop.test"));
  EXPECT_EQ(result.outcome, Outcome::Refused);
  EXPECT_EQ(result.error, "Connection refused");
  EXPECT_FALSE(result.phases.first_byte);
}

TEST(DnsProber, CountsAnAddressThatCannotBeAskedFromHereAsOurOwnTrouble) {
  ProbeWorld world;
  const ProbeResult broadcast = probe_dns(world, settings_of("255.255.255.255:53", "shop.test"));
  EXPECT_EQ(broadcast.outcome, Outcome::Inconclusive);
  EXPECT_NE(broadcast.error, "");
  const ProbeResult interface = probe_dns(world, settings_of("[fe80::1%nosuch0]:53", "shop.test"));
  EXPECT_EQ(interface.outcome, Outcome::Inconclusive);
  EXPECT_EQ(interface.error, "fe80::1%nosuch0: no such interface");
}

TEST(DnsProber, GivesBackItsSocketWhateverHappens) {
  ProbeWorld world({{"silent.test", {.silent = true}}});
  const size_t before = open_descriptors();
  bool told = false;
  {
    DnsProber prober(world.services, std::make_shared<const DnsSettings>(
                                         settings_of(world.dns.servers(), "silent.test")));
    prober.start(world.loop.precise_now() + 10s, [&](const ProbeResult& result) {
      EXPECT_EQ(result.outcome, Outcome::Inconclusive);
      EXPECT_EQ(result.error, "shutting down");
      told = true;
    });
    world.run_until([&] { return world.dns.queries() == 1; });
    prober.abort("shutting down");
    EXPECT_TRUE(told);
    EXPECT_EQ(open_descriptors(), before);
    prober.start(world.loop.precise_now() + 10s, [](const ProbeResult&) { ADD_FAILURE(); });
    world.run_until([&] { return world.dns.queries() == 2; });
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace gatewatch::probe
