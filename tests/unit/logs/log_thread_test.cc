// SPDX-License-Identifier: MIT
#include "logs/log_thread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/support/hanging_clock.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

namespace gatewatch::logs {
namespace {

std::string line(int status, const std::string& request_id = "-") {
  return "::1 - - [22/Nov/2026:10:00:00 +0000] \"GET /pay HTTP/1.1\" " + std::to_string(status) +
         " 1 request_id=\"" + request_id + "\"\n";
}

void append(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

LogSettings access_log(const std::string& path) {
  return {.name = "edge",
          .kind = LogKind::NginxAccess,
          .path = path,
          .journal_unit = "",
          .targets = {},
          .pattern = std::nullopt};
}

TEST(LogFollower, SumsUpByTheSecondThatTheLinesTell) {
  const testing::TempDir dir;
  const testing::ManualClock clock;  // 2026-11-22T10:00:00Z
  LogFollower follower(access_log(dir.file("access.log")), {});
  EXPECT_TRUE(follower.poll(clock).is_news);
  EXPECT_FALSE(follower.poll(clock).is_news);
  std::string earlier = line(502);
  earlier.replace(earlier.find("10:00:00"), 8, "09:59:30");
  append(dir.file("access.log"), line(200) + earlier + "not a line of an access log\n" + line(502));
  const LogBatch batch = follower.poll(clock);
  EXPECT_TRUE(batch.is_news);
  EXPECT_EQ(batch.log, "edge");
  ASSERT_EQ(batch.seconds.size(), 2U);
  EXPECT_EQ(batch.seconds[0].at, clock.steady() - std::chrono::seconds(30));
  EXPECT_EQ(batch.seconds[0].counts.requests, 1U);
  EXPECT_EQ(batch.seconds[1].at, clock.steady());
  EXPECT_EQ(batch.seconds[1].counts.requests, 2U);
  EXPECT_EQ(batch.events.size(), 2U);
}

TEST(LogFollower, HandsOverABoundedNumberOfEventsAndCountsAll) {
  const testing::TempDir dir;
  const testing::ManualClock clock;
  LogFollower follower(access_log(dir.file("access.log")), {},
                       [](std::string_view id) { return id == "probe-1"; });
  (void)follower.poll(clock);
  std::string text;
  for (size_t i = 0; i < kMaxEvents + 50; ++i) {
    text += line(502);
  }
  append(dir.file("access.log"), text + line(200, "probe-1"));
  const LogBatch batch = follower.poll(clock);
  EXPECT_EQ(batch.events.size(), kMaxEvents + 1);
  EXPECT_EQ(batch.events_left_out, 50U);
  EXPECT_EQ(batch.events.back().status, 200);
  ASSERT_EQ(batch.seconds.size(), 1U);
  EXPECT_EQ(batch.seconds[0].counts.with_status(502), kMaxEvents + 50);
}

TEST(LogFollower, TellsOnceThatALogIsNotThere) {
  const testing::TempDir dir;
  const testing::ManualClock clock;
  LogFollower follower(access_log(dir.file("access.log")), {});
  const LogBatch missing = follower.poll(clock);
  EXPECT_TRUE(missing.is_news);
  EXPECT_EQ(missing.trouble, "No such file or directory");
  EXPECT_FALSE(follower.poll(clock).is_news);
  append(dir.file("access.log"), "");
  const LogBatch there = follower.poll(clock);
  EXPECT_TRUE(there.is_news);
  EXPECT_EQ(there.trouble, "");
}

constexpr Duration kPatience = std::chrono::seconds(10);

// What a thread has handed over.
class Received {
 public:
  void take(LogBatch batch) {
    const MutexLock lock(mutex_);
    ++batches_;
    position_ = batch.position;
    for (const GatewayEvent& event : batch.events) {
      statuses_.push_back(event.status);
    }
    changed_.notify_all();
  }
  // Whether it holds within ten seconds.
  bool wait_for(const std::function<bool(const Received&)>& is_there) {
    const MutexLock lock(mutex_);
    const SteadyTime deadline = system_clock().steady() + std::chrono::seconds(10);
    while (!is_there(*this)) {
      if (system_clock().steady() >= deadline) {
        return false;
      }
      changed_.wait_until(mutex_, deadline);
    }
    return true;
  }

  Mutex mutex_;
  CondVar changed_;
  size_t batches_ = 0;
  std::vector<int> statuses_;
  TailPosition position_;
};

TEST(LogThread, HandsOverEventsOfAllItsLogsAndGoesOnAfterARestart) {
  const testing::TempDir dir;
  const std::vector<LogSettings> logs{access_log(dir.file("access.log"))};
  Received received;
  const auto take = [&](LogBatch batch) { received.take(std::move(batch)); };
  {
    LogThread thread({}, system_clock(), take);
    thread.set(logs);
    ASSERT_TRUE(received.wait_for([](const Received& all) { return all.batches_ == 1; }));
    append(dir.file("access.log"), line(502) + line(200) + line(503));
    ASSERT_TRUE(received.wait_for([](const Received& all) { return all.statuses_.size() == 2; }));
    EXPECT_TRUE(thread.stop(kPatience));
    append(dir.file("access.log"), line(504));
  }
  EXPECT_EQ(received.statuses_, (std::vector{502, 503}));
  LogThread again({{"edge", received.position_}}, system_clock(), take);
  again.set(logs);
  ASSERT_TRUE(received.wait_for([](const Received& all) { return all.statuses_.size() == 3; }));
  EXPECT_TRUE(again.stop(kPatience));
  EXPECT_EQ(received.statuses_, (std::vector{502, 503, 504}));
}

TEST(LogThread, StopsAtOnceThoughItWaits) {
  Received received;
  const testing::TempDir dir;
  LogThread thread({}, system_clock(), [&](LogBatch batch) { received.take(std::move(batch)); });
  thread.set({access_log(dir.file("access.log"))});
  ASSERT_TRUE(received.wait_for([](const Received& all) { return all.batches_ == 1; }));
  const SteadyTime before = system_clock().steady();
  EXPECT_TRUE(thread.stop(kPatience));
  EXPECT_LT(system_clock().steady() - before, kPollEvery);
}

TEST(LogThread, IsLeftBehindWhereAFileSystemHangsAndTellsNothingMore) {
  const testing::TempDir dir;
  testing::HangingClock clock;
  Received received;
  LogThread thread({}, clock, [&](LogBatch batch) { received.take(std::move(batch)); });
  thread.set({access_log(dir.file("access.log"))});
  ASSERT_TRUE(received.wait_for([](const Received& all) { return all.batches_ == 1; }));
  clock.hang();
  ASSERT_TRUE(clock.wait_for_a_hanging_call());
  append(dir.file("access.log"), line(502));
  const SteadyTime before = system_clock().steady();
  EXPECT_FALSE(thread.stop(std::chrono::milliseconds(50)));
  EXPECT_FALSE(thread.stop(std::chrono::milliseconds(50)));
  EXPECT_LT(system_clock().steady() - before, std::chrono::seconds(5));
  clock.release();
  const SteadyTime deadline = system_clock().steady() + kPatience;
  while (!thread.stop(Duration::zero()) && system_clock().steady() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(thread.stop(Duration::zero()));
  EXPECT_EQ(received.batches_, 1U);
}

TEST(LogThread, HandsOverWhatItIsReadingWhenItIsStopped) {
  const testing::TempDir dir;
  testing::HangingClock clock;
  Received received;
  LogThread thread({}, clock, [&](LogBatch batch) { received.take(std::move(batch)); });
  thread.set({access_log(dir.file("access.log"))});
  ASSERT_TRUE(received.wait_for([](const Received& all) { return all.batches_ == 1; }));
  clock.hang();
  ASSERT_TRUE(clock.wait_for_a_hanging_call());
  append(dir.file("access.log"), line(502));
  std::thread helper([&] { clock.release(); });
  EXPECT_TRUE(thread.stop(kPatience));
  helper.join();
  EXPECT_EQ(received.statuses_, std::vector{502});
}

TEST(LogThread, TakesUpTheNewestListAfterALookThatHung) {
  const testing::TempDir dir;
  testing::HangingClock clock;
  Received received;
  append(dir.file("access.log"), "");
  LogThread thread({}, clock, [&](LogBatch batch) { received.take(std::move(batch)); });
  thread.set({access_log(dir.file("access.log"))});
  ASSERT_TRUE(received.wait_for([](const Received& all) { return all.batches_ == 1; }));
  clock.hang();
  ASSERT_TRUE(clock.wait_for_a_hanging_call());
  EXPECT_EQ(thread.look().value().log, "edge");
  LogSettings other = access_log(dir.file("other.log"));
  other.name = "other";
  for (int i = 0; i < 100; ++i) {
    thread.set({other});
    thread.set({access_log(dir.file("access.log")), other});
  }
  append(dir.file("access.log"), line(502));  // read by the look that hangs
  clock.release();
  ASSERT_TRUE(received.wait_for([](const Received& all) { return all.batches_ >= 4; }));
  append(dir.file("access.log"), line(503));
  append(dir.file("other.log"), line(504));
  ASSERT_TRUE(received.wait_for([](const Received& all) { return all.statuses_.size() >= 3; }));
  EXPECT_TRUE(thread.stop(kPatience));
  std::sort(received.statuses_.begin(), received.statuses_.end());
  EXPECT_EQ(received.statuses_, (std::vector{502, 503, 504}));
  EXPECT_FALSE(thread.look());
}

}  // namespace
}  // namespace gatewatch::logs
