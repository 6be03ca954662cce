// SPDX-License-Identifier: MIT
//
// With a journal that systemd-journal-remote writes from its export format
// (https://systemd.io/JOURNAL_EXPORT_FORMATS/).
#include "logs/tail_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace gatewatch::logs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kWriter = "/lib/systemd/systemd-journal-remote";

class TailJournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kWriter)) {
      GTEST_SKIP() << kWriter << " is not installed: no journal can be made";
    }
    if (std::string id; !(std::ifstream("/etc/machine-id") >> id)) {
      GTEST_SKIP() << "this machine has no id, without which no journal can be made";
    }
  }

  // Appends an entry of the unit to the journal.
  void write(const std::string& unit, const std::string& message) {
    const uint64_t size = message.size();
    const std::string length(reinterpret_cast<const char*>(&size), sizeof size);
    const std::string time = std::to_string(++time_us_);
    const std::string text = "__REALTIME_TIMESTAMP=" + time + "\n__MONOTONIC_TIMESTAMP=" + time +
                             "\n_BOOT_ID=0123456789abcdef0123456789abcdef\n_SYSTEMD_UNIT=" + unit +
                             "\nMESSAGE\n" + length + message + "\n\n";
    std::ofstream(dir_.file("export"), std::ios::binary) << text;
    const std::string command = std::string(kWriter) + " -o " + journals_ + "/" + name_ + " " +
                                dir_.file("export") + " >" + dir_.file("out") + " 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(cert-env33-c): a test's own command
  }

  std::vector<std::string> poll() {
    std::vector<std::string> lines;
    now_ += kReopenEvery;
    while (tail_.poll(now_, [&](std::string_view line) { lines.emplace_back(line); })) {
    }
    return lines;
  }

  void restart() { tail_ = TailJournal("nginx.service", tail_.position(), journals_); }

  testing::TempDir dir_;
  std::string journals_ = [&] {
    const std::string path = dir_.file("journal");
    std::filesystem::create_directory(path);
    return path;
  }();
  std::string name_ = "system.journal";
  uint64_t time_us_ = 1'795'370'265'000'000;
  TailJournal tail_{"nginx.service", {}, journals_};
  SteadyTime now_{std::chrono::hours(1)};
};

TEST_F(TailJournalTest, GivesOutWhatTheUnitWritesFromNowOn) {
  write("nginx.service", "before");
  EXPECT_THAT(poll(), IsEmpty());
  write("nginx.service", "one");
  write("cron.service", "of another");
  write("nginx.service", "two\nthree");
  EXPECT_THAT(poll(), ElementsAre("one", "two", "three"));
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_EQ(tail_.counters().lines, 3U);
}

TEST_F(TailJournalTest, BeginsWithTheFirstEntryOfAUnitThatHadNone) {
  write("cron.service", "of another");
  EXPECT_THAT(poll(), IsEmpty());
  write("nginx.service", "one");
  EXPECT_THAT(poll(), ElementsAre("one"));
}

TEST_F(TailJournalTest, GoesOnAfterARestartWhereItWas) {
  write("nginx.service", "before");
  EXPECT_THAT(poll(), IsEmpty());
  restart();
  write("nginx.service", "one");
  restart();
  EXPECT_THAT(poll(), ElementsAre("one"));
  restart();
  EXPECT_THAT(poll(), IsEmpty());
  const auto kept = parse_position(to_text(tail_.position()));
  EXPECT_EQ(kept.value(), tail_.position());
}

TEST_F(TailJournalTest, BeginsAtTheEndWhereThePositionIsOfAnotherUnit) {
  write("cron.service", "before");
  write("nginx.service", "before");
  EXPECT_THAT(poll(), IsEmpty());
  write("cron.service", "of another");
  tail_ = TailJournal("cron.service", tail_.position(), journals_);
  EXPECT_THAT(poll(), IsEmpty());
  write("cron.service", "new");
  EXPECT_THAT(poll(), ElementsAre("new"));
}

TEST_F(TailJournalTest, ReadsFilesThatComeLater) {
  write("nginx.service", "before");
  EXPECT_THAT(poll(), IsEmpty());
  name_ = "system2.journal";
  write("nginx.service", "one");
  EXPECT_THAT(poll(), ElementsAre("one"));
}

TEST_F(TailJournalTest, CutsLongLinesAndTakesBinaryOnes) {
  write("nginx.service", "before");
  poll();
  write("nginx.service", std::string(200'000, 'x'));
  const std::string bytes("a\0\x01\xff", 4);
  write("nginx.service", bytes);
  const auto lines = poll();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0] == std::string(kMaxLine, 'x'));
  EXPECT_EQ(lines[1], bytes);
  EXPECT_EQ(tail_.counters().cut_lines, 1U);
}

TEST_F(TailJournalTest, TellsThatThereIsNone) {
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_EQ(tail_.trouble(),
            "there is no journal here, or it may not be read (group systemd-journal)");
  write("nginx.service", "before");
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_EQ(tail_.trouble(), "");
  write("nginx.service", "one");
  EXPECT_THAT(poll(), ElementsAre("one"));
}

TEST(TailJournal, TellsThatItsFolderIsNotThere) {
  const testing::TempDir dir;
  TailJournal tail("nginx.service", {}, dir.file("none"));
  EXPECT_FALSE(tail.poll(SteadyTime{std::chrono::hours(1)}, [](std::string_view) {}));
  EXPECT_EQ(tail.trouble(), "No such file or directory");
}

}  // namespace
}  // namespace gatewatch::logs
