// SPDX-License-Identifier: MIT
#include "probe/resolver.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/scripted_dns.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

Resolution resolve(ProbeWorld& world, const std::string& host) {
  std::optional<Resolution> resolution;
  bool within = true;
  world.resolver.resolve(host, [&](Resolution told) {
    EXPECT_FALSE(within);
    resolution = std::move(told);
  });
  within = false;
  world.run_until([&] { return resolution.has_value(); });
  return resolution.value_or(Resolution());
}

std::vector<std::string> texts(const Resolution& resolution) {
  std::vector<std::string> all;
  for (const Address& address : resolution.addresses) {
    all.push_back(address.text);
  }
  return all;
}

TEST(ParseAddress, TellsAddressesFromNames) {
  EXPECT_EQ(parse_address("192.0.2.1")->family, Address::Family::V4);
  EXPECT_EQ(parse_address("2001:db8::1")->family, Address::Family::V6);
  EXPECT_EQ(parse_address("fe80::1%eth0")->text, "fe80::1%eth0");
  for (const char* name : {"", "shop", "192.0.2", "192.0.2.1.2", "[::1]", "1.2.3.4 "}) {
    EXPECT_FALSE(parse_address(name)) << name;
  }
}

TEST(Resolver, AnswersAnAddressWithoutALookup) {
  ProbeWorld world;
  EXPECT_EQ(texts(resolve(world, "192.0.2.7")), std::vector<std::string>{"192.0.2.7"});
  EXPECT_EQ(world.dns.queries(), 0U);
}

TEST(Resolver, GivesAllAddressesOfANameInOrder) {
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.3", "127.0.0.1", "127.0.0.2"}}}});
  const Resolution resolution = resolve(world, "shop.test");
  EXPECT_EQ(resolution.outcome, Outcome::Ok);
  EXPECT_EQ(texts(resolution), (std::vector<std::string>{"127.0.0.1", "127.0.0.2", "127.0.0.3"}));
}

TEST(Resolver, GivesIpv6WhereThereIsNothingElse) {
  ProbeWorld world({{"six.test", {.v6 = {"2001:db8::1"}}}});
  EXPECT_EQ(texts(resolve(world, "six.test")), std::vector<std::string>{"2001:db8::1"});
}

// Loopback always has a route; whether ::2 has one depends on the machine, and then both are given.
TEST(Resolver, KeepsTheFamilyThatHasARoute) {
  ProbeWorld world({{"both.test", {.v4 = {"127.0.0.1"}, .v6 = {"::2"}}}});
  const Resolution resolution = resolve(world, "both.test");
  EXPECT_EQ(resolution.outcome, Outcome::Ok);
  ASSERT_FALSE(resolution.addresses.empty());
  EXPECT_EQ(resolution.addresses[0].text, "127.0.0.1");
}

TEST(Resolver, GivesAtMostSixteenAddresses) {
  testing::DnsAnswer many;
  for (int i = 1; i <= 25; ++i) {
    many.v4.push_back("127.0.0." + std::to_string(i));
  }
  ProbeWorld world({{"many.test", many}});
  EXPECT_EQ(resolve(world, "many.test").addresses.size(), 16U);
}

TEST(Resolver, HonoursTheHostsFile) {
  ProbeWorld world;
  const Resolution resolution = resolve(world, "localhost");
  EXPECT_EQ(resolution.outcome, Outcome::Ok);
  ASSERT_FALSE(resolution.addresses.empty());
  EXPECT_EQ(resolution.addresses[0].text, "127.0.0.1");
  EXPECT_EQ(world.dns.queries(), 0U);
}

TEST(Resolver, TellsANameThatDoesNotExist) {
  ProbeWorld world;
  const Resolution resolution = resolve(world, "gone.test");
  EXPECT_EQ(resolution.outcome, Outcome::Dns);
  EXPECT_EQ(resolution.error, "Domain name not found");
  EXPECT_TRUE(resolution.addresses.empty());
}

TEST(Resolver, TellsANameWithoutAddresses) {
  ProbeWorld world({{"empty.test", testing::DnsAnswer()}});
  EXPECT_EQ(resolve(world, "empty.test").outcome, Outcome::Dns);
}

TEST(Resolver, TellsAServerThatFails) {
  ProbeWorld world({{"broken.test", {.rcode = 2}}});
  const Resolution resolution = resolve(world, "broken.test");
  EXPECT_EQ(resolution.outcome, Outcome::Dns);
  EXPECT_FALSE(resolution.error.empty());
}

TEST(Resolver, CountsAServerThatCannotBeReachedAsOurOwnTrouble) {
  EpollLoop loop(system_clock());
  std::string nobody;
  {
    const testing::ScriptedDns gone({});
    nobody = gone.servers();
  }
  Resolver resolver(loop, {nobody});
  std::optional<Resolution> resolution;
  resolver.resolve("shop.test", [&](Resolution told) {
    resolution = std::move(told);
    loop.stop();
  });
  loop.call_at(loop.precise_now() + 15s, [&] { loop.stop(); });
  loop.run();
  ASSERT_TRUE(resolution);
  EXPECT_EQ(resolution->outcome, Outcome::Inconclusive);
  EXPECT_EQ(resolution->error, "Could not contact DNS servers");
}

TEST(Resolver, DoesNotAnswerACancelledRequest) {
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}}}});
  bool cancelled_answered = false;
  bool other_answered = false;
  const auto lookup =
      world.resolver.resolve("shop.test", [&](const Resolution&) { cancelled_answered = true; });
  const auto address =
      world.resolver.resolve("192.0.2.1", [&](const Resolution&) { cancelled_answered = true; });
  world.resolver.resolve("shop.test", [&](const Resolution&) { other_answered = true; });
  world.resolver.cancel(lookup);
  world.resolver.cancel(address);
  world.resolver.cancel(Resolver::RequestId::None);
  world.run_until([&] { return other_answered; });
  EXPECT_FALSE(cancelled_answered);
}

TEST(Resolver, MayBeAskedAndCancelledFromAnAnswer) {
  ProbeWorld world({{"a.test", {.v4 = {"127.0.0.1"}}}, {"b.test", {.v4 = {"127.0.0.2"}}}});
  Resolver::RequestId second{};
  bool second_answered = false;
  bool third_answered = false;
  world.resolver.resolve("192.0.2.1", [&](const Resolution&) {
    world.resolver.cancel(second);
    world.resolver.resolve("b.test", [&](const Resolution&) { third_answered = true; });
  });
  second = world.resolver.resolve("192.0.2.2", [&](const Resolution&) { second_answered = true; });
  world.run_until([&] { return third_answered; });
  EXPECT_FALSE(second_answered);
}

TEST(Resolver, EndsWithoutAnsweringWhatIsUnderWay) {
  bool answered = false;
  const size_t before = open_descriptors();
  {
    ProbeWorld world({{"silent.test", {.silent = true}}});
    world.resolver.resolve("silent.test", [&](const Resolution&) { answered = true; });
    world.run_until([&] { return world.dns.queries() > 0; });
  }
  EXPECT_FALSE(answered);
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace gatewatch::probe
