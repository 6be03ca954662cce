// SPDX-License-Identifier: MIT
//
// A rule with `confirm` over one target: how its incident opens, recovers, comes back, is classed.
#include <gtest/gtest.h>

#include <string_view>

#include "alerts/rule_watch.h"

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

Rule confirming_rule() {
  Rule rule;
  rule.name = "bad-gateway";
  rule.count_words = {"502"};
  rule.count = {*CountMatcher::parse("502")};
  rule.threshold = 0.05;
  rule.window = 1h;
  rule.min_probes = 20;
  rule.min_bad = 5;
  rule.clear = Rule::kNoClear;
  rule.clear_for = 10min;
  rule.reopen_within = 30min;
  rule.confirm = true;
  return rule;
}

std::shared_ptr<const Target> shop() {
  return std::make_shared<const Target>(
      Target{.name = "shop", .url = "http://shop/", .interval = 30s, .timeout = 10s});
}

// 'g' ok, 'b' 502, 't' timeout, '?' inconclusive. What changed, one letter for each probe:
// 'O'pened, 'U'pdated, 'R'eopened, re'S'olved, '.' nothing.
class Story {
 public:
  explicit Story(const Rule& rule = confirming_rule())
      : watch_(std::make_shared<const Rule>(rule), shop()) {}

  std::string play(std::string_view probes) { return play(probes, 30s, Purpose::Scheduled); }
  std::string burst(std::string_view probes) { return play(probes, 2s, Purpose::Confirm); }
  // A full outage of 30 s; what the 11th to the 14th confirming probe changed.
  std::string fail() {
    play("b");
    return burst("bbbbbbbbbbbbbb").substr(10);
  }

  std::string play(std::string_view probes, std::chrono::seconds every, Purpose purpose) {
    std::string changes;
    for (const char letter : probes) {
      now_ = {now_.steady + every, now_.wall + every};
      const Sample taken = sample(letter, purpose);
      recorded_.emplace_back(taken, now_.steady);
      const std::optional<Change> change = watch_.take(taken, now_, ids_);
      changes += change ? "OURS"[static_cast<size_t>(change->kind)] : '.';
      if (change) {
        last = *change;
      }
    }
    return changes;
  }

  // The daemon is killed; what it had recorded and stored is all that is left.
  void restart(const Rule& rule = confirming_rule()) {
    std::unique_ptr<Incident> stored;
    if (watch_.incident() != nullptr) {
      stored = std::make_unique<Incident>(*watch_.incident());
      stored->recovering = false;
    }
    watch_ = RuleWatch(std::make_shared<const Rule>(rule), shop());
    if (stored) {
      watch_.restore(*stored, now_);
    }
    for (const auto& [sample, began] : recorded_) {
      watch_.replay(sample, began);
    }
  }

  void wait(std::chrono::seconds length) { now_ = {now_.steady + length, now_.wall + length}; }
  const Incident& incident() const { return *watch_.incident(); }
  const RuleWatch& watch() const { return watch_; }

  std::optional<Change> last;

 private:
  Sample sample(char letter, Purpose purpose) const {
    Sample sample;
    sample.target = "shop";
    sample.at = now_.wall;
    sample.purpose = purpose;
    sample.result.outcome = letter == 'g'   ? Outcome::Ok
                            : letter == 'b' ? Outcome::BadGateway
                            : letter == 't' ? Outcome::Timeout
                                            : Outcome::Inconclusive;
    sample.result.status = letter == 'g' ? 200 : letter == 'b' ? 502 : 0;
    return sample;
  }

  Rng ids_{1};
  Instant now_{SteadyTime(1h), WallTime(1'000'000h)};
  RuleWatch watch_;
  std::vector<std::pair<Sample, SteadyTime>> recorded_;
};

std::string times(int count, std::string_view probes) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += probes;
  }
  return all;
}

TEST(ConfirmingRule, ATrialOpensBeforeTheRateCan) {
  Story story;
  story.play("gggg");
  EXPECT_EQ(story.play("b"), ".");
  EXPECT_EQ(story.burst("bbbbbbbbbb"), "..........");
  EXPECT_EQ(story.burst("bbb"), "O..");
  const Change& opened = *story.last;
  EXPECT_EQ(opened.incident.detected_by, "confirm");
  EXPECT_EQ(opened.incident.failing, "bad_gateway");
  EXPECT_EQ(opened.incident.incident_class, IncidentClass::Undetermined);
  EXPECT_EQ(opened.confirmed, (Confirmed{.probes = 12, .bad = 12, .length = 22s}));
  EXPECT_EQ(opened.window, (Counts{.probes = 5, .bad = 1, .bad_502 = 1, .gateway = 1}));
  EXPECT_EQ(opened.incident.total, opened.window) << "confirming probes count in no total";
  EXPECT_EQ(opened.incident.verdict.summary,
            "12 of 12 probes within 22 s were bad; what the cause is, probes alone do not tell.");
}

TEST(ConfirmingRule, TheRateOpensWhatNoTrialConfirms) {
  Story story;
  std::string changes = story.play(times(5, "gggggggggggggggb"));
  EXPECT_EQ(changes.find_first_not_of('.'), 79U) << changes;
  EXPECT_EQ(story.last->incident.detected_by, "rate");
  EXPECT_FALSE(story.last->confirmed);
}

TEST(ConfirmingRule, WhateverSeesItFirstThereIsOneIncident) {
  Story story;
  story.fail();
  EXPECT_EQ(story.play(std::string(100, 'b')), std::string(100, '.'));
}

TEST(ConfirmingRule, WithoutABurstThreeBadInARowOpen) {
  EXPECT_EQ(Story().play("gggbbb"), ".....O");
}

TEST(ConfirmingRule, SuspectsWhileATrialGoesOn) {
  Story story;
  EXPECT_FALSE(story.watch().trial().is_going_on());
  story.play("gb");
  EXPECT_TRUE(story.watch().trial().is_going_on());
  story.burst("bbbbbbbbbbb");
  EXPECT_FALSE(story.watch().trial().is_going_on()) << "its incident is open";
}

TEST(ConfirmingRule, IsRecoveringAfterTwoMinutesAndResolvedAfterTen) {
  Story story;
  story.fail();
  EXPECT_EQ(story.play("gggg"), "....");
  EXPECT_FALSE(story.incident().recovering);
  EXPECT_EQ(story.play("g"), ".");
  EXPECT_TRUE(story.incident().recovering);
  EXPECT_EQ(story.play(std::string(16, 'g')), "...............S");
  EXPECT_FALSE(story.incident().recovering);
  EXPECT_TRUE(story.incident().reason.empty());
}

TEST(ConfirmingRule, ABadProbeWhileRecoveringBeginsItAnew) {
  Story story;
  story.fail();
  story.play(std::string(15, 'g'));
  EXPECT_TRUE(story.incident().recovering);
  story.play("b");
  EXPECT_FALSE(story.incident().recovering);
  EXPECT_EQ(story.play(std::string(20, 'g')), std::string(20, '.'));
  EXPECT_EQ(story.play("g"), "S");
}

TEST(ConfirmingRule, AGapIsNotCleanTime) {
  Story story;
  story.fail();
  story.play("gg");
  story.wait(1h);
  EXPECT_EQ(story.play("g"), ".");
  EXPECT_FALSE(story.incident().recovering);
}

TEST(ConfirmingRule, WhatItsWindowStillHoldsReopensNothing) {
  Story story;
  story.fail();
  story.play(std::string(40, 'b'));
  EXPECT_EQ(story.play(std::string(21, 'g')).back(), 'S');
  EXPECT_EQ(story.play(std::string(60, 'g')), std::string(60, '.'));
}

TEST(ConfirmingRule, WhatComesBackWithin30MinutesIsTheSameIncident) {
  Story story;
  story.fail();
  const std::string id = story.incident().id;
  story.play(std::string(21, 'g'));
  story.play(std::string(50, 'g'));
  EXPECT_EQ(story.fail(), "R...");
  EXPECT_EQ(story.incident().id, id);
  EXPECT_EQ(story.incident().transitions, 3);
  EXPECT_EQ(story.incident().total.bad, 2U);
  story.play(std::string(21, 'g'));
  story.play(std::string(70, 'g'));
  EXPECT_EQ(story.fail(), "O...");
  EXPECT_NE(story.incident().id, id);
}

TEST(ConfirmingRule, A502ThatTurnsIntoATimeoutIsAnUpdate) {
  Story story;
  story.fail();
  EXPECT_EQ(story.play("tttttttt"), "..U.....");
  EXPECT_EQ(story.last->incident.failing, "timeout");
  EXPECT_EQ(story.play(std::string(50, 't')), std::string(50, '.')) << "nor a recovery";
}

TEST(ConfirmingRule, WaysOfFailingThatTakeTurnsAreToldEveryTenMinutesAtMost) {
  Story story;
  story.fail();
  const std::string changes = story.play(times(20, "bbbttt"));  // an hour
  EXPECT_LE(std::count(changes.begin(), changes.end(), 'U'), 6);
  EXPECT_GE(std::count(changes.begin(), changes.end(), 'U'), 2);
}

TEST(ConfirmingRule, ASolidTroubleIsPersistentAfter30Minutes) {
  Story story;
  story.fail();
  story.play(std::string(57, 'b'));
  EXPECT_EQ(story.incident().incident_class, IncidentClass::Undetermined);
  EXPECT_EQ(story.incident().class_reason, "28 min 58 s old, solid so far");
  story.play("bbb");
  EXPECT_EQ(story.incident().incident_class, IncidentClass::Persistent);
}

TEST(ConfirmingRule, AShortTroubleIsTemporaryOnceItIsOver) {
  Story story;
  story.fail();
  story.play(std::string(20, 'b'));
  story.play(std::string(21, 'g'));
  EXPECT_EQ(story.last->kind, Change::Kind::Resolved);
  EXPECT_EQ(story.last->incident.incident_class, IncidentClass::Temporary);
}

TEST(ConfirmingRule, ThreeRunsAreIntermittentOverAReopening) {
  Story story;
  story.fail();
  story.play(std::string(21, 'g'));
  EXPECT_EQ(story.incident().incident_class, IncidentClass::Temporary);
  story.fail();
  EXPECT_EQ(story.incident().incident_class, IncidentClass::Undetermined);
  story.play("gggbg");
  EXPECT_EQ(story.incident().incident_class, IncidentClass::Intermittent);
}

TEST(ConfirmingRule, ThreeIncidentsInADayAreIntermittent) {
  Story story;
  for (int i = 0; i < 3; ++i) {
    story.fail();
    story.play(std::string(120, 'g'));
  }
  EXPECT_EQ(story.last->incident.incident_class, IncidentClass::Intermittent);
  EXPECT_EQ(story.last->incident.class_reason, "3 incidents in 24 hours");
}

TEST(ConfirmingRule, ATrialGoesOnAfterARestart) {
  Story story;
  story.play("ggggb");
  story.burst("bbbbbb");
  story.restart();
  EXPECT_TRUE(story.watch().trial().is_going_on());
  EXPECT_EQ(story.burst("bbbbb"), "....O");
}

TEST(ConfirmingRule, AnIncidentGoesOnAfterARestartWithItsClassAndItsCleanTime) {
  Story story;
  story.fail();
  story.play("bgbgbg");
  ASSERT_EQ(story.incident().incident_class, IncidentClass::Intermittent);
  const Counts total = story.incident().total;
  const std::string id = story.incident().id;
  story.play("gggggggg");
  story.restart();
  EXPECT_EQ(story.incident().total.bad, total.bad);
  EXPECT_EQ(story.play(std::string(12, 'g')), "...........S");
  EXPECT_EQ(story.incident().id, id);
  EXPECT_EQ(story.incident().incident_class, IncidentClass::Intermittent);
}

TEST(ConfirmingRule, AResolvedIncidentIsReopenedAfterARestartAndByNothingOld) {
  Story story;
  story.fail();
  story.play(std::string(40, 'b'));
  story.play(std::string(21, 'g'));
  const std::string id = story.incident().id;
  story.restart();
  EXPECT_EQ(story.play("ggggg"), ".....");
  EXPECT_EQ(story.fail(), "R...");
  EXPECT_EQ(story.incident().id, id);
}

}  // namespace
}  // namespace gatewatch::alerts
