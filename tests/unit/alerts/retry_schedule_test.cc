// SPDX-License-Identifier: MIT
#include "alerts/retry_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1'000'000s};

SendResult ended(SendResult::Kind kind, std::optional<Duration> retry_after = std::nullopt) {
  return {.kind = kind, .retry_after = retry_after, .detail = "its words"};
}

Duration delay_after(const DeliveryProgress& progress) {
  return progress.next_attempt_at - kNow;
}

DeliveryProgress after(SendResult::Kind kind, std::optional<Duration> retry_after) {
  return after_try({}, ended(kind, retry_after), 0s, kNow);
}

TEST(RetrySchedule, WaitsLongerAfterEachTryAndThenTenMinutes) {
  DeliveryProgress progress;
  std::vector<Duration> delays;
  for (int i = 0; i < 8; ++i) {
    progress = after_try(progress, ended(SendResult::Kind::Retry), 0s, kNow);
    delays.push_back(delay_after(progress));
  }
  EXPECT_THAT(delays, ::testing::ElementsAre(5s, 15s, 30s, 60s, 120s, 300s, 600s, 600s));
  EXPECT_EQ(progress.attempts, 8);
  EXPECT_EQ(progress.state, DeliveryState::Pending);
  EXPECT_EQ(progress.last_error, "its words");
}

TEST(RetrySchedule, WaitsTenMinutesAtOnceWhereTheReceiverRefused) {
  EXPECT_EQ(delay_after(after(SendResult::Kind::RetrySlowly, std::nullopt)), 10min);
  EXPECT_EQ(delay_after(after(SendResult::Kind::RetrySlowly, 1s)), 10min);
  EXPECT_EQ(delay_after(after(SendResult::Kind::RetrySlowly, 12min)), 12min);
}

TEST(RetrySchedule, HonoursRetryAfterUpToAQuarterOfAnHour) {
  EXPECT_EQ(delay_after(after(SendResult::Kind::Retry, 2s)), 2s);
  EXPECT_EQ(delay_after(after(SendResult::Kind::Retry, 7min)), 7min);
  EXPECT_EQ(delay_after(after(SendResult::Kind::Retry, 24h)), 15min);
  EXPECT_EQ(delay_after(after(SendResult::Kind::RetrySlowly, 24h)), 15min);
  EXPECT_EQ(delay_after(after(SendResult::Kind::Retry, 0s)), 1s);
}

TEST(RetrySchedule, GivesUpAfterThreeDays) {
  const SendResult failed = ended(SendResult::Kind::Retry);
  EXPECT_EQ(after_try({}, failed, 72h - 1s, kNow).state, DeliveryState::Pending);
  EXPECT_EQ(after_try({}, failed, 72h, kNow).state, DeliveryState::Dead);
  EXPECT_EQ(after_try({}, failed, 72h, kNow).last_error, "its words");
  EXPECT_EQ(after_try({}, ended(SendResult::Kind::Delivered), 72h, kNow).state,
            DeliveryState::Delivered);
}

TEST(RetrySchedule, ForgetsTheErrorOnceDelivered) {
  DeliveryProgress before;
  before.attempts = 3;
  before.last_error = "HTTP 500";
  const DeliveryProgress progress = after_try(before, ended(SendResult::Kind::Delivered), 0s, kNow);
  EXPECT_EQ(progress.state, DeliveryState::Delivered);
  EXPECT_EQ(progress.attempts, 4);
  EXPECT_EQ(progress.delivered_at, kNow);
  EXPECT_EQ(progress.last_error, "");
}

TEST(RetrySchedule, MakesADeadLetterWhereTheReceiverStopsTheChannel) {
  EXPECT_EQ(after(SendResult::Kind::StopChannel, std::nullopt).state, DeliveryState::Dead);
}

}  // namespace
}  // namespace gatewatch::alerts
