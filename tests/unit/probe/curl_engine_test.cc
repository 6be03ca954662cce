// SPDX-License-Identifier: MIT
//
// What the prober's tests do not reach.
#include "probe/http/curl_engine.h"

#include <gtest/gtest.h>

#include "tests/support/scripted_server.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::hang;
using testing::read_request;
using testing::ScriptedServer;

TEST(CurlEngine, RunsManyTransfersAtOnce) {
  constexpr size_t kMany = 200;
  ScriptedServer server({answer("200 OK", "hello")});
  ProbeWorld world;
  const Url url = *parse_url(server.url());
  size_t done = 0;
  for (size_t i = 0; i < kMany; ++i) {
    const auto id = world.curl.start({.url = &url}, [&](TransferResult result) {
      EXPECT_EQ(result.failure, Outcome::Ok) << result.error;
      ++done;
    });
    EXPECT_TRUE(id);
  }
  EXPECT_EQ(world.curl.running(), kMany);
  EXPECT_EQ(done, 0U);
  world.run_until([&] { return done == kMany; });
  EXPECT_EQ(world.curl.running(), 0U);
  EXPECT_EQ(server.connections(), kMany);
}

TEST(CurlEngine, StartsAndCancelsFromWithinDone) {
  ScriptedServer quick({answer("200 OK")});
  ScriptedServer slow({{read_request(), hang()}});
  ProbeWorld world;
  const Url quick_url = *parse_url(quick.url());
  const Url slow_url = *parse_url(slow.url());
  bool cancelled_called = false;
  bool second_done = false;
  const auto hanging =
      world.curl.start({.url = &slow_url}, [&](const TransferResult&) { cancelled_called = true; });
  const auto first = world.curl.start({.url = &quick_url}, [&](const TransferResult&) {
    EXPECT_TRUE(world.curl.cancel(*hanging));
    EXPECT_TRUE(
        world.curl.start({.url = &quick_url}, [&](const TransferResult&) { second_done = true; }));
  });
  EXPECT_TRUE(first);
  world.run_until([&] { return second_done; });
  EXPECT_FALSE(cancelled_called);
  EXPECT_FALSE(world.curl.cancel(*hanging));
  EXPECT_FALSE(world.curl.cancel(*first));
  EXPECT_FALSE(world.curl.cancel(TransferId::None));
}

TEST(CurlEngine, TellsWhatACancelledTransferHadLearnt) {
  ScriptedServer server(
      {{read_request(), testing::send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 9\r\n\r\nx"),
        hang()}});
  ProbeWorld world;
  const Url url = *parse_url(server.url());
  const auto id = world.curl.start({.url = &url}, [](const TransferResult&) {});
  world.run_until([&] { return server.requests().size() == 1; });
  const SteadyTime until = world.loop.now() + 100ms;
  world.run_until([&] { return world.loop.now() > until; });
  const auto partial = world.curl.cancel(*id);
  ASSERT_TRUE(partial);
  EXPECT_TRUE(partial->head_complete);
  EXPECT_EQ(partial->status, 502);
  EXPECT_EQ(partial->stage, "reading the body");
  EXPECT_TRUE(partial->phases.first_byte);
}

TEST(CurlEngine, TakesAPeerThatThisMachineHasNoWayToForOurOwnTrouble) {
  // A link-local address without its interface: connect() fails with EINVAL, and sends nothing. A
  // broadcast address: it fails with ENETUNREACH.
  for (const char* peer : {"http://[fe80::1]:9/", "http://127.255.255.255:9/"}) {
    ProbeWorld world;
    const Url url = *parse_url(peer);
    std::optional<TransferResult> told;
    ASSERT_TRUE(world.curl.start({.url = &url}, [&](TransferResult result) { told = result; }));
    world.run_until([&] { return told.has_value(); });
    EXPECT_EQ(told->failure, Outcome::Inconclusive) << peer << ": " << told->error;
  }
}

TEST(CurlEngine, EndsWithTransfersUnderWay) {
  ScriptedServer server({{read_request(), hang()}});
  const Url url = *parse_url(server.url());
  bool called = false;
  {
    ProbeWorld world;
    EXPECT_TRUE(world.curl.start({.url = &url}, [&](const TransferResult&) { called = true; }));
    world.run_until([&] { return server.requests().size() == 1; });
  }
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace gatewatch::probe
