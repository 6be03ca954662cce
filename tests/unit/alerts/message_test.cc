// SPDX-License-Identifier: MIT
#include "alerts/message.h"

#include <gtest/gtest.h>

#include "tests/unit/alerts/sample_message.h"

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;
using gatewatch::testing::resolved_message;
using gatewatch::testing::sample_message;

TEST(Message, NamesBothSharesWhenItOpens) {
  EXPECT_EQ(describe(sample_message()),
            "shop: 35% of probes answered 502 in the last 5 min (7 of 20); "
            "gateway failures (502, 503, 504): 40%. https://shop.example.com/health");
}

TEST(Message, NamesTheStrictShareWhereTheRuleCountsGatewayFailures) {
  Message message = sample_message();
  message.rule.count_words = {"gateway"};
  message.window = {.probes = 20, .bad = 8, .bad_502 = 7, .gateway = 8};
  EXPECT_EQ(describe(message),
            "shop: 40% of probes met gateway failures (502, 503, 504) in the last 5 min (8 of 20); "
            "strict 502: 35%. https://shop.example.com/health");
}

TEST(Message, NamesBothSharesBesideWhatARuleOfOutcomesCounts) {
  Message message = sample_message();
  message.rule.count_words = {"timeout", "refused", "reset"};
  message.window = {.probes = 20, .bad = 10, .bad_502 = 1, .gateway = 2};
  EXPECT_EQ(describe(message),
            "shop: 50% of probes ended in timeout, refused or reset in the last 5 min (10 of 20); "
            "strict 502: 5%; gateway failures (502, 503, 504): 10%. "
            "https://shop.example.com/health");
}

TEST(Message, ListsTheStatusesThatARuleCounts) {
  Message message = sample_message();
  message.rule.count_words = {"5xx", "429"};
  EXPECT_TRUE(describe(message).starts_with("shop: 35% of probes answered 5xx or 429 in"))
      << describe(message);
}

TEST(Message, TellsHowLongARecoveredIncidentLasted) {
  EXPECT_EQ(describe(resolved_message(12min + 5s)),
            "shop: recovered after 12 min 5 s; in the last 5 min 0% of probes answered 502 "
            "(0 of 20); gateway failures (502, 503, 504): 5%. https://shop.example.com/health");
}

TEST(Message, SaysThatARemovedTargetDidNotRecover) {
  Message message = resolved_message(12min);
  message.incident.reason = "removed";
  EXPECT_TRUE(
      describe(message).starts_with("shop: incident closed after 12 min, not because it "
                                    "recovered: its target, rule or log was removed"))
      << describe(message);
  message.incident.reason = "silent";
  EXPECT_TRUE(describe(message).starts_with(
      "shop: incident closed after 12 min, not because it recovered: its logs tell of too few"))
      << describe(message);
  message.incident.reason = "disabled";
  EXPECT_NE(describe(message).find("the target was disabled"), std::string::npos);
}

TEST(Message, CountsNoNegativeLengthWhenTheClockWasSetBack) {
  Message message = resolved_message(-1h);
  EXPECT_TRUE(describe(message).starts_with("shop: recovered after 0 s;")) << describe(message);
}

TEST(Message, TellsAChangedFault) {
  Message message = sample_message(MessageType::Updated);
  message.at += 10min;
  message.incident.verdict = {
      .fault = Fault::Origin, .summary = "Consistent with a dead origin", .evidence = {}};
  message.incident.incident_class = IncidentClass::Persistent;
  EXPECT_TRUE(describe(message).starts_with(
      "shop: still open after 10 min, fault: origin, class: persistent. Consistent with a dead "
      "origin. Now 35% of probes answered 502"))
      << describe(message);
}

TEST(Message, TellsAReopening) {
  Message message = sample_message(MessageType::Reopened);
  message.at += 10min;
  EXPECT_TRUE(describe(message).starts_with(
      "shop: bad again, the incident of 10 min ago goes on: 35% of probes answered 502"))
      << describe(message);
}

TEST(Message, TellsItsOwnTroubleByItsSummary) {
  Message message = sample_message();
  message.incident.target = kSelfTarget;
  message.incident.detected_by = kDetectedBySelf;
  message.incident.url.clear();
  message.incident.verdict.summary = "The disk is full.";
  EXPECT_EQ(describe(message), "gatewatch: The disk is full.");
  message.type = MessageType::Resolved;
  message.incident.resolved_at = message.incident.opened_at + 3min;
  EXPECT_EQ(describe(message), "gatewatch: recovered after 3 min. It was: The disk is full.");
}

TEST(Message, SaysThatATestIsATest) {
  EXPECT_EQ(describe(sample_message(MessageType::Test)),
            "Test message from gatewatch 0.1.0 on mon1: this channel works. "
            "No target is concerned.");
}

TEST(Share, IsRoundedButNeverToAnEndThatItHasNotReached) {
  EXPECT_EQ(format_share(0), "0%");
  EXPECT_EQ(format_share(0.0001), "<0.1%");
  EXPECT_EQ(format_share(0.004), "0.4%");
  EXPECT_EQ(format_share(0.05), "5%");
  EXPECT_EQ(format_share(1.0 / 3), "33%");
  EXPECT_EQ(format_share(0.996), "99.6%");
  EXPECT_EQ(format_share(0.9999), ">99.9%");
  EXPECT_EQ(format_share(1), "100%");
}

}  // namespace
}  // namespace gatewatch::alerts
