// SPDX-License-Identifier: MIT
#include "core/rule.h"

#include <gtest/gtest.h>

namespace gatewatch {
namespace {

ProbeResult answered(int status, Outcome outcome) {
  ProbeResult result;
  result.status = status;
  result.outcome = outcome;
  return result;
}

bool matches(std::string_view word, const ProbeResult& result) {
  const auto matcher = CountMatcher::parse(word);
  EXPECT_TRUE(matcher.has_value()) << word;
  return matcher && matcher->matches(result);
}

TEST(CountMatcher, AStatusMatchesExpectedOrNot) {
  EXPECT_TRUE(matches("502", answered(502, Outcome::BadGateway)));
  EXPECT_TRUE(matches("502", answered(502, Outcome::Ok)));
  EXPECT_FALSE(matches("502", answered(503, Outcome::Unavailable)));
}

TEST(CountMatcher, AClassMatchesItsHundred) {
  EXPECT_TRUE(matches("5xx", answered(599, Outcome::HttpError)));
  EXPECT_FALSE(matches("5xx", answered(499, Outcome::HttpError)));
  EXPECT_FALSE(matches("5xx", answered(0, Outcome::Timeout)));
}

TEST(CountMatcher, AnOutcomeMatchesTheOutcome) {
  EXPECT_TRUE(matches("timeout", answered(0, Outcome::Timeout)));
  EXPECT_FALSE(matches("timeout", answered(504, Outcome::GatewayTimeout)));
}

TEST(CountMatcher, DnsMatchesEveryWayInWhichANameDoesNotResolve) {
  for (const Outcome outcome : {Outcome::Dns, Outcome::DnsFailure, Outcome::DnsTimeout}) {
    EXPECT_TRUE(matches("dns", answered(0, outcome))) << to_string(outcome);
  }
  EXPECT_FALSE(matches("dns", answered(0, Outcome::Timeout)));
  EXPECT_TRUE(matches("dns_timeout", answered(0, Outcome::DnsTimeout)));
  EXPECT_FALSE(matches("dns_timeout", answered(0, Outcome::Dns)));
  EXPECT_FALSE(matches("dns_failure", answered(0, Outcome::DnsTimeout)));
}

TEST(CountMatcher, GatewayMatchesWhatGatewaysSayOfAFailedUpstream) {
  for (const int status : {502, 503, 504}) {
    EXPECT_TRUE(matches("gateway", answered(status, outcome_of_unexpected_status(status))));
  }
  EXPECT_FALSE(matches("gateway", answered(500, Outcome::HttpError)));
  EXPECT_FALSE(matches("gateway", answered(0, Outcome::Refused)));
}

TEST(CountMatcher, FailureMatchesEveryConclusiveOutcomeButOk) {
  for (const Outcome outcome : kAllOutcomes) {
    const bool bad = outcome != Outcome::Ok && outcome != Outcome::Inconclusive;
    EXPECT_EQ(matches("failure", answered(0, outcome)), bad) << to_string(outcome);
  }
}

TEST(CountMatcher, NothingMatchesAnInconclusiveResult) {
  EXPECT_FALSE(matches("502", answered(502, Outcome::Inconclusive)));
  EXPECT_FALSE(matches("gateway", answered(502, Outcome::Inconclusive)));
}

TEST(CountMatcher, RefusesWordsItDoesNotKnow) {
  for (const std::string_view word :
       {"", "50", "5020", "6xx", "0xx", "abc", "5x2", "ok", "inconclusive", "Timeout", "502 "}) {
    EXPECT_FALSE(CountMatcher::parse(word).has_value()) << word;
  }
}

TEST(CountsOf, CountsScheduledConclusiveProbesOnly) {
  Rule rule;
  rule.count = {*CountMatcher::parse("502")};
  Sample sample;
  sample.result = answered(502, Outcome::BadGateway);
  EXPECT_EQ(counts_of(rule, sample), (Counts{.probes = 1, .bad = 1, .bad_502 = 1, .gateway = 1}));
  sample.purpose = Purpose::Confirm;
  EXPECT_EQ(counts_of(rule, sample), Counts{});
  sample.purpose = Purpose::Scheduled;
  sample.result.outcome = Outcome::Inconclusive;
  EXPECT_EQ(counts_of(rule, sample), Counts{});
}

}  // namespace
}  // namespace gatewatch
