// SPDX-License-Identifier: MIT
#include "core/trial.h"

#include <gtest/gtest.h>

#include <string_view>

namespace gatewatch {
namespace {

using namespace std::chrono_literals;

Rule default_rule() {
  Rule rule;
  rule.threshold = 0.05;
  rule.confirm = true;
  return rule;  // every 2 s, for 30 s, 5 bad, one of them in the last 10 s
}

// A trial that begins at once; then 'x' a bad and '.' a good confirming probe every 2 s.
class Story {
 public:
  explicit Story(Rule rule = default_rule()) : rule_(std::move(rule)) {
    trial.take(rule_, true, true, now);
  }
  // Seconds from the first bad probe to the confirmation; -1: there was none.
  int play(std::string_view probes, Duration every = 2s, bool is_scheduled = false) {
    for (const char probe : probes) {
      now += every;
      if (trial.take(rule_, is_scheduled, probe == 'x', now)) {
        return static_cast<int>(to_seconds(now - SteadyTime(1h)));
      }
    }
    return -1;
  }

  Trial trial;
  SteadyTime now{1h};

 private:
  Rule rule_;
};

TEST(Trial, BeginsWithABadScheduledProbeOnly) {
  Trial trial;
  const Rule rule = default_rule();
  trial.take(rule, true, false, SteadyTime(1h));
  trial.take(rule, false, true, SteadyTime(1h));
  EXPECT_FALSE(trial.is_going_on());
  trial.take(rule, true, true, SteadyTime(1h));
  EXPECT_TRUE(trial.is_going_on());
}

TEST(Trial, ATroubleThatStaysIsConfirmedAStepAfterTheHold) {
  EXPECT_EQ(Story().play("xxxxxxxxxxxxxxx"), 22);
}

TEST(Trial, ATroubleOf20SecondsIsNot) {
  Story story;
  EXPECT_EQ(story.play("xxxxxxxxxx....."), -1);
  EXPECT_EQ(story.play(std::string(60, '.')), -1);
  EXPECT_FALSE(story.trial.is_going_on());
}

TEST(Trial, FiveBadWithOneOfThemAfterTheHoldConfirm) {
  EXPECT_EQ(Story().play("x..x..x....x"), 24);
  EXPECT_EQ(Story().play("x..x.......x"), -1) << "four";
}

TEST(Trial, CountsWhatItTook) {
  Story story;
  story.play("x..x..x....x");
  EXPECT_EQ(story.trial.probes(), 13U);
  EXPECT_EQ(story.trial.bad(), 5U);
  EXPECT_EQ(story.trial.last() - story.trial.first(), 24s);
}

TEST(Trial, IsGivenUpAfterABurstWithoutAnotherBadOne) {
  Story story;
  story.play(".............");
  EXPECT_TRUE(story.trial.is_going_on()) << "it is 26 s old";
  story.play("..");
  EXPECT_FALSE(story.trial.is_going_on());
}

TEST(Trial, GoesOnWhileItIsUndecidedAndConfirmsARateOf10Percent) {
  Story story;
  EXPECT_EQ(story.play(".......x......"), -1);
  EXPECT_TRUE(story.trial.needs_more());
  const int found = story.play(
      "..x.........x.........x.........x.........x.........x.........x.........x.........x");
  EXPECT_GT(found, 60);
}

TEST(Trial, OneBadProbeInFiftyIsNeverConfirmed) {
  Story story;
  std::string probes;
  for (int i = 0; i < 20; ++i) {
    probes += std::string(49, '.') + "x";
  }
  EXPECT_EQ(story.play(probes), -1);
}

TEST(Trial, WithoutABurstThreeBadInARowConfirm) {
  EXPECT_EQ(Story().play("xx", 30s, true), 60);
  EXPECT_EQ(Story().play("xx", 5min, true), 600);
  EXPECT_EQ(Story().play("x.x", 30s, true), -1);
}

TEST(Trial, ProbesThatHangFor10SecondsAreEnough) {
  EXPECT_EQ(Story().play("xxx", 12s), 24);
}

TEST(Trial, IsGivenUpAtItsLongest) {
  Rule rule = default_rule();
  rule.confirm_at_most = 1min;
  rule.confirm_bad = 50;
  Story story(rule);
  story.play("......x......................x");
  EXPECT_FALSE(story.trial.is_going_on());
}

}  // namespace
}  // namespace gatewatch
