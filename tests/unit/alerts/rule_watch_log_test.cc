// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <set>
#include <string>

#include <string>

#include "alerts/evaluator.h"
#include "alerts/rule_watch.h"

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

Rule visitors() {
  Rule rule;
  rule.name = "visitors";
  rule.source = RuleSource::Log;
  rule.count_words = {"502"};
  rule.count = {*CountMatcher::parse("502")};
  rule.threshold = 0.2;
  rule.clear = 0.1;
  rule.window = 5min;
  rule.min_probes = 20;
  rule.min_bad = 2;
  return rule;
}

class RuleOverLogs : public ::testing::Test {
 protected:
  void watch(const Rule& rule) {
    evaluator_.configure({{.target = {.name = "shop", .url = "http://shop/"},
                           .rules = {std::make_shared<const Rule>(rule)}}},
                         now_);
  }
  void pass(std::chrono::microseconds time) { now_ = {now_.steady + time, now_.wall + time}; }

  // What lines that tell of so many requests change.
  std::vector<Change> log(uint32_t requests, uint32_t bad) {
    return evaluator_.take_log(
        "shop",
        [=](const Rule&) {
          return Counts{requests, bad, bad, bad};
        },
        now_);
  }
  // Lets time pass, second by second; the reason for which an incident ends meanwhile.
  std::string wait(std::chrono::seconds time) {
    for (auto passed = 0s; passed < time; passed += 1s) {
      pass(1s);
      for (const Change& change : evaluator_.end_silent(unread_, now_)) {
        return change.incident.reason;
      }
    }
    return "";
  }

  std::set<std::string> unread_;  // targets
  Instant now_{SteadyTime(1h), WallTime(1'000'000h)};
  Rng ids_{1};
  Evaluator evaluator_{ids_};
};

TEST_F(RuleOverLogs, EndsWhereTheTrafficEnds) {
  watch(visitors());
  ASSERT_EQ(log(100, 50).size(), 1U);
  EXPECT_EQ(wait(30min - 1s), "");
  EXPECT_EQ(wait(1s), "silent");
  EXPECT_TRUE(evaluator_.open_incidents().empty());
}

TEST_F(RuleOverLogs, DoesNotTakeForSilenceWhatItCannotRead) {
  watch(visitors());
  ASSERT_EQ(log(100, 50).size(), 1U);
  EXPECT_EQ(wait(10min), "");
  unread_ = {"shop"};
  EXPECT_EQ(wait(2h), "");
  unread_.clear();
  EXPECT_EQ(wait(30min - 1s), "");
  EXPECT_EQ(wait(1s), "silent");
}

TEST_F(RuleOverLogs, EndsWhereTooFewRequestsAreLeftToJudgeBy) {
  watch(visitors());
  ASSERT_EQ(log(100, 50).size(), 1U);
  for (int i = 0; i < 29; ++i) {
    EXPECT_EQ(wait(1min), "");
    EXPECT_TRUE(log(1, 0).empty());
  }
  EXPECT_EQ(wait(1min), "silent");
}

TEST_F(RuleOverLogs, StaysOpenWhileTheFewWhoComeMeetTheTrouble) {
  watch(visitors());
  ASSERT_EQ(log(100, 50).size(), 1U);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(wait(29min), "");
    EXPECT_TRUE(log(1, 1).empty());
  }
}

TEST_F(RuleOverLogs, StaysOpenForItsWindowAndItsClearFor) {
  Rule rule = visitors();
  rule.window = 1h;
  rule.min_probes = 200;
  rule.clear_for = 2h;
  watch(rule);
  ASSERT_EQ(log(200, 50).size(), 1U);
  EXPECT_EQ(wait(2h - 1s), "");
  EXPECT_EQ(wait(1s), "silent");
}

TEST_F(RuleOverLogs, GivesLogsTheirTimeAfterARestart) {
  watch(visitors());
  Incident incident;
  incident.id = "01";
  incident.target = "shop";
  incident.rule = "visitors";
  incident.detected_by = "log";
  incident.opened_at = now_.wall - 3h;
  EXPECT_TRUE(evaluator_.restore({incident}, now_).empty());
  EXPECT_EQ(wait(30min), "");
  EXPECT_EQ(wait(1s), "silent");
}

TEST_F(RuleOverLogs, RecoversWhereRequestsGoWellAgain) {
  watch(visitors());
  ASSERT_EQ(log(100, 50).size(), 1U);
  EXPECT_EQ(wait(6min), "");
  const std::vector<Change> changes = log(100, 0);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].incident.reason, "");
  EXPECT_EQ(wait(1h), "");
}

TEST_F(RuleOverLogs, LeavesRulesOverProbesAlone) {
  Rule rule = visitors();
  rule.source = RuleSource::Probes;
  watch(rule);
  Incident incident;
  incident.id = "01";
  incident.target = "shop";
  incident.rule = "visitors";
  incident.opened_at = now_.wall;
  EXPECT_TRUE(evaluator_.restore({incident}, now_).empty());
  EXPECT_EQ(wait(1h), "");
  EXPECT_EQ(evaluator_.open_incidents().size(), 1U);
}

}  // namespace
}  // namespace gatewatch::alerts
