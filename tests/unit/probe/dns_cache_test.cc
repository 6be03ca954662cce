// SPDX-License-Identifier: MIT
#include "probe/dns/dns_cache.h"

#include <gtest/gtest.h>

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kNow{100h};
const std::vector<Address> kOne{{Address::Family::V4, "192.0.2.1"}};
const std::vector<Address> kTwo{{Address::Family::V4, "192.0.2.2"}};

DnsQuestion named(const std::string& host) {
  return {.server = "", .host = host, .family = {}};
}

TEST(DnsCache, KeepsAnAnswerForItsTtl) {
  DnsCache cache;
  cache.put(named("a"), kOne, 60s, kNow);
  ASSERT_TRUE(cache.fresh(named("a"), kNow + 59s));
  EXPECT_EQ(*cache.fresh(named("a"), kNow + 59s), kOne);
  EXPECT_FALSE(cache.fresh(named("a"), kNow + 60s));
  EXPECT_FALSE(cache.fresh(named("b"), kNow));
}

TEST(DnsCache, KeepsAnAnswerForASecondAtLeastAndFiveMinutesAtMost) {
  DnsCache cache;
  cache.put(named("short"), kOne, 1ms, kNow);
  cache.put(named("long"), kOne, 24h, kNow);
  EXPECT_TRUE(cache.fresh(named("short"), kNow + 999ms));
  EXPECT_FALSE(cache.fresh(named("short"), kNow + 1s));
  EXPECT_TRUE(cache.fresh(named("long"), kNow + 299s));
  EXPECT_FALSE(cache.fresh(named("long"), kNow + 300s));
}

TEST(DnsCache, UsesAnAnswerWithoutTimeToLiveForOneQuestionOnly) {
  DnsCache cache;
  cache.put(named("a"), kOne, 0s, kNow);
  EXPECT_FALSE(cache.fresh(named("a"), kNow));
  EXPECT_TRUE(cache.any(named("a"), kNow + 1s));  // but while no name server answers
}

TEST(DnsCache, HasAnAnswerForADayAfterItsTime) {
  DnsCache cache;
  cache.put(named("a"), kOne, 60s, kNow);
  EXPECT_TRUE(cache.any(named("a"), kNow));
  EXPECT_TRUE(cache.any(named("a"), kNow + 60s + 24h));
  EXPECT_FALSE(cache.any(named("a"), kNow + 60s + 24h + 1ns));
}

TEST(DnsCache, TellsServersAndFamiliesApart) {
  DnsCache cache;
  cache.put({.server = "", .host = "a", .family = {}}, kOne, 60s, kNow);
  cache.put({.server = "192.0.2.53:53", .host = "a", .family = {}}, kTwo, 60s, kNow);
  EXPECT_EQ(*cache.fresh(named("a"), kNow), kOne);
  EXPECT_EQ(*cache.fresh({.server = "192.0.2.53:53", .host = "a", .family = {}}, kNow), kTwo);
  EXPECT_FALSE(cache.fresh({.server = "", .host = "a", .family = Address::Family::V4}, kNow));
}

TEST(DnsCache, ReplacesAndForgets) {
  DnsCache cache;
  cache.put(named("a"), kOne, 60s, kNow);
  cache.put(named("a"), kTwo, 10s, kNow);
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_EQ(*cache.fresh(named("a"), kNow), kTwo);
  EXPECT_FALSE(cache.fresh(named("a"), kNow + 10s));
  cache.forget(named("a"));
  cache.forget(named("a"));
  EXPECT_FALSE(cache.any(named("a"), kNow));
  EXPECT_EQ(cache.size(), 0U);
}

TEST(DnsCache, ExpiresTheAnswersOfOneServer) {
  DnsCache cache;
  const DnsQuestion other{.server = "192.0.2.53:53", .host = "a", .family = {}};
  cache.put(named("a"), kOne, 60s, kNow);
  cache.put(other, kTwo, 60s, kNow);
  cache.expire("", kNow + 1s);
  EXPECT_FALSE(cache.fresh(named("a"), kNow + 1s));
  EXPECT_TRUE(cache.any(named("a"), kNow + 1s));
  EXPECT_TRUE(cache.fresh(other, kNow + 1s));
}

TEST(DnsCache, DropsWhatWasNotAskedForTheLongest) {
  DnsCache cache;
  for (size_t i = 0; i < kMaxCachedNames; ++i) {
    cache.put(named(std::to_string(i)), kOne, 60s, kNow);
  }
  EXPECT_TRUE(cache.fresh(named("0"), kNow));
  cache.put(named("more"), kOne, 60s, kNow);
  EXPECT_EQ(cache.size(), kMaxCachedNames);
  EXPECT_TRUE(cache.fresh(named("more"), kNow));
  EXPECT_TRUE(cache.fresh(named("0"), kNow));
  EXPECT_FALSE(cache.any(named("1"), kNow));
}

}  // namespace
}  // namespace gatewatch::probe
