// SPDX-License-Identifier: MIT
#include "probe/kinds/probe_run.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

// A kind that writes down what it is told to do.
struct Recorder {
  Recorder(ProbeWorld& world, const std::string& host, AddressSettings found_by = {})
      : run(world.services, host, "x",
            {.proceed =
                 [this](const Address& address) {
                   addresses.push_back(address.text);
                   if (at_once) {
                     run.finish(Outcome::Ok, "at once");
                   }
                 },
             .expire =
                 [this](const std::string& late) {
                   run.finish(Outcome::Timeout, late + "waiting");
                 },
             .stop = [this] { ++stops; }},
            std::move(found_by)) {}

  void start(ProbeWorld& world, Duration timeout = 10s) {
    result.reset();
    run.start(world.loop.precise_now() + timeout,
              [this](ProbeResult told) { result = std::move(told); });
  }

  bool at_once = false;
  std::vector<std::string> addresses;
  int stops = 0;
  std::optional<ProbeResult> result;
  ProbeRun run;
};

TEST(ProbeRun, TakesAnAddressWithoutALookup) {
  ProbeWorld world;
  Recorder kind(world, "127.0.0.9");
  kind.at_once = true;
  kind.start(world);
  EXPECT_FALSE(kind.result);  // never told from within start()
  world.run_until([&] { return kind.result.has_value(); });
  EXPECT_EQ(kind.addresses, std::vector<std::string>{"127.0.0.9"});
  EXPECT_EQ(kind.result->outcome, Outcome::Ok);
  EXPECT_EQ(kind.result->error, "at once");
  EXPECT_EQ(kind.result->address, "127.0.0.9");
  EXPECT_FALSE(kind.result->phases.dns);
  EXPECT_EQ(kind.stops, 1);
  EXPECT_EQ(world.dns.queries(), 0U);
}

TEST(ProbeRun, TakesTheNextAddressEachTime) {
  ProbeWorld world({{"many.test", {.v4 = {"127.0.0.1", "127.0.0.2", "127.0.0.3"}}}});
  Recorder kind(world, "many.test");
  kind.at_once = true;
  for (int i = 0; i < 4; ++i) {
    kind.start(world);
    world.run_until([&] { return kind.result.has_value(); });
    EXPECT_TRUE(kind.result->phases.dns);
  }
  ASSERT_EQ(kind.addresses.size(), 4U);
  EXPECT_EQ(std::set<std::string>(kind.addresses.begin(), kind.addresses.end()).size(), 3U);
  EXPECT_EQ(kind.addresses[3], kind.addresses[0]);
}

TEST(ProbeRun, DoesNotFollowANameToWhereCredentialsAreHandedOut) {
  ProbeWorld world({{"evil.test", {.v4 = {"169.254.169.254"}}}});
  Recorder kind(world, "evil.test");
  kind.start(world);
  world.run_until([&] { return kind.result.has_value(); });
  EXPECT_EQ(kind.result->outcome, Outcome::Protocol);
  EXPECT_TRUE(kind.addresses.empty());
}

TEST(ProbeRun, TellsANameThatDoesNotResolve) {
  ProbeWorld world;
  Recorder kind(world, "gone.test");
  kind.start(world);
  world.run_until([&] { return kind.result.has_value(); });
  EXPECT_EQ(kind.result->outcome, Outcome::Dns);
  EXPECT_EQ(kind.result->error, "gone.test: the name does not exist (NXDOMAIN)");
  EXPECT_EQ(kind.result->address, "");
  EXPECT_TRUE(kind.addresses.empty());
}

TEST(ProbeRun, EndsAtTheDeadlineWhileResolving) {
  ProbeWorld world({{"silent.test", {.silent = true}}});
  Recorder kind(world, "silent.test");
  kind.start(world, 800ms);  // within which the root is answered for
  world.run_until([&] { return kind.result.has_value(); });
  EXPECT_EQ(kind.result->outcome, Outcome::DnsTimeout);
  EXPECT_NE(kind.result->error.find(" ms, resolving silent.test: no name server has answered"),
            std::string::npos)
      << kind.result->error;
  EXPECT_TRUE(kind.addresses.empty());
}

TEST(ProbeRun, AsksTheNameServerOfTheTargetForOneFamily) {
  ProbeWorld world;
  testing::ScriptedDns other({{"shop.test", {.v4 = {"127.0.0.1"}, .v6 = {"::1"}}}});
  Recorder kind(world, "shop.test",
                {.resolver = other.servers(), .ip_family = Address::Family::V6});
  kind.at_once = true;
  kind.start(world);
  world.run_until([&] { return kind.result.has_value(); });
  EXPECT_EQ(kind.addresses, std::vector<std::string>{"::1"});
  EXPECT_EQ(world.dns.queries(), 0U);
}

TEST(ProbeRun, ConnectsToTheAddressItIsToldWithoutALookup) {
  ProbeWorld world;
  Recorder kind(world, "shop.test", {.connect_to = parse_endpoint("127.0.0.7")});
  kind.at_once = true;
  kind.start(world);
  world.run_until([&] { return kind.result.has_value(); });
  EXPECT_EQ(kind.addresses, std::vector<std::string>{"127.0.0.7"});
  EXPECT_EQ(kind.result->address, "127.0.0.7");
  EXPECT_EQ(world.dns.queries(), 0U);
}

TEST(ProbeRun, LetsTheKindJudgeAtTheDeadline) {
  ProbeWorld world;
  Recorder kind(world, "127.0.0.1");
  kind.start(world, 50ms);
  world.run_until([&] { return kind.result.has_value(); });
  EXPECT_EQ(kind.result->outcome, Outcome::Timeout);
  EXPECT_TRUE(kind.result->error.starts_with("timed out after ")) << kind.result->error;
  EXPECT_TRUE(kind.result->error.ends_with(" ms, waiting")) << kind.result->error;
  EXPECT_GE(kind.result->latency, 49ms);
  EXPECT_EQ(kind.stops, 1);
}

TEST(ProbeRun, DoesNotBlameTheTargetWhereTheLoopStoodStill) {
  JumpingClock clock;
  ProbeWorld world({}, clock);
  Recorder kind(world, "127.0.0.1");
  kind.run.start(world.loop.precise_now() + 10s, [&](ProbeResult told) {
    kind.result = std::move(told);
    world.loop.stop();
  });
  clock.jumped = 20s;
  world.loop.post([] {});  // wakes it up
  world.loop.run();
  ASSERT_TRUE(kind.result);
  EXPECT_EQ(kind.result->outcome, Outcome::Inconclusive);
  EXPECT_TRUE(kind.result->error.starts_with("gatewatch stood still for ")) << kind.result->error;
}

TEST(ProbeRun, IsAbortedAtAnyTime) {
  ProbeWorld world({{"silent.test", {.silent = true}}});
  Recorder resolving(world, "silent.test");
  Recorder waiting(world, "127.0.0.1");
  Recorder finished(world, "127.0.0.1");
  finished.at_once = true;
  for (Recorder* kind : {&resolving, &waiting, &finished}) {
    kind->start(world);
    kind->run.abort("stopping\n");
    ASSERT_TRUE(kind->result);
    EXPECT_EQ(kind->result->outcome, Outcome::Inconclusive);
    EXPECT_EQ(kind->result->error, "stopping\\x0A");
    kind->result.reset();
    kind->run.abort("again");
    EXPECT_FALSE(kind->result);
  }
  bool later = false;
  world.loop.call_at(world.loop.precise_now() + 20ms, [&] { later = true; });
  world.run_until([&] { return later; });
  EXPECT_FALSE(resolving.result || waiting.result || finished.result);
}

TEST(ProbeRun, EndsSilentlyWhenItIsDestroyed) {
  ProbeWorld world({{"silent.test", {.silent = true}}});
  bool told = false;
  for (const char* host : {"silent.test", "127.0.0.1"}) {
    Recorder kind(world, host);
    kind.run.start(world.loop.precise_now() + 10ms, [&](const ProbeResult&) { told = true; });
  }
  bool later = false;
  world.loop.call_at(world.loop.precise_now() + 40ms, [&] { later = true; });
  world.run_until([&] { return later; });
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace gatewatch::probe
