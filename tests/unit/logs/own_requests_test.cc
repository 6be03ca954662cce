// SPDX-License-Identifier: MIT
#include "logs/own_requests.h"

#include <gtest/gtest.h>

#include <string>

#include "core/time.h"
#include "logs/log_counts.h"
#include "logs/log_reader.h"

namespace gatewatch::logs {
namespace {

bool is_sent(std::string_view id) {
  return id.starts_with("sent-");
}

GatewayEvent line_of(EventKind kind, const std::string& id) {
  GatewayEvent event;
  event.kind = kind;
  event.request_id = id;
  return event;
}

TEST(OwnRequests, AreThoseWhoseIdsWereSent) {
  OwnRequests own(is_sent);
  EXPECT_TRUE(own.take(line_of(EventKind::Request, "sent-1")));
  EXPECT_FALSE(own.take(line_of(EventKind::Request, "gatewatch-01KBAT5RJ2N9ZB9FS5P0F8AJ0D")));
  EXPECT_FALSE(own.take(line_of(EventKind::Request, "")));
  EXPECT_FALSE(OwnRequests({}).take(line_of(EventKind::Request, "sent-1")));
}

TEST(OwnRequests, CountOnce) {
  OwnRequests own(is_sent);
  EXPECT_TRUE(own.take(line_of(EventKind::Request, "sent-1")));
  EXPECT_FALSE(own.take(line_of(EventKind::Request, "sent-1")));
  EXPECT_TRUE(own.take(line_of(EventKind::Request, "sent-2")));
}

TEST(OwnRequests, HaveALineForEachTryAtAnUpstream) {
  OwnRequests own(is_sent);
  EXPECT_TRUE(own.take(line_of(EventKind::Request, "sent-1")));
  for (size_t i = 0; i < kMaxUpstreamTries; ++i) {
    EXPECT_TRUE(own.take(line_of(EventKind::Failure, "sent-1")));
  }
  EXPECT_FALSE(own.take(line_of(EventKind::Failure, "sent-1")));
}

TEST(OwnRequests, AreRememberedUpToALimit) {
  OwnRequests own(is_sent);
  for (size_t i = 0; i <= kMaxOwnRequests; ++i) {
    EXPECT_TRUE(own.take(line_of(EventKind::Request, "sent-" + std::to_string(i))));
  }
  EXPECT_FALSE(own.take(line_of(EventKind::Request, "sent-1")));
  EXPECT_TRUE(own.take(line_of(EventKind::Request, "sent-0")));
}

TEST(OwnRequests, LeaveThoseWithAForgedIdToTheRulesOverLogs) {
  LogReader reader("edge", LogKind::NginxAccess, std::nullopt, is_sent);
  LogCounts counts;
  for (const std::string id :
       {"sent-1", "sent-1", "gatewatch-01KBAT5RJ2N9ZB9FS5P0F8AJ0D", "another"}) {
    const auto event = reader.read(
        "::1 - - [22/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 502 1 request_id=\"" + id + '"',
        WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}});
    counts.add(event.value());
  }
  EXPECT_EQ(counts.probes, 1U);
  EXPECT_EQ(counts.requests, 3U);
}

}  // namespace
}  // namespace gatewatch::logs
