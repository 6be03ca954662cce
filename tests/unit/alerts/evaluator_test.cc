// SPDX-License-Identifier: MIT
#include "alerts/evaluator.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const Rule> rule_named(const std::string& name, const std::string& count) {
  Rule rule;
  rule.name = name;
  rule.count_words = {count};
  rule.count = {*CountMatcher::parse(count)};
  return std::make_shared<const Rule>(rule);
}

Watched watched(const std::string& name, std::vector<std::shared_ptr<const Rule>> rules) {
  return {.target = {.name = name, .url = "http://" + name + "/"}, .rules = std::move(rules)};
}

class EvaluatorTest : public ::testing::Test {
 protected:
  // Plays `count` probes of `target` with this status, ten seconds apart.
  std::vector<Change> play(const std::string& target, int status, int count) {
    std::vector<Change> all;
    for (int i = 0; i < count; ++i) {
      now_ = {now_.steady + 10s, now_.wall + 10s};
      Sample sample;
      sample.target = target;
      sample.at = now_.wall;
      sample.result.status = status;
      sample.result.outcome = status == 200 ? Outcome::Ok : outcome_of_unexpected_status(status);
      for (Change& change : evaluator_.take(sample, now_)) {
        all.push_back(std::move(change));
      }
    }
    return all;
  }

  Instant now_{SteadyTime(1h), WallTime(1'000'000h)};
  Rng ids_{1};
  Evaluator evaluator_{ids_};
};

TEST_F(EvaluatorTest, KeepsTargetsAndRulesApart) {
  const auto strict = rule_named("strict", "502");
  const auto any = rule_named("any", "5xx");
  evaluator_.configure({watched("a", {strict, any}), watched("b", {strict})}, now_);
  const std::vector<Change> changes = play("a", 503, 5);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].incident.rule, "any");
  EXPECT_TRUE(play("b", 503, 5).empty());
  EXPECT_EQ(evaluator_.open_incidents().size(), 1U);
}

TEST_F(EvaluatorTest, IgnoresTargetsItDoesNotWatch) {
  evaluator_.configure({watched("a", {rule_named("r", "502")})}, now_);
  EXPECT_TRUE(play("stranger", 502, 10).empty());
}

TEST_F(EvaluatorTest, ReconfiguringTheSameKeepsWindowsAndIncidents) {
  const std::vector<Watched> same{watched("a", {rule_named("r", "502")})};
  evaluator_.configure(same, now_);
  play("a", 502, 4);
  EXPECT_TRUE(evaluator_.configure(same, now_).empty());
  EXPECT_EQ(play("a", 502, 1).size(), 1U);  // the fifth of min_probes
  const std::string id = evaluator_.open_incidents().front().id;
  EXPECT_TRUE(evaluator_.configure(same, now_).empty());
  EXPECT_EQ(evaluator_.open_incidents().front().id, id);
}

TEST_F(EvaluatorTest, RemovingATargetResolvesItsIncidentAsRemoved) {
  evaluator_.configure({watched("a", {rule_named("r", "502")})}, now_);
  play("a", 502, 5);
  const std::vector<Change> changes = evaluator_.configure({}, now_);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, Change::Kind::Resolved);
  EXPECT_EQ(changes[0].incident.reason, "removed");
  EXPECT_TRUE(evaluator_.open_incidents().empty());
}

TEST_F(EvaluatorTest, RemovingARuleResolvesItsIncidentAsRemoved) {
  evaluator_.configure({watched("a", {rule_named("r", "502"), rule_named("s", "502")})}, now_);
  play("a", 502, 5);
  const std::vector<Change> changes =
      evaluator_.configure({watched("a", {rule_named("s", "502")})}, now_);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].incident.rule, "r");
  EXPECT_EQ(evaluator_.open_incidents().size(), 1U);
}

TEST_F(EvaluatorTest, DisablingATargetResolvesItsIncidentAsDisabled) {
  evaluator_.configure({watched("a", {rule_named("r", "502")})}, now_);
  play("a", 502, 5);
  Watched disabled = watched("a", {rule_named("r", "502")});
  disabled.target.enabled = false;
  const std::vector<Change> changes = evaluator_.configure({disabled}, now_);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].incident.reason, "disabled");
  EXPECT_TRUE(play("a", 502, 10).empty());
}

TEST_F(EvaluatorTest, RestoringResolvesWhatNobodyWatchesAnyMore) {
  evaluator_.configure({watched("a", {rule_named("r", "502")})}, now_);
  Incident kept;
  kept.id = "kept";
  kept.target = "a";
  kept.rule = "r";
  Incident gone = kept;
  gone.id = "gone";
  gone.rule = "old rule";
  gone.transitions = 1;
  const std::vector<Change> changes = evaluator_.restore({kept, gone}, now_);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].incident.id, "gone");
  EXPECT_EQ(changes[0].incident.reason, "removed");
  EXPECT_EQ(changes[0].incident.transitions, 2);
  EXPECT_EQ(evaluator_.open_incidents().front().id, "kept");
}

TEST_F(EvaluatorTest, RestoringGoesOnWithTheNewestOfTwoOpenIncidentsAndEndsTheOlder) {
  evaluator_.configure({watched("a", {rule_named("r", "502")})}, now_);
  Incident older;
  older.id = "older";
  older.target = "a";
  older.rule = "r";
  Incident newer = older;
  newer.id = "newer";
  const std::vector<Change> changes = evaluator_.restore({older, newer}, now_);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].incident.id, "older");
  EXPECT_EQ(changes[0].incident.reason, "superseded");
  EXPECT_EQ(evaluator_.open_incidents().front().id, "newer");
}

TEST_F(EvaluatorTest, RemembersItsLongestWindowAndHowLongItMustBeClear) {
  auto longer = *rule_named("s", "502");
  longer.window = 2h;
  longer.clear_for = 30min;
  longer.reopen_within = 7 * 24h;  // concerns incidents, not samples
  evaluator_.configure(
      {watched("a", {rule_named("r", "502"), std::make_shared<const Rule>(longer)})}, now_);
  EXPECT_EQ(evaluator_.memory(), 2h + 30min);
}

}  // namespace
}  // namespace gatewatch::alerts
