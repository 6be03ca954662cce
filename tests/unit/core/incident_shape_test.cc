// SPDX-License-Identifier: MIT
#include "core/incident_shape.h"

#include <gtest/gtest.h>

#include <string_view>

namespace gatewatch {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1000h};

struct Story {
  IncidentShape shape{30s};
  SteadyTime now = kStart;

  // A sample each 30 s: "x" bad, "." good, " " none.
  Story& then(std::string_view samples, int times = 1) {
    for (int i = 0; i < times; ++i) {
      for (const char sample : samples) {
        if (sample != ' ') {
          shape.add(now, sample == 'x');
        }
        now += 30s;
      }
    }
    return *this;
  }
  [[nodiscard]] IncidentClass open(uint32_t incidents = 1) const {
    return classify(shape, std::nullopt, now, incidents).incident_class;
  }
  [[nodiscard]] IncidentClass resolved(uint32_t incidents = 1) const {
    return classify(shape, now, now, incidents).incident_class;
  }
};

TEST(IncidentShape, CountsRunsAndDutyFromTheFirstToTheLastBadSample) {
  Story story;
  story.then("...x.xx..x....");
  EXPECT_EQ(story.shape.runs(), 3U);
  EXPECT_DOUBLE_EQ(story.shape.duty(), 4.0 / 7.0);
  EXPECT_EQ(story.shape.age(story.now), 11 * 30s);
  EXPECT_EQ(Story().shape.duty(), 0);
}

TEST(IncidentShape, TakesAGapForUnknown) {
  Story story;
  story.then("xxx").then(" ", 100).then("xxx");
  EXPECT_EQ(story.shape.runs(), 1U);
  EXPECT_DOUBLE_EQ(story.shape.duty(), 1);
}

TEST(IncidentShape, TellsOneBadBackendOfThreeFromBursts) {
  Story balanced;
  balanced.then("x..x.x...x..xx....x..x.x...", 4);
  ASSERT_TRUE(balanced.shape.correlation());
  EXPECT_LT(*balanced.shape.correlation(), 0.2);
  Story bursts;
  bursts.then("xxxxxxxxxx..........", 4);
  EXPECT_GT(*bursts.shape.correlation(), 0.4);
  EXPECT_FALSE(Story().then("xxxx....").shape.correlation());
}

TEST(Classify, CallsWhatComesAndGoesIntermittent) {
  EXPECT_EQ(Story().then("x..x..x..").open(), IncidentClass::Intermittent);
  EXPECT_EQ(Story().then("x..x..").open(), IncidentClass::Undetermined);
  EXPECT_EQ(Story().then("xx").open(3), IncidentClass::Intermittent);
}

TEST(Classify, CallsASolidOneOfHalfAnHourPersistentAlsoWhenItIsOver) {
  EXPECT_EQ(Story().then("x", 59).open(), IncidentClass::Undetermined);
  EXPECT_EQ(Story().then("x", 60).open(), IncidentClass::Persistent);
  EXPECT_EQ(Story().then("x", 60).then("....").resolved(), IncidentClass::Persistent);
}

TEST(Classify, CallsOneThatWasOverSoonTemporary) {
  EXPECT_EQ(Story().then("x", 20).then("....").resolved(), IncidentClass::Temporary);
  EXPECT_EQ(Story().then("xxx...xxx....").resolved(), IncidentClass::Temporary);
  EXPECT_EQ(Story().then("xxx...xxx....").open(), IncidentClass::Undetermined);
}

TEST(Classify, SaysWhy) {
  const Story story = Story().then("x", 24);
  EXPECT_EQ(classify(story.shape, std::nullopt, story.now, 1).reason, "12 min old, solid so far");
}

}  // namespace
}  // namespace gatewatch
