// SPDX-License-Identifier: MIT
#include "daemon/log_reading.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/log.h"
#include "daemon/log_board.h"
#include "storage/writer.h"
#include "tests/support/hanging_clock.h"
#include "tests/support/temp_dir.h"

namespace gatewatch::daemon {
namespace {

constexpr Duration kPatience = std::chrono::seconds(10);

void append(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

logs::LogSettings access_log(const std::string& name, const std::string& path) {
  logs::LogSettings settings;
  settings.name = name;
  settings.kind = logs::LogKind::NginxAccess;
  settings.path = path;
  return settings;
}

// What is logged, from all threads.
struct Logged {
  Mutex mutex;
  std::vector<std::string> lines GW_GUARDED_BY(mutex);

  size_t count(const std::string& beginning) {
    const MutexLock lock(mutex);
    return static_cast<size_t>(
        std::count_if(lines.begin(), lines.end(),
                      [&](const std::string& one) { return one.starts_with(beginning); }));
  }
};
Logged& logged() {
  static Logged all;
  return all;
}
const bool kLogged = [] {
  set_log_sink(
      [](LogLevel, std::string_view line) {
        const MutexLock lock(logged().mutex);
        logged().lines.emplace_back(line);
      },
      LogLevel::Warning);
  return true;
}();

class LogReadingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const MutexLock lock(logged().mutex);
    logged().lines.clear();
  }
  static std::string line(int status) {
    return "::1 - - [22/Nov/2026:10:00:00 +0000] \"GET /pay HTTP/1.1\" " + std::to_string(status) +
           " 1\n";
  }

  // Runs the loop until it holds; false where it does not within kPatience.
  bool run_until(const std::function<bool()>& holds) {
    const SteadyTime deadline = system_clock().steady() + kPatience;
    bool held = false;
    std::function<void()> look = [&] {
      held = holds();
      if (held || system_clock().steady() >= deadline) {
        loop_.stop();
      } else {
        loop_.call_at(loop_.now() + std::chrono::milliseconds(5), look);
      }
    };
    loop_.call_at(loop_.now(), look);
    loop_.run();
    return held;
  }
  // Until so many polls that begin from now on have ended, and what they told was taken.
  bool run_until_polled(uint64_t polls = 1) {
    const uint64_t calls = clock_.calls();
    const bool polled = run_until([&] { return clock_.calls() >= calls + polls + 1; });
    return polled && run_until([turns = 0]() mutable { return ++turns == 3; });
  }
  void start_with(const std::vector<logs::LogSettings>& logs) {
    reading_.set(logs, "first");
    ASSERT_TRUE(run_until_polled(logs.size()));
  }

  // One that knows these positions, by the names of logs.
  std::string database_with(const std::map<std::string, std::string>& positions) {
    std::string path = dir_.file("gatewatch.db");
    storage::Writer writer({.path = path}, system_clock());
    writer.start();
    for (const auto& [name, text] : positions) {
      writer.add(storage::LogPosition{.log = name, .text = text});
    }
    EXPECT_TRUE(writer.stop(system_clock().steady() + kPatience));
    return path;
  }
  static int threads_named(const std::string& name) {
    int count = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      std::string its_name;
      std::getline(std::ifstream(task.path() / "comm"), its_name);
      count += its_name == name ? 1 : 0;
    }
    return count;
  }

  testing::TempDir dir_;
  std::string path_ = dir_.file("access.log");
  testing::HangingClock clock_;
  probe::EpollLoop loop_{system_clock()};
  LogBoard board_;
  logs::TailPosition position_;
  std::vector<int> statuses_;
  std::vector<std::string> gone_;
  LogReading reading_{loop_, clock_,
                      [this](const logs::LogBatch& batch) {
                        (void)board_.take(batch);
                        position_ = batch.position;
                        for (const GatewayEvent& event : batch.events) {
                          statuses_.push_back(event.status);
                        }
                      },
                      [this](const std::string& name) { gone_.push_back(name); }};
};

TEST_F(LogReadingTest, ReadsNoLineAgainWhoseBatchStillWaitsForTheLoop) {
  append(path_, "");
  start_with({access_log("edge", path_)});
  append(path_, line(502));
  ASSERT_TRUE(clock_.wait_for_calls(clock_.calls() + 2));  // the poll before it has ended
  reading_.set({access_log("edge", path_), access_log("other", dir_.file("b"))}, "second");
  append(path_, line(503));
  ASSERT_TRUE(run_until([&] { return statuses_.size() >= 2; }));
  ASSERT_TRUE(run_until_polled());
  EXPECT_EQ(statuses_, (std::vector{502, 503}));
}

TEST_F(LogReadingTest, HoldsUpNobodyWhereAFileSystemHangs) {
  append(path_, "");
  start_with({access_log("edge", path_)});
  clock_.hang();
  ASSERT_TRUE(clock_.wait_for_a_hanging_call());
  const SteadyTime before = system_clock().steady();
  reading_.set({access_log("edge", path_), access_log("other", dir_.file("b"))}, "second");
  EXPECT_LT(system_clock().steady() - before, std::chrono::seconds(5));
  EXPECT_FALSE(reading_.stop(std::chrono::milliseconds(50)));
  EXPECT_LT(system_clock().steady() - before, std::chrono::seconds(5));
  clock_.release();
  ASSERT_TRUE(run_until([&] { return reading_.stop(Duration::zero()); }));
}

TEST_F(LogReadingTest, ReadsOnAfterReloadsDuringALookThatHangs) {
  append(path_, "");
  start_with({access_log("edge", path_)});
  clock_.hang();
  ASSERT_TRUE(clock_.wait_for_a_hanging_call());
  for (int i = 0; i < 10; ++i) {
    reading_.set({access_log("edge", path_), access_log("other", dir_.file("b"))},
                 "reload " + std::to_string(i));
  }
  EXPECT_EQ(threads_named("gw-logs"), 1);
  append(path_, line(502));
  append(dir_.file("b"), line(503));
  clock_.release();
  ASSERT_TRUE(run_until([&] { return !statuses_.empty(); }));
  ASSERT_TRUE(run_until_polled(2));
  append(dir_.file("b"), line(504));
  ASSERT_TRUE(run_until([&] { return statuses_.size() >= 2; }));
  EXPECT_EQ(statuses_, (std::vector{502, 504}));
}

TEST_F(LogReadingTest, TellsThatTheReadingHangs) {
  append(path_, "");
  start_with({access_log("edge", path_)});
  clock_.hang();
  ASSERT_TRUE(clock_.wait_for_a_hanging_call());
  reading_.watch(loop_.now());
  EXPECT_EQ(reading_.trouble(), "");
  reading_.watch(system_clock().steady() + kLookHangs);
  reading_.watch(system_clock().steady() + kLookHangs);
  EXPECT_EQ(logged().count("no log is read: the reading hangs log=edge"), 1U);
  EXPECT_EQ(reading_.trouble(), "the reading of all logs hangs at edge");
  clock_.release();
  ASSERT_TRUE(run_until_polled());
  reading_.watch(system_clock().steady());
  EXPECT_EQ(reading_.trouble(), "");
}

TEST_F(LogReadingTest, BeginsAtTheEndOfAnotherFileUnderTheSameName) {
  append(path_, line(500));
  start_with({access_log("edge", path_)});
  const std::string other = dir_.file("other.log");
  append(other, line(502) + line(502));
  reading_.set({access_log("edge", other)}, "second");
  ASSERT_TRUE(run_until_polled());
  append(other, line(503));
  ASSERT_TRUE(run_until([&] { return !statuses_.empty(); }));
  EXPECT_EQ(statuses_, std::vector{503});
}

TEST_F(LogReadingTest, LogsOnceThatALogCannotBeRead) {
  board_.configure({access_log("gone", path_)});
  start_with({access_log("gone", path_)});
  ASSERT_TRUE(run_until_polled());
  EXPECT_EQ(logged().count("log cannot be read"), 1U);
  EXPECT_EQ(logged().count("log cannot be read log=gone reason=\"No such file or directory\""), 1U);
}

TEST_F(LogReadingTest, LogsOnceThatLinesWereLeftOut) {
  ASSERT_TRUE(kLogged);
  append(path_, "");
  start_with({access_log("busy", path_)});
  std::string lines;
  for (size_t i = 0; i < logs::kMaxEvents + 50; ++i) {
    lines += line(502);
  }
  append(path_, lines);
  ASSERT_TRUE(run_until([&] { return statuses_.size() >= logs::kMaxEvents; }));
  EXPECT_EQ(logged().count("lines of trouble were counted, but not looked at one by one log=busy "
                           "lines=50"),
            1U);
  append(path_, lines);
  ASSERT_TRUE(run_until([&] { return statuses_.size() >= 2 * logs::kMaxEvents; }));
  EXPECT_EQ(logged().count("lines of trouble were counted"), 1U);
}

TEST_F(LogReadingTest, LogsThatAPartWasSkippedToCatchUp) {
  append(path_, line(200));
  start_with({access_log("late", path_)});
  ASSERT_TRUE(reading_.stop(kPatience));
  const uint64_t size = std::filesystem::file_size(path_);
  std::filesystem::resize_file(path_, size + logs::kMaxCatchUp + 100'000);
  LogReading again(loop_, clock_, [](const logs::LogBatch&) {});
  again.remember(database_with({{"late", logs::to_text(position_)}}));
  again.set({access_log("late", path_)}, "second");
  ASSERT_TRUE(run_until([] { return logged().count("a part of a log was not read") > 0; }));
  EXPECT_EQ(logged().count("a part of a log was not read, to catch up log=late bytes=100000"), 1U);
  ASSERT_TRUE(again.stop(kPatience));
}

TEST_F(LogReadingTest, ForgetsALogThatIsNotReadAnyMore) {
  append(path_, "");
  append(dir_.file("b"), "");
  start_with({access_log("edge", path_), access_log("other", dir_.file("b"))});
  EXPECT_TRUE(gone_.empty());
  append(dir_.file("b"), line(502));
  ASSERT_TRUE(clock_.wait_for_calls(clock_.calls() + 3));  // a poll of both has ended
  reading_.set({access_log("edge", path_)}, "second");
  EXPECT_EQ(gone_, std::vector<std::string>{"other"});
  ASSERT_TRUE(run_until_polled());
  EXPECT_TRUE(statuses_.empty());
  append(dir_.file("b"), line(503));
  reading_.set({access_log("edge", path_), access_log("other", dir_.file("b"))}, "third");
  ASSERT_TRUE(run_until_polled(2));
  append(dir_.file("b"), line(504));
  ASSERT_TRUE(run_until([&] { return !statuses_.empty(); }));
  EXPECT_EQ(statuses_, std::vector{504});
}

TEST_F(LogReadingTest, ForgetsALogThatWentWhileTheDaemonWasStopped) {
  reading_.remember(
      database_with({{"edge", "journal x at a.service"}, {"old", "of another version"}}));
  reading_.set({}, "");
  EXPECT_EQ(gone_, (std::vector<std::string>{"edge", "old"}));
}

}  // namespace
}  // namespace gatewatch::daemon
