// SPDX-License-Identifier: MIT
#include "storage/writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <mutex>
#include <thread>

#include "storage/history.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage::testing {
namespace {

using namespace std::chrono_literals;
using gatewatch::testing::ManualClock;
using gatewatch::testing::TempDir;

class WriterTest : public ::testing::Test {
 protected:
  TempDir folder_;
  std::string path_ = folder_.file("gatewatch.db");
};

TEST_F(WriterTest, MakesTheDatabaseWithoutBeingGivenAnything) {
  Writer writer(options_for(path_), system_clock());
  writer.start();
  EXPECT_TRUE(eventually([&] { return ask_one(path_, "SELECT count(*) FROM samples") == "0"; }));
  EXPECT_TRUE(writer.stop(in_seconds(10)));
  EXPECT_TRUE(writer.health().ok);
}

TEST_F(WriterTest, CommitsSamplesWithinTheInterval) {
  Writer writer(options_for(path_), system_clock());
  writer.start();
  writer.add(ok_sample("shop", kMorning));
  EXPECT_TRUE(eventually([&] { return writer.health().samples_stored == 1; }));
  EXPECT_EQ(writer.health().waiting, 0U);
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM samples"), "1");
}

TEST_F(WriterTest, GroupsSamplesUntilTheIntervalIsOver) {
  ManualClock clock;  // stands, so the interval is never over
  Writer writer(options_for(path_), clock);
  writer.start();
  ASSERT_TRUE(writer.flush(clock.steady() + 10s));
  writer.add(ok_sample("shop", kMorning));
  writer.add(ok_sample("shop", kMorning + 1s));
  EXPECT_EQ(writer.health().waiting, 2U);
  clock.advance(19ms);
  EXPECT_EQ(writer.health().oldest_waiting, 19ms);
  EXPECT_EQ(writer.health().samples_stored, 0U);
  clock.advance(1ms);
  EXPECT_TRUE(eventually([&] { return writer.health().samples_stored == 2; }));
}

TEST_F(WriterTest, CommitsATransitionAtOnceWithWhatWaitsBeforeIt) {
  ManualClock clock;
  Writer::Options options = options_for(path_);
  std::mutex mutex;
  std::vector<std::string> told;
  std::string samples_when_told;
  options.on_committed = [&](const std::vector<std::string>& ids) {
    std::lock_guard lock(mutex);
    samples_when_told = ask_one(path_, "SELECT count(*) FROM samples");
    told.insert(told.end(), ids.begin(), ids.end());
  };
  Writer writer(options, clock);
  writer.start();
  ASSERT_TRUE(writer.flush(clock.steady() + 10s));
  writer.add(ok_sample("shop", kMorning));
  Transition transition = opening("01A", kMorning);
  transition.messages.push_back(message("msg_second", "01A"));
  writer.add(std::move(transition));
  EXPECT_TRUE(eventually([&] {
    std::lock_guard lock(mutex);
    return told.size() == 2;
  }));
  std::lock_guard lock(mutex);
  EXPECT_EQ(told, (std::vector<std::string>{"msg_01A", "msg_second"}));
  EXPECT_EQ(samples_when_told, "1");
}

TEST_F(WriterTest, HasAllOfATransitionOnDiskWhenItSaysSo) {
  // As after a power cut at the instant of the call: the files as they are then, opened elsewhere.
  const std::string copy = folder_.file("copy.db");
  Writer::Options options = options_for(path_);
  bool copied = false;
  options.on_committed = [&](const std::vector<std::string>&) {
    if (!copied) {
      std::filesystem::copy(path_, copy);
      std::filesystem::copy(path_ + "-wal", copy + "-wal");
      copied = true;
    }
  };
  Writer writer(options, system_clock());
  writer.start();
  writer.add(ok_sample("shop", kMorning));
  writer.add(opening("01A", kMorning));
  ASSERT_TRUE(writer.stop(in_seconds(10)));
  const Remembered remembered = remember(copy, kMorning);
  ASSERT_EQ(remembered.incidents.size(), 1U);
  EXPECT_EQ(remembered.incidents[0].id, "01A");
  ASSERT_EQ(remembered.outbox.size(), 1U);
  EXPECT_EQ(remembered.outbox[0].notification.id, "msg_01A");
  EXPECT_EQ(ask_one(copy, "SELECT count(*) FROM samples"), "1");
}

TEST_F(WriterTest, KeepsEveryOneOfTwoSamplesOfTheSameInstant) {
  write_database(path_, [](Writer& writer) {
    writer.add(ok_sample("shop", kMorning));
    writer.add(bad_gateway_sample("shop", kMorning));
    writer.add(ok_sample("api", kMorning));
  });
  EXPECT_EQ(ask(path_, "SELECT target, status, reason FROM samples ORDER BY at_ms, target"),
            (std::vector<std::string>{"api|200|NULL", "shop|200|NULL", "shop|502|Bad Gateway"}));
  EXPECT_EQ(ask(path_, "SELECT at_us FROM sample WHERE outcome = 1"),
            (std::vector<std::string>{std::to_string(kMorning.time_since_epoch().count() + 1)}));
}

TEST_F(WriterTest, KeepsTheNewestStateOfAnIncident) {
  write_database(path_, [](Writer& writer) {
    writer.add(opening("01A", kMorning));
    Incident grown = open_incident("01A", kMorning);
    grown.total = {40, 9, 8, 9};
    writer.update_counts({grown});
    ASSERT_TRUE(writer.flush(in_seconds(10)));
  });
  EXPECT_EQ(ask_one(path_, "SELECT rule, probes, bad FROM incidents"), "bad-gateway|40|9");
  write_database(path_, [](Writer& writer) {
    Incident stale = open_incident("01A", kMorning);
    writer.update_counts({stale});
    Transition closing{open_incident("01A", kMorning), {}};
    closing.incident.resolved_at = kMorning + 1min;
    closing.incident.total = {60, 9, 8, 9};
    writer.add(std::move(closing));
  });
  EXPECT_EQ(ask_one(path_, "SELECT resolved_at, probes FROM incidents"),
            "2026-11-22T10:16:30.123Z|60");
}

TEST_F(WriterTest, DoesNotRepeatAMessageThatIsThere) {
  write_database(path_, [](Writer& writer) {
    writer.add(opening("01A", kMorning));
    DeliveryProgress progress;
    progress.state = DeliveryState::Delivered;
    writer.add(Settlement{"msg_01A", progress});
    ASSERT_TRUE(writer.flush(in_seconds(10)));
    writer.add(opening("01A", kMorning));
  });
  EXPECT_EQ(ask(path_, "SELECT state FROM notifications"), std::vector<std::string>{"delivered"});
}

TEST_F(WriterTest, TakesAddsFromManyThreads) {
  Writer writer(options_for(path_), system_clock());
  writer.start();
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&writer, number] {
      for (int i = 0; i < 500; ++i) {
        writer.add(ok_sample("target " + std::to_string(number), kMorning + i * 1ms));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_TRUE(writer.stop(in_seconds(30)));
  EXPECT_EQ(writer.health().samples_stored, 2'000U);
  EXPECT_EQ(ask_one(path_, "SELECT count(*), count(DISTINCT target) FROM samples"), "2000|4");
}

TEST_F(WriterTest, LeavesOneFileWhenStopped) {
  write_database(path_, [](Writer& writer) { writer.add(ok_sample("shop", kMorning)); });
  EXPECT_TRUE(std::filesystem::exists(path_));
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path_ + "-shm"));
}

TEST_F(WriterTest, CommitsMoreThanOneBatch) {
  write_database(path_, [](Writer& writer) {
    for (int i = 0; i < 45'000; ++i) {
      writer.add(ok_sample("shop", kMorning + i * 1us));
    }
    EXPECT_TRUE(writer.flush(in_seconds(30)));
    EXPECT_EQ(writer.health().samples_stored, 45'000U);
  });
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM samples"), "45000");
}

TEST_F(WriterTest, BeginsANewDatabaseWhereTheFileWasDeleted) {
  ManualClock clock;
  Writer writer(options_for(path_), clock);
  writer.start();
  ASSERT_TRUE(writer.flush(clock.steady() + 10s));
  std::filesystem::remove(path_);
  clock.advance(2min);
  EXPECT_TRUE(eventually(
      [&] { return writer.flush(clock.steady() + 10s) && std::filesystem::exists(path_); }));
  writer.add(ok_sample("shop", kMorning));
  ASSERT_TRUE(writer.flush(clock.steady() + 10s));
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM samples"), "1");
  EXPECT_NE(writer.health().note.find("moved or deleted"), std::string::npos);
}

}  // namespace
}  // namespace gatewatch::storage::testing
