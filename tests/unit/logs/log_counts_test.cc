// SPDX-License-Identifier: MIT
#include "logs/log_counts.h"

#include <gtest/gtest.h>

namespace gatewatch::logs {
namespace {

GatewayEvent request(int status, Role answered_by = Role::Unknown, CauseSet causes = {}) {
  GatewayEvent event;
  event.status = status;
  event.answered_by = answered_by;
  event.causes = causes;
  return event;
}

LogCounts counts_of_events(const std::vector<GatewayEvent>& events) {
  LogCounts counts;
  for (const GatewayEvent& event : events) {
    counts.add(event);
  }
  return counts;
}

Rule rule_that_counts(const std::string& word) {
  Rule rule;
  rule.count_words = {word};
  rule.count = {CountMatcher::parse(word).value()};
  return rule;
}

TEST(LogCounts, CountRequestsByTheirAnswers) {
  GatewayEvent retried = request(200, Role::Unknown, {Cause::Closed});
  retried.masked = true;
  const LogCounts counts = counts_of_events({
      request(200),
      retried,
      request(404),
      request(502, Role::Gateway, {Cause::Refused}),
      request(502, Role::Application, {Cause::Application}),
      request(503),
      request(500),
  });
  EXPECT_EQ(counts.requests, 7U);
  EXPECT_EQ(counts.masked, 1U);
  EXPECT_EQ(counts.with_status(502), 2U);
  EXPECT_EQ(counts.gateway_failures(), 2U);
}

TEST(LogCounts, FillTheWindowOfARuleAsProbesDo) {
  const LogCounts counts = counts_of_events(
      {request(200), request(404), request(502), request(502, Role::Application), request(503)});
  EXPECT_EQ(logs::counts_of(rule_that_counts("502"), counts), (Counts{5, 2, 2, 2}));
  EXPECT_EQ(logs::counts_of(rule_that_counts("gateway"), counts), (Counts{5, 2, 2, 2}));
  EXPECT_EQ(logs::counts_of(rule_that_counts("5xx"), counts), (Counts{5, 3, 2, 2}));
  EXPECT_EQ(logs::counts_of(rule_that_counts("failure"), counts), (Counts{5, 3, 2, 2}));
  EXPECT_EQ(logs::counts_of(rule_that_counts("404"), counts), (Counts{5, 1, 2, 2}));
}

TEST(LogCounts, CannotTellAShareByAnErrorLogAlone) {
  GatewayEvent failure = request(0, Role::Unknown, {Cause::Refused});
  failure.kind = EventKind::Failure;
  const LogCounts counts = counts_of_events({failure, failure});
  EXPECT_EQ(counts.failures, 2U);
  EXPECT_EQ(logs::counts_of(rule_that_counts("502"), counts), Counts());
}

TEST(LogCounts, LeaveOutProbesAndHealthChecks) {
  GatewayEvent probe = request(502);
  probe.of_probe = true;
  GatewayEvent check = request(0, Role::Unknown, {Cause::Refused});
  check.kind = EventKind::Upstream;
  const LogCounts counts = counts_of_events({probe, check});
  EXPECT_EQ(counts.probes, 1U);
  EXPECT_EQ(counts.requests + counts.failures, 0U);
  EXPECT_TRUE(counts.answers.empty());
}

}  // namespace
}  // namespace gatewatch::logs
