// SPDX-License-Identifier: MIT
#include "alerts/lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1000s};
constexpr WallTime kWall{1'800'000'000s};
constexpr SendResult::Kind kDelivered = SendResult::Kind::Delivered;

Notification message(const std::string& id, const std::string& incident) {
  return {.id = id,
          .incident_id = incident,
          .channel = "ops",
          .type = "incident.opened",
          .body = "body of " + id,
          .created_at = kWall};
}

SendResult ended(SendResult::Kind kind) {
  return {.kind = kind, .retry_after = std::nullopt, .detail = "its words"};
}

// A lane and hands to step it: both clocks stand at `passed` after the start, and the wall clock
// additionally at `step`.
struct SteppedLane {
  Lane lane;
  Duration passed{};
  std::chrono::seconds step{};

  SteadyTime now() const { return kStart + passed; }
  WallTime wall() const { return kWall + std::chrono::floor<WallTime::duration>(passed) + step; }
  bool add(const Notification& notification, bool is_durable = true,
           const DeliveryProgress& progress = {}) {
    return lane.add(notification, progress, is_durable, now(), wall());
  }
  std::string next() const {
    const Notification* notification = lane.next(now());
    return notification == nullptr ? "" : notification->id;
  }
  DeliveryProgress settle(const std::string& id, SendResult::Kind kind) {
    return lane.settle(id, ended(kind), now(), wall());
  }
};

TEST(Lane, GivesTheMessagesOfAnIncidentInOrder) {
  SteppedLane ops;
  ops.add(message("opened", "A"));
  ops.add(message("resolved", "A"));
  ASSERT_EQ(ops.next(), "opened");
  ops.settle("opened", kDelivered);
  ASSERT_EQ(ops.next(), "resolved");
  ops.settle("resolved", kDelivered);
  EXPECT_EQ(ops.next(), "");
  EXPECT_EQ(ops.lane.size(), 0U);
}

TEST(Lane, HoldsBackWhatFollowsAMessageThatWaitsForItsNextTry) {
  SteppedLane ops;
  ops.add(message("opened", "A"));
  ops.add(message("resolved", "A"));
  ops.settle(ops.next(), SendResult::Kind::Retry);
  EXPECT_EQ(ops.next(), "");
  EXPECT_EQ(ops.lane.next_due(), kStart + 5s);
  ops.passed = 5s;
  EXPECT_EQ(ops.next(), "opened");
}

TEST(Lane, LetsIncidentsPassEachOther) {
  SteppedLane ops;
  ops.add(message("first", "A"));
  ops.add(message("second", "B"));
  ASSERT_EQ(ops.next(), "first");
  ops.settle("first", SendResult::Kind::RetrySlowly);
  EXPECT_EQ(ops.next(), "second");
}

TEST(Lane, LetsMessagesWithoutAnIncidentPassEachOther) {
  SteppedLane ops;
  ops.add(message("one", ""));
  ops.add(message("two", ""));
  ops.settle("one", SendResult::Kind::Retry);
  EXPECT_EQ(ops.next(), "two");
}

TEST(Lane, WaitsForTheCommit) {
  SteppedLane ops;
  ops.add(message("opened", "A"), false);
  EXPECT_EQ(ops.next(), "");
  ops.lane.release("opened");
  EXPECT_EQ(ops.next(), "opened");
}

TEST(Lane, SendsFromMemoryWhereTheCommitTakesTooLong) {
  SteppedLane ops;
  ops.add(message("opened", "A"), false);
  EXPECT_EQ(ops.lane.next_due(), kStart + kCommitPatience);
  ops.passed = kCommitPatience - 1ms;
  EXPECT_EQ(ops.next(), "");
  ops.passed = kCommitPatience;
  EXPECT_EQ(ops.next(), "opened");
}

TEST(Lane, CountsPatienceFromWhenTheMessageCame) {
  SteppedLane ops;
  ops.add(message("opened", "A"), true);
  ops.add(message("resolved", "A"), false);
  ops.settle("opened", SendResult::Kind::Retry);
  ops.passed = 5s;
  ops.settle("opened", kDelivered);
  EXPECT_EQ(ops.next(), "resolved");
}

TEST(Lane, IsNotMovedByAStepOfTheWallClock) {
  for (const std::chrono::seconds step : {-48h, 48h}) {
    SteppedLane ops;
    ops.add(message("opened", "A"));
    ops.settle("opened", SendResult::Kind::Retry);
    ops.step = step;
    EXPECT_EQ(ops.lane.next_due(), kStart + 5s);
    ops.passed = 5s;
    const DeliveryProgress progress = ops.settle(ops.next(), SendResult::Kind::Retry);
    EXPECT_EQ(progress.state, DeliveryState::Pending);
    EXPECT_EQ(progress.next_attempt_at, ops.wall() + 15s);
    EXPECT_EQ(ops.lane.next_due(), kStart + 5s + 15s);
  }
}

TEST(Lane, DoesNotGiveUpBecauseTheWallClockStepped) {
  SteppedLane ops;
  ops.add(message("opened", "A"));
  ops.step = 100h;
  EXPECT_EQ(ops.settle("opened", SendResult::Kind::Retry).state, DeliveryState::Pending);
}

TEST(Lane, GivesUpThreeDaysAfterTheMessageWasMade) {
  SteppedLane ops;
  Notification old = message("opened", "A");
  old.created_at = kWall - 71h;
  ops.add(old);
  ops.add(message("resolved", "A"));
  EXPECT_EQ(ops.settle("opened", SendResult::Kind::Retry).state, DeliveryState::Pending);
  ops.passed = 1h;
  EXPECT_EQ(ops.settle("opened", SendResult::Kind::Retry).state, DeliveryState::Dead);
  EXPECT_EQ(ops.next(), "resolved");
}

TEST(Lane, TriesAMessageForAnHourHoweverOldItIs) {
  SteppedLane ops;
  Notification old = message("opened", "A");
  old.created_at = kWall - 24h * 30;  // gatewatch was off, or the clock was wrong
  ops.add(old);
  EXPECT_EQ(ops.settle("opened", SendResult::Kind::Retry).state, DeliveryState::Pending);
  ops.passed = 59min;
  EXPECT_EQ(ops.settle("opened", SendResult::Kind::Retry).state, DeliveryState::Pending);
  ops.passed = 1h;
  EXPECT_EQ(ops.settle("opened", SendResult::Kind::Retry).state, DeliveryState::Dead);
}

TEST(Lane, GoesOnAfterARestartWhereItStopped) {
  SteppedLane ops;
  DeliveryProgress progress;
  progress.attempts = 3;
  progress.next_attempt_at = kWall + 40s;
  ops.add(message("opened", "A"), true, progress);
  EXPECT_EQ(ops.lane.next_due(), kStart + 40s);
  ops.passed = 40s;
  EXPECT_EQ(ops.settle(ops.next(), SendResult::Kind::Retry).attempts, 4);
  EXPECT_EQ(ops.lane.next_due(), kStart + 40s + 60s);
}

TEST(Lane, WaitsNoLongerThanTheLongestDelayWhateverTheDatabaseSays) {
  SteppedLane ops;
  DeliveryProgress far;
  far.next_attempt_at = kWall + 24h * 365 * 8000;
  ops.add(message("opened", "A"), true, far);
  EXPECT_EQ(ops.lane.next_due(), kStart + 15min);
  DeliveryProgress past;
  past.next_attempt_at = kWall - 24h * 365;
  ops.add(message("other", "B"), true, past);
  EXPECT_EQ(ops.next(), "other");
}

TEST(Lane, IgnoresAMessageItHasAlready) {
  SteppedLane ops;
  EXPECT_TRUE(ops.add(message("opened", "A")));
  EXPECT_TRUE(ops.add(message("opened", "A")));
  EXPECT_EQ(ops.lane.size(), 1U);
}

TEST(Lane, MakesDeadLettersOfEverythingOnceTheReceiverStoppedTheChannel) {
  SteppedLane ops;
  ops.add(message("opened", "A"));
  ops.add(message("resolved", "A"));
  ops.add(message("waiting", "B"));
  ops.settle("waiting", SendResult::Kind::RetrySlowly);
  EXPECT_EQ(ops.settle("opened", SendResult::Kind::StopChannel).state, DeliveryState::Dead);
  ASSERT_TRUE(ops.lane.is_stopped());
  ops.add(message("later", "C"), false);

  std::vector<std::string> buried;
  while (!ops.next().empty()) {
    const std::string id = ops.next();
    buried.push_back(id);
    const DeliveryProgress progress = ops.lane.bury(id);
    EXPECT_EQ(progress.state, DeliveryState::Dead);
    EXPECT_THAT(progress.last_error, ::testing::HasSubstr("its words"));
  }
  EXPECT_THAT(buried, ::testing::UnorderedElementsAre("resolved", "waiting"));
  ops.lane.release("later");  // what is not committed can't be settled
  EXPECT_EQ(ops.next(), "later");
}

TEST(Lane, SendsAgainAfterTheStopIsTakenBack) {
  SteppedLane ops;
  ops.add(message("opened", "A"));
  ops.settle("opened", SendResult::Kind::StopChannel);
  ops.lane.resume();
  EXPECT_FALSE(ops.lane.is_stopped());
  ops.add(message("next", "B"));
  EXPECT_EQ(ops.next(), "next");
}

TEST(Lane, TriesAtOnceWhenTheSettingsChanged) {
  SteppedLane ops;
  ops.add(message("opened", "A"));
  ops.add(message("resolved", "A"));
  ops.settle("opened", SendResult::Kind::RetrySlowly);
  ops.passed = 1s;
  ops.lane.retry_now(ops.now());
  EXPECT_EQ(ops.next(), "opened");
  ops.settle("opened", kDelivered);
  EXPECT_EQ(ops.next(), "resolved");
}

TEST(Lane, DropsEverythingInTheOrderItCame) {
  SteppedLane ops;
  ops.add(message("1", "A"));
  ops.add(message("2", "B"));
  ops.add(message("3", "A"));
  ops.settle("1", SendResult::Kind::Retry);
  std::vector<std::string> ids;
  for (const auto& [id, progress] : ops.lane.drop_all()) {
    ids.push_back(id);
    EXPECT_EQ(progress.state, DeliveryState::Dropped);
    EXPECT_EQ(progress.attempts, id == "1" ? 1 : 0);
  }
  EXPECT_THAT(ids, ::testing::ElementsAre("1", "2", "3"));
  EXPECT_EQ(ops.lane.size(), 0U);
  EXPECT_EQ(ops.lane.next_due(), SteadyTime::max());
}

TEST(Lane, LeavesOutWhatIsTooMuchAndWhatFollowsIt) {
  SteppedLane ops;
  for (size_t i = 0; i < kMaxWaitingPerLane; ++i) {
    ASSERT_TRUE(ops.add(message("m" + std::to_string(i), "I" + std::to_string(i))));
  }
  EXPECT_FALSE(ops.add(message("opened", "late")));
  ops.settle(ops.next(), kDelivered);
  EXPECT_FALSE(ops.add(message("resolved", "late"))) << "would overtake its opening";
  EXPECT_TRUE(ops.add(message("other", "another")));
}

TEST(Lane, GivesTheOneThatHasBeenDueLongest) {
  SteppedLane ops;
  ops.add(message("slow", "A"));
  ops.settle("slow", SendResult::Kind::Retry);
  ops.passed = 10s;
  ops.add(message("new", "B"));
  EXPECT_EQ(ops.next(), "slow");
}

}  // namespace
}  // namespace gatewatch::alerts
