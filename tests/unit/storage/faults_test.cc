// SPDX-License-Identifier: MIT
//
// Full, failing, hanging and lying disks.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "storage/error.h"
#include "storage/history.h"
#include "storage/writer.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/storage/faulty_vfs.h"
#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage::testing {
namespace {

using namespace std::chrono_literals;
using gatewatch::testing::TempDir;
using Operation = FaultyVfs::Operation;

// Overwrites the pages of the file from `first` (counted from 0) on with nonsense.
void damage_pages(const std::string& path, int first) {
  constexpr int kPage = 4'096;
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto pages = static_cast<int>(std::filesystem::file_size(path)) / kPage;
  ASSERT_GT(pages, first);
  for (int page = first; page < pages; ++page) {
    file.seekp(page * kPage);
    file << std::string(512, 'x');
  }
}

class Faults : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> set_aside() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("gatewatch.db.corrupt-") && !name.ends_with("-wal") &&
          !name.ends_with("-shm")) {
        names.push_back(name);
      }
    }
    return names;
  }

  TempDir folder_;
  std::string path_ = folder_.file("gatewatch.db");
  FaultyVfs disk_;
};

TEST_F(Faults, KeepEverythingUntilTheDiskHasRoomAgain) {
  std::atomic<bool> full = false;
  disk_.set_hook([&](Operation operation, const std::string&) {
    return full && operation == Operation::Write ? SQLITE_FULL : SQLITE_OK;
  });
  Writer writer(options_for(path_), system_clock());
  writer.start();
  writer.add(ok_sample("before", kMorning));
  ASSERT_TRUE(writer.flush(in_seconds(10)));
  full = true;
  writer.add(ok_sample("during", kMorning + 1s));
  writer.add(opening("01A", kMorning));
  EXPECT_TRUE(eventually([&] { return !writer.health().ok; }));
  EXPECT_NE(writer.health().error.find("full"), std::string::npos) << writer.health().error;
  EXPECT_FALSE(writer.flush(system_clock().steady() + 50ms));
  EXPECT_EQ(writer.health().waiting, 2U);
  full = false;
  EXPECT_TRUE(writer.flush(in_seconds(10)));
  EXPECT_TRUE(writer.health().ok) << writer.health().error;
  EXPECT_EQ(writer.health().samples_dropped, 0U);
  EXPECT_EQ(ask(path_, "SELECT target FROM samples ORDER BY at_ms"),
            (std::vector<std::string>{"before", "during"}));
  EXPECT_EQ(ask_one(path_, "SELECT state FROM notifications"), "pending");
}

TEST_F(Faults, UseTheBallastForIncidentsAndMessages) {
  const std::string ballast = path_ + ".ballast";
  std::atomic<bool> full = false;
  disk_.set_hook([&](Operation operation, const std::string&) {
    return full && operation == Operation::Write && std::filesystem::exists(ballast) ? SQLITE_FULL
                                                                                     : SQLITE_OK;
  });
  Writer::Options options = options_for(path_);
  options.ballast_bytes = 64 << 10U;
  Writer writer(options, system_clock());
  writer.start();
  ASSERT_TRUE(writer.flush(in_seconds(10)));
  EXPECT_EQ(std::filesystem::file_size(ballast), 64U << 10U);
  full = true;
  writer.add(opening("01A", kMorning));
  EXPECT_TRUE(writer.flush(in_seconds(10))) << writer.health().error;
  EXPECT_FALSE(std::filesystem::exists(ballast));
  EXPECT_EQ(ask_one(path_, "SELECT id FROM notifications"), "msg_01A");
}

TEST_F(Faults, StoreChangesWhileSamplesFindNoRoom) {
  // Room for short transactions only, as at the end of a disk: a long one fails.
  std::atomic<bool> nearly_full = false;
  std::atomic<int> writes = 0;
  disk_.set_hook([&](Operation operation, const std::string&) {
    if (!nearly_full || operation == Operation::Sync) {
      writes = 0;
    } else if (operation == Operation::Write && ++writes > 40) {
      writes = 0;
      return SQLITE_FULL;
    }
    return SQLITE_OK;
  });
  Writer::Options options = options_for(path_);
  options.commit_interval = 1h;
  options.retry_interval = 1h;
  std::atomic<int> told = 0;
  options.on_committed = [&](const std::vector<std::string>&) { ++told; };
  Writer writer(options, system_clock());
  writer.start();
  ASSERT_TRUE(writer.flush(in_seconds(10)));
  nearly_full = true;
  for (int i = 0; i < 10'000; ++i) {
    writer.add(ok_sample("shop", kMorning + i * 1us));
  }
  writer.add(opening("01A", kMorning));
  EXPECT_TRUE(eventually([&] { return told == 1; }));
  writer.add(opening("01B", kMorning));
  EXPECT_TRUE(eventually([&] { return told == 2; }));
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM notifications"), "2");
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM samples"), "0");
  EXPECT_FALSE(writer.health().ok);
  EXPECT_EQ(writer.health().waiting, 10'000U);
  nearly_full = false;
  EXPECT_TRUE(writer.flush(in_seconds(20)));
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM samples"), "10000");
}

TEST_F(Faults, BoundWhatWaitsAndCountWhatIsLost) {
  std::atomic<bool> broken = true;
  disk_.set_hook([&](Operation operation, const std::string&) {
    return broken && operation == Operation::Write ? SQLITE_IOERR_WRITE : SQLITE_OK;
  });
  Writer::Options options = options_for(path_);
  options.max_samples = 100;
  options.max_transitions = 10;
  Writer writer(options, system_clock());
  writer.start();
  for (int i = 0; i < 1'000; ++i) {
    writer.add(ok_sample("shop", kMorning + i * 1s));
  }
  for (int i = 0; i < 15; ++i) {
    writer.add(opening(std::to_string(i), kMorning));
  }
  EXPECT_TRUE(eventually([&] { return !writer.health().ok; }));
  EXPECT_EQ(writer.health().samples_dropped, 900U);
  EXPECT_LE(writer.health().waiting, 100U + 20U);
  broken = false;
  EXPECT_TRUE(writer.flush(in_seconds(10))) << writer.health().error;
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM samples"), "100");
  EXPECT_EQ(writer.health().samples_stored, 100U);
}

TEST_F(Faults, NeverStoreASampleTwiceWhenACommitWasInDoubt) {
  // The log is written, but its sync fails: after reopening, the rows may well be there.
  std::atomic<bool> broken = false;
  disk_.set_hook([&](Operation operation, const std::string&) {
    return broken && operation == Operation::Sync ? SQLITE_IOERR_FSYNC : SQLITE_OK;
  });
  Writer writer(options_for(path_), system_clock());
  writer.start();
  ASSERT_TRUE(writer.flush(in_seconds(10)));
  broken = true;
  writer.add(ok_sample("shop", kMorning));
  writer.add(opening("01A", kMorning));
  EXPECT_TRUE(eventually([&] { return !writer.health().ok; }));
  EXPECT_FALSE(writer.flush(system_clock().steady() + 100ms));
  broken = false;
  EXPECT_TRUE(writer.flush(in_seconds(10))) << writer.health().error;
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM samples"), "1");
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM notifications"), "1");
}

TEST_F(Faults, DoNotRememberIdsOfATransactionThatWasRolledBack) {
  std::atomic<bool> full = false;
  disk_.set_hook([&](Operation operation, const std::string&) {
    return full && operation == Operation::Write ? SQLITE_FULL : SQLITE_OK;
  });
  Writer writer(options_for(path_), system_clock());
  writer.start();
  ASSERT_TRUE(writer.flush(in_seconds(10)));
  full = true;
  writer.add(ok_sample("new", kMorning));
  EXPECT_TRUE(eventually([&] { return !writer.health().ok; }));
  full = false;
  ASSERT_TRUE(writer.flush(in_seconds(10)));
  EXPECT_EQ(ask_one(path_, "SELECT target FROM samples"), "new");
}

TEST_F(Faults, ReturnAtTheDeadlineWhenTheDiskHangs) {
  std::mutex mutex;
  std::condition_variable changed;
  bool hangs = false;
  disk_.set_hook([&](Operation operation, const std::string&) {
    if (operation == Operation::Sync) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return !hangs; });
    }
    return SQLITE_OK;
  });
  std::atomic<int> told = 0;
  Writer::Options options = options_for(path_);
  options.on_committed = [&](const std::vector<std::string>&) { ++told; };
  {
    Writer writer(options, system_clock());
    writer.start();
    ASSERT_TRUE(writer.flush(in_seconds(10)));
    {
      const std::lock_guard lock(mutex);
      hangs = true;
    }
    writer.add(opening("01A", kMorning));
    const SteadyTime before = system_clock().steady();
    EXPECT_FALSE(writer.flush(before + 50ms));
    EXPECT_FALSE(writer.stop(before + 100ms));
    EXPECT_LT(system_clock().steady() - before, 5s);
    EXPECT_EQ(writer.health().waiting, 1U);
    EXPECT_GE(writer.health().oldest_waiting, 50ms);
  }
  {
    const std::lock_guard lock(mutex);
    hangs = false;
  }
  changed.notify_all();
  // The thread that was left behind closes its files and goes.
  EXPECT_TRUE(eventually([&] { return disk_.open_files() == 0; }));
  EXPECT_EQ(told, 0);
}

TEST_F(Faults, SetADamagedDatabaseAsideAndSaveIncidentsAndMessages) {
  write_database(path_, [](Writer& writer) {
    writer.add(opening("01A", kMorning));
    writer.add(Transition{Incident{}, {message("msg_test", "")}});
    writer.flush(in_seconds(10));
    for (int i = 0; i < 2'000; ++i) {
      writer.add(ok_sample("shop", kMorning + i * 1s));
    }
  });
  damage_pages(path_, 40);  // the samples, written last
  const Remembered remembered = remember(path_, kMorning);
  EXPECT_EQ(remembered.incidents.size(), 1U);
  EXPECT_EQ(remembered.outbox.size(), 2U);

  Writer writer(options_for(path_), system_clock());
  writer.start();
  writer.add(ok_sample("shop", kMorning));
  ASSERT_TRUE(writer.flush(in_seconds(20))) << writer.health().error;
  EXPECT_TRUE(writer.health().ok);
  ASSERT_EQ(set_aside().size(), 1U);
  EXPECT_NE(writer.health().note.find(set_aside()[0]), std::string::npos) << writer.health().note;
  EXPECT_NE(writer.health().note.find("3 incidents and messages"), std::string::npos)
      << writer.health().note;
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM samples"), "1");
  EXPECT_EQ(ask_one(path_, "SELECT id FROM incidents"), "01A");
  EXPECT_EQ(ask(path_, "SELECT id FROM notification ORDER BY sequence"),
            (std::vector<std::string>{"msg_01A", "msg_test"}));
}

TEST_F(Faults, StartWithAFileThatIsNoDatabase) {
  std::ofstream(path_) << std::string(20'000, 'x');
  EXPECT_TRUE(remember(path_, kMorning).incidents.empty());
  Writer writer(options_for(path_), system_clock());
  writer.start();
  writer.add(opening("01A", kMorning));
  ASSERT_TRUE(writer.flush(in_seconds(10))) << writer.health().error;
  EXPECT_EQ(set_aside().size(), 1U);
  EXPECT_EQ(ask_one(path_, "SELECT id FROM incidents"), "01A");
}

TEST_F(Faults, HealDamageThatIsMetWhileRunning) {
  std::atomic<bool> damaged = false;
  disk_.set_hook([&](Operation operation, const std::string& file) {
    return operation == Operation::Write && file.ends_with("-wal") && damaged.exchange(false)
               ? SQLITE_CORRUPT
               : SQLITE_OK;
  });
  Writer writer(options_for(path_), system_clock());
  writer.start();
  writer.add(opening("01A", kMorning));
  ASSERT_TRUE(writer.flush(in_seconds(10)));
  damaged = true;
  writer.add(opening("01B", kMorning));
  ASSERT_TRUE(writer.flush(in_seconds(10))) << writer.health().error;
  EXPECT_GE(set_aside().size(), 1U);
  EXPECT_EQ(ask(path_, "SELECT id FROM incidents ORDER BY id"),
            (std::vector<std::string>{"01A", "01B"}));
}

TEST_F(Faults, StopSettingAsideWhenItDoesNotHelp) {
  disk_.set_hook([](Operation operation, const std::string&) {
    return operation == Operation::Write ? SQLITE_CORRUPT : SQLITE_OK;
  });
  Writer::Options options = options_for(path_);
  options.retry_interval = 1ms;
  Writer writer(options, system_clock());
  writer.start();
  EXPECT_TRUE(eventually([&] {
    return writer.health().error.find("again and again") != std::string::npos;
  })) << writer.health().error;
  EXPECT_LE(set_aside().size(), 8U);
}

TEST_F(Faults, ReadTheLogWhereItsIndexCannotBeMade) {
  const std::string copy = folder_.file("copy.db");
  {
    Writer writer(options_for(path_), system_clock());
    writer.start();
    writer.add(opening("01A", kMorning));
    ASSERT_TRUE(writer.flush(in_seconds(10)));
    std::filesystem::copy(path_, copy);
    std::filesystem::copy(path_ + "-wal", copy + "-wal");
  }
  disk_.set_hook([](Operation operation, const std::string&) {
    return operation == Operation::MapIndex ? SQLITE_IOERR_SHMSIZE : SQLITE_OK;
  });
  const Remembered remembered = remember(copy, kMorning);
  ASSERT_EQ(remembered.incidents.size(), 1U);
  EXPECT_EQ(remembered.outbox.size(), 1U);
  EXPECT_TRUE(std::filesystem::exists(copy + "-wal"));
}

}  // namespace
}  // namespace gatewatch::storage::testing
