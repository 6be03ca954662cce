// SPDX-License-Identifier: MIT
//
// What the log lines of real gateways tell of the faults that they were captured under.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "logs/log_reader.h"
#include "tests/support/captures.h"

namespace gatewatch::logs {
namespace {

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2027} / 1 / 1}};

// The kind of log that a "## heading" of a gateway's capture stands for.
const std::map<std::pair<std::string, std::string>, LogKind>& kinds() {
  static const std::map<std::pair<std::string, std::string>, LogKind> kAll{
      {{"nginx", "error.log"}, LogKind::Nginx},
      {{"nginx", "access.log"}, LogKind::NginxAccess},
      {{"haproxy", "log"}, LogKind::Haproxy},
      {{"apache2", "error.log"}, LogKind::Apache},
      {{"apache2", "access.log"}, LogKind::ApacheAccess},
      {{"caddy", "caddy.log"}, LogKind::Caddy},
      {{"varnish", "varnishlog -g request"}, LogKind::Varnish},
      {{"lighttpd", "error.log"}, LogKind::Lighttpd},
      {{"lighttpd", "access.log"}, LogKind::LighttpdAccess},
      {{"squid", "cache.log"}, LogKind::Squid},
      {{"squid", "access.log"}, LogKind::Squid},
      {{"trafficserver", "error.log"}, LogKind::TrafficServer},
      {{"trafficserver", "diags.log"}, LogKind::TrafficServer},
      {{"trafficserver", "squid.log"}, LogKind::TrafficServer},
  };
  return kAll;
}

struct CapturedLog {
  std::string gateway;
  std::string fault;
  std::string true_cause;
  std::vector<GatewayEvent> events;
};

std::vector<GatewayEvent> events_of(const std::string& gateway, const std::string& path) {
  std::vector<GatewayEvent> events;
  std::map<LogKind, LogReader> readers;
  std::optional<LogKind> kind;
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) {
      const auto found = kinds().find({gateway, line.substr(3)});
      EXPECT_NE(found, kinds().end()) << path << ": " << line;
      kind = found == kinds().end() ? std::nullopt : std::optional(found->second);
    } else if (kind) {
      LogReader& reader = readers.try_emplace(*kind, "log", *kind).first->second;
      if (auto event = reader.read(line, kNow)) {
        events.push_back(std::move(*event));
      }
    }
  }
  return events;
}

const std::vector<CapturedLog>& captured_logs() {
  static const std::vector<CapturedLog> kAll = [] {
    std::vector<CapturedLog> all;
    for (const testing::Capture& capture : testing::read_captures(GATEWATCH_CAPTURES)) {
      const std::string path =
          std::string(GATEWATCH_CAPTURES) + "/" + capture.gateway + "/" + capture.fault + ".log";
      if (std::filesystem::exists(path)) {
        all.push_back(
            {capture.gateway, capture.fault, capture.true_cause, events_of(capture.gateway, path)});
      }
    }
    return all;
  }();
  return kAll;
}

TEST(CapturedLogs, NeverTellAWrongCause) {
  ASSERT_GT(captured_logs().size(), 200U);
  for (const CapturedLog& log : captured_logs()) {
    if (log.true_cause.empty()) {
      continue;
    }
    for (const GatewayEvent& event : log.events) {
      const std::string where = log.gateway + "/" + log.fault + ": " + event.line;
      if (log.true_cause == "none") {
        EXPECT_FALSE(tells_trouble(event)) << where;
      } else if (event.kind != EventKind::Upstream && !event.causes.empty()) {
        EXPECT_TRUE(event.causes.contains(parse_cause(log.true_cause).value())) << where;
      }
      EXPECT_TRUE(event.answered_by != Role::Gateway || log.true_cause != "app_error") << where;
      EXPECT_TRUE(event.answered_by != Role::Application || log.true_cause == "app_error") << where;
    }
  }
}

// The numbers are those that the regular expressions of captures/RULES_LOG.tsv reach, each
// gateway's lines taken together and the first rule that hits decides; nginx's and Varnish's own
// 5xx are told here as well.
TEST(CapturedLogs, TellTheExactCauseAtLeastAsOftenAsTheRulesFittedOnThem) {
  const std::map<std::string, size_t> wanted{
      {"nginx", 35 + 3},  {"haproxy", 10}, {"apache2", 21 + 1},  {"caddy", 19},
      {"varnish", 9 + 3}, {"lighttpd", 8}, {"trafficserver", 8}, {"squid", 3},
  };
  std::map<std::string, size_t> exact;
  for (const CapturedLog& log : captured_logs()) {
    const auto cause = parse_cause(log.true_cause);
    bool is_exact = false;
    for (const GatewayEvent& event : log.events) {
      is_exact = is_exact || (cause && event.causes.exact() == cause);
    }
    exact[log.gateway] += is_exact ? 1 : 0;
  }
  for (const auto& [gateway, count] : wanted) {
    EXPECT_GE(exact[gateway], count) << gateway;
  }
}

TEST(CapturedLogs, TellStatusPathAndTimeOfEachRequest) {
  size_t requests = 0;
  for (const CapturedLog& log : captured_logs()) {
    for (const GatewayEvent& event : log.events) {
      if (event.kind == EventKind::Request) {
        ++requests;
        EXPECT_LT(event.at, kNow) << log.gateway << '/' << log.fault;
        EXPECT_NE(event.status, 0) << log.gateway << '/' << log.fault;
        EXPECT_TRUE(event.path.starts_with('/')) << log.gateway << '/' << log.fault;
      }
    }
  }
  EXPECT_GT(requests, 150U);
}

const GatewayEvent* masked_of(const std::string& gateway, const std::string& fault) {
  for (const CapturedLog& log : captured_logs()) {
    for (const GatewayEvent& event : log.events) {
      if (log.gateway == gateway && log.fault == fault && event.masked) {
        return &event;
      }
    }
  }
  return nullptr;
}

TEST(CapturedLogs, TellOfFailuresThatARetryHid) {
  const GatewayEvent* nginx = masked_of("nginx", "keepalive_race_get");
  ASSERT_NE(nginx, nullptr);
  EXPECT_EQ(nginx->status, 200);
  EXPECT_EQ(nginx->upstream_statuses, (std::vector{502, 200}));
  EXPECT_EQ(nginx->upstream, "127.0.0.1:19024, 127.0.0.1:19024");
  const GatewayEvent* varnish = masked_of("varnish", "keepalive_race_get");
  ASSERT_NE(varnish, nullptr);
  EXPECT_EQ(varnish->status, 200);
  EXPECT_EQ(varnish->line, "FetchError HTC eof (-1)");
}

}  // namespace
}  // namespace gatewatch::logs
