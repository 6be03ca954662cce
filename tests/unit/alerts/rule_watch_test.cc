// SPDX-License-Identifier: MIT
#include "alerts/rule_watch.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

constexpr Duration kInterval = 30s;

Rule shop_rule() {
  Rule rule;
  rule.name = "bad-gateway";
  rule.count_words = {"502"};
  rule.count = {*CountMatcher::parse("502")};
  rule.threshold = 0.2;
  rule.clear = 0.1;
  rule.window = 5min;
  rule.min_probes = 5;
  rule.min_bad = 2;
  return rule;
}

// Plays probes of one target every 30 s: 'g' ok, 'b' 502, 't' timeout, '?' inconclusive.
class Story {
 public:
  explicit Story(const Rule& rule)
      : watch_(std::make_shared<const Rule>(rule),
               std::make_shared<const Target>(Target{.name = "shop", .url = "http://shop/"})) {}

  // Returns what changed, one letter per probe: 'O'pened, 'R'eopened, re'S'olved, '.' nothing.
  std::string play(std::string_view probes) {
    std::string changes;
    for (const char letter : probes) {
      now_ = {now_.steady + kInterval, now_.wall + kInterval_us()};
      const std::optional<Change> change = watch_.take(sample(letter), now_, ids_);
      changes += change ? letter_of(*change) : '.';
      if (change) {
        last = *change;
      }
    }
    return changes;
  }

  Sample sample(char letter) const {
    Sample sample;
    sample.target = "shop";
    sample.at = now_.wall;
    sample.result.outcome = letter == 'g'   ? Outcome::Ok
                            : letter == 'b' ? Outcome::BadGateway
                            : letter == 't' ? Outcome::Timeout
                                            : Outcome::Inconclusive;
    sample.result.status = letter == 'g' ? 200 : letter == 'b' ? 502 : 0;
    return sample;
  }

  void step_wall(std::chrono::hours by) { now_.wall += by; }
  RuleWatch& watch() { return watch_; }
  Instant now() const { return now_; }
  Rng& ids() { return ids_; }

  std::optional<Change> last;

 private:
  static std::chrono::microseconds kInterval_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(kInterval);
  }
  static char letter_of(const Change& change) {
    switch (change.kind) {
      case Change::Kind::Opened:
        return 'O';
      case Change::Kind::Updated:
        return 'U';
      case Change::Kind::Reopened:
        return 'R';
      case Change::Kind::Resolved:
        return 'S';
    }
    return '!';
  }

  Rng ids_{1};
  Instant now_{SteadyTime(1h), WallTime(1'000'000h)};
  RuleWatch watch_;
};

TEST(RuleWatch, OpensWhenTheRateReachesTheThreshold) {
  Story story(shop_rule());
  EXPECT_EQ(story.play("gggggggg"), "........");
  EXPECT_EQ(story.play("b"), ".");  // 1 of 9
  EXPECT_EQ(story.play("b"), "O");  // 2 of 10 = 20 %
  EXPECT_EQ(story.last->window, (Counts{.probes = 10, .bad = 2, .bad_502 = 2, .gateway = 2}));
  EXPECT_EQ(story.last->incident.target, "shop");
  EXPECT_EQ(story.last->incident.transitions, 1);
  EXPECT_TRUE(story.last->incident.is_open());
}

TEST(RuleWatch, DoesNotOpenBelowMinimumProbes) {
  Story story(shop_rule());
  EXPECT_EQ(story.play("bbbb"), "....");
  EXPECT_EQ(story.play("b"), "O");
}

TEST(RuleWatch, DoesNotOpenBelowMinimumBad) {
  Rule rule = shop_rule();
  rule.min_bad = 3;
  Story story(rule);
  EXPECT_EQ(story.play("gggbb"), ".....");  // 40 %, but two
  EXPECT_EQ(story.play("b"), "O");
}

TEST(RuleWatch, InconclusiveProbesCountForNothing) {
  Story story(shop_rule());
  EXPECT_EQ(story.play("bbbb????????"), "............");
}

TEST(RuleWatch, AnOutcomeItDoesNotCountIsNotBad) {
  Story story(shop_rule());
  EXPECT_EQ(story.play("tttttttttt"), "..........");
}

TEST(RuleWatch, ResolvesBelowTheClearLevelOnAGoodProbe) {
  Story story(shop_rule());
  story.play("gggggg");
  EXPECT_EQ(story.play("bbb"), ".O.");
  // The window holds 10 or 11 probes; the bad ones leave it after five minutes.
  const std::string changes = story.play("ggggggggggg");
  EXPECT_EQ(changes.find('S'), changes.rfind('S'));
  ASSERT_NE(changes.find('S'), std::string::npos) << changes;
  EXPECT_LT(story.last->window.rate(), 0.1);
  EXPECT_FALSE(story.last->incident.is_open());
  EXPECT_EQ(story.last->incident.transitions, 2);
  EXPECT_TRUE(story.last->incident.reason.empty());
}

TEST(RuleWatch, A502ThatTurnsIntoATimeoutIsNoRecovery) {
  Story story(shop_rule());
  story.play("ggggg");
  EXPECT_EQ(story.play("bb"), ".O");
  EXPECT_EQ(story.play("ttt"), "..U");
  EXPECT_EQ(story.last->incident.failing, "timeout");
  EXPECT_EQ(story.play(std::string(27, 't')), std::string(27, '.'));  // 0 % 502 by then
  EXPECT_EQ(story.play("g"), "S");
}

TEST(RuleWatch, StaysOpenBetweenClearAndThreshold) {
  Rule rule = shop_rule();
  rule.threshold = 0.5;
  rule.clear = 0.1;
  Story story(rule);
  EXPECT_EQ(story.play("bbbbb"), "....O");
  // One bad of five keeps the rate at 20 %: below the threshold, above the clear level.
  EXPECT_EQ(story.play("ggggbggggbggggbggggb"), std::string(20, '.'));
}

TEST(RuleWatch, WaitsForClearFor) {
  Rule rule = shop_rule();
  rule.window = 150s;
  rule.min_probes = 3;
  rule.clear_for = 2min;
  Story story(rule);
  story.play("gggg");
  EXPECT_EQ(story.play("bb"), ".O");
  const std::string changes = story.play("gggggggggggg");
  const size_t resolved = changes.find('S');
  // The bad probes leave the window of 150 s at the 6th good probe; two minutes are four more.
  EXPECT_EQ(resolved, 5U + 4U) << changes;
}

TEST(RuleWatch, ReopensTheSameIncidentWithinReopenWithin) {
  Rule rule = shop_rule();
  rule.window = 150s;
  rule.min_probes = 3;
  rule.reopen_within = 30min;
  Story story(rule);
  story.play("ggggbb");
  const std::string id = story.last->incident.id;
  story.play("gggggg");
  ASSERT_EQ(story.last->kind, Change::Kind::Resolved);
  story.play("bb");
  EXPECT_EQ(story.last->kind, Change::Kind::Reopened);
  EXPECT_EQ(story.last->incident.id, id);
  EXPECT_TRUE(story.last->incident.is_open());
  EXPECT_EQ(story.last->incident.transitions, 3);
}

TEST(RuleWatch, OpensAnotherIncidentAfterReopenWithin) {
  Rule rule = shop_rule();
  rule.window = 150s;
  rule.min_probes = 3;
  rule.reopen_within = 5min;
  Story story(rule);
  story.play("ggggbb");
  const std::string id = story.last->incident.id;
  story.play(std::string(60, 'g'));
  story.play("bb");
  EXPECT_EQ(story.last->kind, Change::Kind::Opened);
  EXPECT_NE(story.last->incident.id, id);
}

TEST(RuleWatch, CountsTheWholeIncidentFromItsOpeningWindowOn) {
  Story story(shop_rule());
  story.play("gggbb");  // opens: 2 of 5
  story.play("bbg");
  EXPECT_EQ(story.watch().incident()->total.probes, 8U);
  EXPECT_EQ(story.watch().incident()->total.bad, 4U);
}

TEST(RuleWatch, EndsForAReasonOnlyWhatIsOpen) {
  Story story(shop_rule());
  story.play("gggg");
  EXPECT_FALSE(story.watch().end("removed", story.now()).has_value());
  story.play("bbb");
  const std::optional<Change> change = story.watch().end("removed", story.now());
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->incident.reason, "removed");
  EXPECT_FALSE(change->incident.is_open());
}

TEST(RuleWatch, ANewThresholdKeepsTheWindowAndTheIncident) {
  Story story(shop_rule());
  story.play("ggggbb");
  const std::string id = story.last->incident.id;
  Rule stricter = shop_rule();
  stricter.threshold = 0.9;
  story.watch().reconfigure(std::make_shared<const Rule>(stricter),
                            std::make_shared<const Target>(Target{.name = "shop"}));
  story.play("b");
  EXPECT_EQ(story.watch().incident()->id, id);
  EXPECT_EQ(story.watch().incident()->total.probes, 7U);
}

// The wall clock was set back between the two: the older one stands later in the past's order.
TEST(RuleWatch, AnOpenIncidentIsNotForgottenForAResolvedOne) {
  Story story(shop_rule());
  story.play("ggggbb");
  const Incident open = *story.watch().incident();
  Incident resolved = open;
  resolved.id = "older";
  resolved.resolved_at = story.now().wall + 1h;
  Story second(shop_rule());
  second.watch().restore(open, story.now());
  second.watch().restore(resolved, story.now());
  EXPECT_EQ(second.watch().incident()->id, open.id);
}

TEST(RuleWatch, AResolutionInTheFutureOfAClockThatWasSetBackReopensNothing) {
  Story story(shop_rule());
  Incident resolved;
  resolved.id = "older";
  resolved.resolved_at = story.now().wall + 1h;
  story.watch().restore(resolved, story.now());
  story.play("ggggbb");
  EXPECT_EQ(story.last->kind, Change::Kind::Opened);
  EXPECT_NE(story.last->incident.id, "older");
}

TEST(RuleWatch, CountsOnWhenTheWallClockIsSetBack) {
  Story story(shop_rule());
  story.play("gggbb");
  story.step_wall(-1h);
  story.play("bb");
  EXPECT_EQ(story.watch().incident()->total.probes, 7U);
}

TEST(RuleWatch, SaysAtTheOpeningWhatTheWindowCarries) {
  Story story(shop_rule());
  story.play("gggggggg");
  story.play("bb");
  const Verdict& verdict = story.last->incident.verdict;
  EXPECT_EQ(verdict.fault, Fault::Unknown);
  EXPECT_EQ(
      verdict.summary,
      "2 of 10 probes in the last 5 min were bad; what the cause is, probes alone do not tell.");
  EXPECT_EQ(verdict.evidence.size(), 3U);
}

// A restart: a second watch is given the recorded samples and the stored incident.
TEST(RuleWatch, GoesOnAfterARestartWithoutASecondOpening) {
  const std::string before = "ggggbbbb";
  Story first(shop_rule());
  first.play(before);
  ASSERT_TRUE(first.watch().incident()->is_open());

  Story second(shop_rule());
  second.watch().restore(*first.watch().incident(), second.now());
  Instant began{SteadyTime(1h), WallTime(1'000'000h)};
  for (const char letter : before) {
    began = {began.steady + kInterval,
             began.wall + std::chrono::duration_cast<std::chrono::microseconds>(kInterval)};
    Sample sample = first.sample(letter);
    sample.at = began.wall;
    second.watch().replay(sample, began.steady);
  }
  EXPECT_EQ(second.watch().incident()->total, first.watch().incident()->total);
  second.play("gggggggg");  // the clock of the story catches up with what was replayed
  EXPECT_EQ(second.watch().incident()->id, first.watch().incident()->id);
}

}  // namespace
}  // namespace gatewatch::alerts
