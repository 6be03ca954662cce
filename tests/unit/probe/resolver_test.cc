// SPDX-License-Identifier: MIT
#include "probe/dns/resolver.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/scripted_dns.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

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
  EXPECT_EQ(resolution.error, "the name does not exist (NXDOMAIN)");
  EXPECT_TRUE(resolution.addresses.empty());
}

TEST(Resolver, TellsANameWithoutAddresses) {
  ProbeWorld world({{"empty.test", testing::DnsAnswer()}});
  const Resolution resolution = resolve(world, "empty.test");
  EXPECT_EQ(resolution.outcome, Outcome::Dns);
  EXPECT_EQ(resolution.error, "the name has no address");
}

TEST(Resolver, AsksForOneFamilyWhereToldTo) {
  ProbeWorld world({{"both.test", {.v4 = {"127.0.0.1"}, .v6 = {"::1"}}}});
  Resolver::Query query{.host = "both.test", .family = Address::Family::V6};
  EXPECT_EQ(texts(resolve(world, query)), std::vector<std::string>{"::1"});
  query.family = Address::Family::V4;
  EXPECT_EQ(texts(resolve(world, query)), std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(world.dns.queries(), 2U);
}

TEST(Resolver, AsksAgainOverTcpForATruncatedAnswer) {
  testing::DnsAnswer many{.truncated = true};
  for (int i = 1; i <= 10; ++i) {
    many.v4.push_back("127.0.0." + std::to_string(i));
  }
  ProbeWorld world({{"many.test", many}});
  EXPECT_EQ(resolve(world, "many.test").addresses.size(), 10U);
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
