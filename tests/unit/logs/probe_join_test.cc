// SPDX-License-Identifier: MIT
#include "logs/probe_join.h"

#include <gtest/gtest.h>

namespace gatewatch::logs {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};
constexpr WallTime kWall{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

GatewayEvent event_of(const std::string& request_id) {
  GatewayEvent event;
  event.request_id = request_id;
  return event;
}

TEST(ProbeJoin, FindsAProbeByItsRequestIdForEachOfItsLines) {
  ProbeJoin join;
  join.add("id-1", "shop", kStart);
  join.add("id-2", "blog", kStart);
  EXPECT_EQ(join.find(event_of("id-1"), kStart + 1s), "shop");
  EXPECT_EQ(join.find(event_of("id-1"), kStart + 2s), "shop");
  EXPECT_EQ(join.find(event_of("id-2"), kStart + 2s), "blog");
  EXPECT_FALSE(join.find(event_of("id-3"), kStart));
  EXPECT_FALSE(join.find(event_of(""), kStart));
}

TEST(ProbeJoin, ForgetsAProbeAfterAWhile) {
  ProbeJoin join;
  join.add("id-1", "shop", kStart);
  EXPECT_TRUE(join.find(event_of("id-1"), kStart + kJoinWithin));
  EXPECT_FALSE(join.find(event_of("id-1"), kStart + kJoinWithin + 1s));
  EXPECT_EQ(join.size(), 0U);
}

TEST(ProbeJoin, RemembersALimitedNumber) {
  ProbeJoin join;
  for (size_t i = 0; i <= kMaxJoined; ++i) {
    join.add("id-" + std::to_string(i), "shop", kStart);
  }
  EXPECT_EQ(join.size(), kMaxJoined);
  EXPECT_FALSE(join.find(event_of("id-0"), kStart));
  EXPECT_TRUE(join.find(event_of("id-1"), kStart));
}

TEST(ProbeJoin, TakesALineWithoutAnIdByItsPathAndTime) {
  GatewayEvent event = event_of("");
  event.path = "/pay";
  event.at = kWall + 10s;
  EXPECT_TRUE(may_tell_of(event, "/pay", kWall + 10s + 900ms, kWall + 12s));
  EXPECT_TRUE(may_tell_of(event, "/pay", kWall + 5s, kWall + 9s));
  EXPECT_FALSE(may_tell_of(event, "/pay", kWall + 12s, kWall + 13s));
  EXPECT_FALSE(may_tell_of(event, "/pay", kWall + 5s, kWall + 8s));
  EXPECT_FALSE(may_tell_of(event, "/", kWall + 10s, kWall + 12s));
  event.request_id = "of another";
  EXPECT_FALSE(may_tell_of(event, "/pay", kWall + 10s, kWall + 12s));
}

}  // namespace
}  // namespace gatewatch::logs
