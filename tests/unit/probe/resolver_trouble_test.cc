// SPDX-License-Identifier: MIT
//
// What the resolver remembers, and what it says when no address comes.
#include <gtest/gtest.h>

#include <algorithm>

#include "probe/dns/dns_records.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

TEST(Resolver, AsksAgainWhenTheTtlIsOver) {
  JumpingClock clock;
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}, .ttl = 30}}}, clock);
  resolve(world, "shop.test");
  const size_t once = world.dns.queries("shop.test");
  EXPECT_EQ(once, 2U);  // for A and for AAAA
  world.dns.set("shop.test", {.v4 = {"127.0.0.2"}});
  world.jump(clock, 28s);
  EXPECT_EQ(texts(resolve(world, "shop.test")), std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(world.dns.queries("shop.test"), once);
  world.jump(clock, 3s);
  EXPECT_EQ(texts(resolve(world, "shop.test")), std::vector<std::string>{"127.0.0.2"});
}

TEST(Resolver, DoesNotRememberThatANameDoesNotExist) {
  ProbeWorld world;
  EXPECT_EQ(resolve(world, "soon.test").outcome, Outcome::Dns);
  world.dns.set("soon.test", {.v4 = {"127.0.0.1"}});
  EXPECT_EQ(resolve(world, "soon.test").outcome, Outcome::Ok);
}

TEST(Resolver, LooksANameUpOnceForAllWhoAskAtOnce) {
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}}}});
  size_t answered = 0;
  for (int i = 0; i < 10; ++i) {
    world.resolver.resolve("shop.test",
                           [&](const Resolution& told) { answered += told.addresses.size(); });
  }
  world.run_until([&] { return answered == 10; });
  EXPECT_EQ(world.dns.queries("shop.test"), 2U);
}

TEST(Resolver, FinishesALookupWhoseAskerIsGone) {
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}}}});
  world.resolver.cancel(world.resolver.resolve("shop.test", [](const Resolution&) { FAIL(); }));
  EXPECT_EQ(resolve(world, "shop.test").outcome, Outcome::Ok);
  EXPECT_EQ(world.dns.queries("shop.test"), 2U);
}

TEST(Resolver, TellsAServerThatFails) {
  for (const auto& [rcode, word] : {std::pair(2, "SERVFAIL"), std::pair(5, "REFUSED")}) {
    ProbeWorld world({{"broken.test", {.rcode = rcode}}});
    const Resolution resolution = resolve(world, "broken.test");
    EXPECT_EQ(resolution.outcome, Outcome::DnsFailure);
    EXPECT_NE(resolution.error.find(word), std::string::npos) << resolution.error;
    EXPECT_NE(resolution.error.find(world.dns.servers()), std::string::npos) << resolution.error;
  }
}

TEST(Resolver, TellsAServerWithACodeThatIsNoAnswer) {
  for (int rcode = 6; rcode <= 15; ++rcode) {
    ProbeWorld world({{"broken.test", {.rcode = rcode}}});
    const Resolution resolution = resolve(world, "broken.test");
    EXPECT_EQ(resolution.outcome, Outcome::DnsFailure) << rcode;
    EXPECT_TRUE(resolution.error.starts_with("the name server failed (SERVFAIL or " +
                                             rcode_word(rcode) + ")"))
        << resolution.error;
  }
}

TEST(Resolver, TellsAServerThatSendsTheQuestionBack) {
  ProbeWorld world({{"echo.test", {.echo = true}}});
  const Resolution resolution = resolve(world, "echo.test");
  EXPECT_EQ(resolution.outcome, Outcome::DnsFailure);
  EXPECT_NE(resolution.error.find("a question instead of an answer"), std::string::npos)
      << resolution.error;
}

TEST(Resolver, CountsOddServersThatAreSoForTheRootTooAsOurOwnTrouble) {
  ProbeWorld world({{"broken.test", {.rcode = 9}}, {"", {.rcode = 9}}});
  EXPECT_EQ(resolve(world, "broken.test").outcome, Outcome::Inconclusive);
}

TEST(Resolver, CountsServersThatFailForTheRootTooAsOurOwnTrouble) {
  ProbeWorld world({{"broken.test", {.rcode = 2}}, {"", {.rcode = 2}}});
  EXPECT_EQ(resolve(world, "broken.test").outcome, Outcome::Inconclusive);
}

TEST(Resolver, TellsANameThatNoServerAnswersFor) {
  ProbeWorld world({{"silent.test", {.silent = true}}});
  const Resolution resolution = resolve(world, "silent.test");
  EXPECT_EQ(resolution.outcome, Outcome::DnsTimeout);
  EXPECT_EQ(resolution.error, "no name server answered (asked " + world.dns.servers() + ")");
}

TEST(Resolver, CountsServersThatAnswerNothingAsOurOwnTrouble) {
  ProbeWorld world;
  world.dns.set_silent(true);
  const Resolution resolution = resolve(world, "shop.test");
  EXPECT_EQ(resolution.outcome, Outcome::Inconclusive);
  EXPECT_EQ(resolution.error, "no name server answered (asked " + world.dns.servers() + ")");
}

// A server at whose port nobody is any more.
std::string nobody() {
  const testing::ScriptedDns gone({});
  return gone.servers();
}

TEST(Resolver, CountsAServerThatCannotBeReachedAsOurOwnTrouble) {
  EpollLoop loop(system_clock());
  const std::string servers = nobody();
  Resolver resolver(loop, {servers});
  std::optional<Resolution> resolution;
  resolver.resolve("shop.test", [&](Resolution told) {
    resolution = std::move(told);
    loop.stop();
  });
  loop.call_at(loop.precise_now() + 15s, [&] { loop.stop(); });
  loop.run();
  ASSERT_TRUE(resolution);
  EXPECT_EQ(resolution->outcome, Outcome::Inconclusive);
  EXPECT_EQ(resolution->error, "no name server could be reached (asked " + servers + ")");
}

TEST(Resolver, CountsTheSilenceOfANamedServerAsTheTargets) {
  ProbeWorld world;
  const Resolution gone = resolve(world, {.host = "shop.test", .server = nobody()});
  EXPECT_EQ(gone.outcome, Outcome::DnsTimeout);
  EXPECT_NE(gone.error.find("could be reached"), std::string::npos) << gone.error;
  EXPECT_EQ(world.dns.queries(), 0U);
}

TEST(Resolver, UsesAStaleAnswerWhenTheServerIsGone) {
  JumpingClock clock;
  ProbeWorld world({}, clock);
  std::string server;
  {
    testing::ScriptedDns inside({{"shop.test", {.v4 = {"127.0.0.7"}}}});
    server = inside.servers();
    const Resolution fresh = resolve(world, {.host = "shop.test", .server = server});
    EXPECT_FALSE(fresh.is_stale);
  }
  world.jump(clock, 59s);
  EXPECT_FALSE(resolve(world, {.host = "shop.test", .server = server}).is_stale);
  world.jump(clock, 2s);
  const Resolution stale = resolve(world, {.host = "shop.test", .server = server});
  EXPECT_EQ(texts(stale), std::vector<std::string>{"127.0.0.7"});
  EXPECT_TRUE(stale.is_stale);
  world.jump(clock, 25h);
  EXPECT_EQ(resolve(world, {.host = "shop.test", .server = server}).outcome, Outcome::DnsTimeout);
}

TEST(Resolver, UsesAStaleAnswerWhenNoServerAnswersInTime) {
  JumpingClock clock;
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}}}}, clock);
  resolve(world, "shop.test");
  world.jump(clock, 61s);
  world.dns.set_silent(true);
  const SteadyTime before = world.loop.precise_now();
  const Resolution stale = resolve(world, {.host = "shop.test", .patience = 50ms});
  EXPECT_TRUE(stale.is_stale);
  EXPECT_LT(world.loop.precise_now() - before, 1500ms);  // c-ares itself waits for 6 s
  EXPECT_GE(world.loop.precise_now() - before, 50ms);
  // The lookup goes on; the next request's patience is that of the lookup, not its own.
  EXPECT_TRUE(resolve(world, {.host = "shop.test", .patience = 50ms}).is_stale);
  EXPECT_LT(world.loop.precise_now() - before, 1500ms);
}

TEST(Resolver, UsesNoStaleAnswerWhereTheServersAnswer) {
  JumpingClock clock;
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}}}}, clock);
  resolve(world, "shop.test");
  world.jump(clock, 61s);
  world.dns.set("shop.test", {.rcode = 2});
  EXPECT_EQ(resolve(world, "shop.test").outcome, Outcome::DnsFailure);
  world.dns.set("shop.test", {.rcode = 3});
  EXPECT_EQ(resolve(world, "shop.test").outcome, Outcome::Dns);
  world.dns.set_silent(true);  // the name is known to be gone
  const auto late = world.resolver.resolve({.host = "shop.test", .patience = 1ms},
                                           [](const Resolution&) { FAIL(); });
  const SteadyTime soon = world.loop.precise_now() + 100ms;
  world.run_until([&] { return world.loop.now() >= soon; });
  EXPECT_EQ(world.resolver.give_up(late).outcome, Outcome::Inconclusive);
}

TEST(Resolver, GivesUpWithAVerdict) {
  ProbeWorld world({{"silent.test", {.silent = true}}, {"shop.test", {.v4 = {"127.0.0.1"}}}});
  const auto refuse = [](const Resolution&) { FAIL(); };
  const auto alone = world.resolver.resolve("silent.test", refuse);
  EXPECT_EQ(world.resolver.give_up(alone).outcome, Outcome::Inconclusive);
  const auto among_others = world.resolver.resolve("silent.test", refuse);
  resolve(world, "shop.test");
  const Resolution verdict = world.resolver.give_up(among_others);
  EXPECT_EQ(verdict.outcome, Outcome::DnsTimeout);
  EXPECT_EQ(verdict.error, "no name server has answered (asked " + world.dns.servers() + ")");
  EXPECT_EQ(world.resolver.give_up(Resolver::RequestId::None).outcome, Outcome::Inconclusive);
}

TEST(Resolver, KeepsAtMostSixtyFourServerSets) {
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}}}});
  const std::string port = world.dns.servers().substr(world.dns.servers().find(':'));
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 70; ++i) {
    // All are this machine; only the first has a server.
    const std::string server = "127.0.1." + std::to_string(i + 1) + port;
    world.resolver.resolve({.host = "shop.test", .server = server},
                           [&](const Resolution& told) { outcomes.push_back(told.outcome); });
  }
  world.run_until([&] { return outcomes.size() == 70; });
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), Outcome::Inconclusive), 7);
  // Those that are idle make room.
  const Resolution later = resolve(world, {.host = "shop.test", .server = world.dns.servers()});
  EXPECT_EQ(later.outcome, Outcome::Ok);
}

}  // namespace
}  // namespace gatewatch::probe
