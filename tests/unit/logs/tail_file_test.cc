// SPDX-License-Identifier: MIT
#include "logs/tail_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace gatewatch::logs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

class TailFileTest : public ::testing::Test {
 protected:
  // What a poll a second later gives out, and those after it that it asks for.
  std::vector<std::string> poll(Duration later = std::chrono::seconds(1)) {
    std::vector<std::string> lines;
    now_ += later;
    bool more = true;
    for (int i = 0; more && i < 100; ++i) {
      more = tail_.poll(now_, [&](std::string_view line) { lines.emplace_back(line); });
    }
    return lines;
  }

  // As after a restart of the daemon.
  void restart() {
    const auto position = parse_position(to_text(tail_.position()));
    tail_ = TailFile(path_, position.value());
  }

  static void append(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::app | std::ios::binary) << text;
  }
  void append(const std::string& text) { append(path_, text); }
  void copytruncate(const std::string& copy) {
    fs::copy_file(path_, copy);
    fs::resize_file(path_, 0);
  }

  testing::TempDir dir_;
  std::string path_ = dir_.file("access.log");
  std::string old_ = dir_.file("access.log.1");
  TailFile tail_{path_, {}};
  SteadyTime now_{std::chrono::hours(1)};
};

TEST_F(TailFileTest, BeginsAtTheEndOfAFileThatIsThereAtTheFirstLook) {
  append("before\nhalf");
  EXPECT_THAT(poll(), IsEmpty());
  append(" of it\nnext\n");
  EXPECT_THAT(poll(), ElementsAre("next"));
}

TEST_F(TailFileTest, ReadsAFileThatComesAfterItsOnlyOneWasDeletedAndTheDaemonWasStopped) {
  append("before\n");
  EXPECT_THAT(poll(), IsEmpty());
  append("first\n");
  EXPECT_THAT(poll(), ElementsAre("first"));
  fs::remove(path_);
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_THAT(poll(kQuietBeforeLeft), IsEmpty());
  EXPECT_FALSE(tail_.position().empty());
  append("second, and longer than what was there\n");
  restart();
  EXPECT_THAT(poll(), ElementsAre("second, and longer than what was there"));
}

TEST_F(TailFileTest, HasNoPositionOfAFileThatWasNeverThere) {
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_TRUE(tail_.position().empty());
}

// The position that was restored is not the one that it has come to.
TEST_F(TailFileTest, TellsHowFarItReadThoughNoFileIsLeft) {
  append("before\n");
  EXPECT_THAT(poll(), IsEmpty());
  restart();
  append("first\n");
  EXPECT_THAT(poll(), ElementsAre("first"));
  const TailPosition read = tail_.position();
  fs::remove(path_);
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_THAT(poll(kQuietBeforeLeft), IsEmpty());
  ASSERT_EQ(tail_.position().files.size(), 1U);
  EXPECT_EQ(tail_.position().files[0].offset, read.files[0].offset);
}

TEST_F(TailFileTest, BeginsAtTheBeginningOfAFileThatComesLater) {
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_EQ(tail_.trouble(), "No such file or directory");
  append("first\r\nsecond\n");
  EXPECT_THAT(poll(), ElementsAre("first", "second"));
  EXPECT_EQ(tail_.trouble(), "");
}

TEST_F(TailFileTest, KeepsAHalfLineUntilItsEnd) {
  poll();
  append("one\ntw");
  EXPECT_THAT(poll(), ElementsAre("one"));
  EXPECT_THAT(poll(std::chrono::hours(1)), IsEmpty());
  append("o\n\n");
  EXPECT_THAT(poll(), ElementsAre("two", ""));
}

TEST_F(TailFileTest, ReadsWhatWasLeftInARenamedFileFirst) {
  poll();
  append("one\n");
  poll();
  append("two\n");
  fs::rename(path_, old_);
  append("four\n");
  append(old_, "three\n");
  EXPECT_THAT(poll(), ElementsAre("two", "three", "four"));
  EXPECT_EQ(tail_.counters().rotations, 1U);
}

TEST_F(TailFileTest, ReadsARenamedFileOnForAsLongAsItGrows) {
  poll();
  append("one\n");
  poll();
  fs::rename(path_, old_);
  EXPECT_THAT(poll(std::chrono::hours(1)), IsEmpty());
  append(old_, "two\n");
  EXPECT_THAT(poll(), ElementsAre("two"));
  append("four\n");
  append(old_, "three\nhalf");
  EXPECT_THAT(poll(), ElementsAre("three", "four"));
  EXPECT_EQ(tail_.position().files.size(), 2U);
  EXPECT_THAT(poll(kQuietBeforeLeft), ElementsAre("half"));
  EXPECT_EQ(tail_.position().files.size(), 1U);
}

TEST_F(TailFileTest, ReadsFromTheBeginningAfterATruncation) {
  poll();
  append("one\ntwo\n");
  poll();
  fs::resize_file(path_, 0);
  EXPECT_THAT(poll(), IsEmpty());
  append("three\n");
  EXPECT_THAT(poll(), ElementsAre("three"));
  EXPECT_EQ(tail_.counters().truncations, 1U);
}

TEST_F(TailFileTest, SeesATruncationThatTheFileHasOutgrownSince) {
  poll();
  append("10:00 one\n");
  poll();
  fs::resize_file(path_, 0);
  append("10:01 two is longer\n10:02 three\n");
  EXPECT_THAT(poll(), ElementsAre("10:01 two is longer", "10:02 three"));
}

TEST_F(TailFileTest, FindsInTheCopyWhatWasNotReadBeforeATruncation) {
  poll();
  append("one\nhal");
  poll();
  append("f\ntwo\n");
  append(dir_.file("access.log.2"), "older\n");
  append(dir_.file("access.log.1.gz"), "one\nnot this\n");
  copytruncate(old_);
  append("three\n");
  EXPECT_THAT(poll(), ElementsAre("half", "two", "three"));
  append("four\n");
  EXPECT_THAT(poll(), ElementsAre("four"));
}

TEST_F(TailFileTest, SkipsTheHoleThatAWriterWithoutAppendLeaves) {
  poll();
  const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  const std::string before = std::string(300'000, 'x') + "\n";
  ASSERT_EQ(write(fd, before.data(), before.size()), static_cast<ssize_t>(before.size()));
  poll();
  fs::resize_file(path_, 0);
  ASSERT_EQ(write(fd, "after\n", 6), 6);
  close(fd);
  EXPECT_THAT(poll(), ElementsAre("after"));
}

TEST_F(TailFileTest, TellsThatNothingIsAtThePathAfterARotationThatMadeNoNewFile) {
  append("one\n");
  poll();
  fs::rename(path_, old_);
  poll();
  EXPECT_EQ(tail_.trouble(), "");
  poll(kQuietBeforeLeft);
  EXPECT_EQ(tail_.trouble(), "No such file or directory");
  append(path_, "two\n");
  EXPECT_THAT(poll(), ElementsAre("two"));
  EXPECT_EQ(tail_.trouble(), "");
}

TEST_F(TailFileTest, FollowsAFileThatIsDeletedAndMadeAnew) {
  poll();
  append("one\n");
  poll();
  append("two\n");
  fs::remove(path_);
  EXPECT_THAT(poll(), ElementsAre("two"));
  EXPECT_THAT(poll(kQuietBeforeLeft), IsEmpty());
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_EQ(tail_.trouble(), "No such file or directory");
  append("three\n");
  EXPECT_THAT(poll(), ElementsAre("three"));
}

TEST_F(TailFileTest, FollowsASymbolicLinkThatIsSwitchedAndBack) {
  const std::string monday = dir_.file("monday.log");
  const std::string tuesday = dir_.file("tuesday.log");
  append(monday, "before\n");
  fs::create_symlink(monday, path_);
  poll();
  append(monday, "one\n");
  append(tuesday, "two\n");
  fs::remove(path_);
  fs::create_symlink(tuesday, path_);
  EXPECT_THAT(poll(), ElementsAre("one", "two"));
  fs::remove(path_);
  fs::create_symlink(monday, path_);
  append(monday, "three\n");
  EXPECT_THAT(poll(), ElementsAre("three"));
  EXPECT_THAT(poll(kQuietBeforeLeft), IsEmpty());
  EXPECT_EQ(tail_.position().files.size(), 1U);
  fs::remove(path_);
  fs::create_symlink(tuesday, path_);
  append(tuesday, "four\n");
  EXPECT_THAT(poll(), ElementsAre("four"));
}

TEST_F(TailFileTest, TellsWhatIsNoFile) {
  fs::create_directory(path_);
  poll();
  EXPECT_EQ(tail_.trouble(), "is not a regular file");
  fs::remove(path_);
  ASSERT_EQ(mkfifo(path_.c_str(), 0644), 0);
  poll();
  EXPECT_EQ(tail_.trouble(), "is not a regular file");
}

TEST_F(TailFileTest, TellsThatItMayNotReadAndReadsOnceItMay) {
  append("before\n");
  fs::permissions(path_, fs::perms::none);
  fs::permissions(dir_.path(), fs::perms::all);
  const bool is_root = geteuid() == 0;
  constexpr uid_t kNobody = 65534;
  ASSERT_TRUE(!is_root || seteuid(kNobody) == 0);
  poll();
  ASSERT_TRUE(!is_root || seteuid(0) == 0);
  EXPECT_EQ(tail_.trouble(), "Permission denied");
  fs::permissions(path_, fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_EQ(tail_.trouble(), "");
  append("after\n");
  EXPECT_THAT(poll(), ElementsAre("after"));
}

TEST_F(TailFileTest, CutsALineOfAMegabyteAndCountsIt) {
  poll();
  append("one\n" + std::string(500'000, 'x'));
  const auto cut = poll();
  ASSERT_EQ(cut.size(), 2U);
  EXPECT_EQ(cut[1], std::string(kMaxLine, 'x'));
  append(std::string(500'000, 'x'));
  EXPECT_THAT(poll(), IsEmpty());
  restart();
  append("the rest\ntwo\n");
  EXPECT_THAT(poll(), ElementsAre("two"));
  EXPECT_EQ(tail_.counters().cut_lines, 0U);
}

TEST_F(TailFileTest, GivesOutALineOfJustTheLimitWhole) {
  poll();
  append(std::string(kMaxLine, 'y') + "\n" + std::string(kMaxLine + 1, 'z') + "\nnext\n");
  EXPECT_THAT(poll(), ElementsAre(std::string(kMaxLine, 'y'), std::string(kMaxLine, 'z'), "next"));
  EXPECT_EQ(tail_.counters().cut_lines, 1U);
}

TEST_F(TailFileTest, GivesOutBinaryBytesAsTheyAre) {
  poll();
  const std::string bytes("a\0\xff\x1b[2J\x80z", 9);
  append(bytes + "\n" + std::string(3, '\0') + "b\n");
  EXPECT_THAT(poll(), ElementsAre(bytes, "b"));
}

TEST_F(TailFileTest, ReadsNoMoreInOnePollThanItsLimit) {
  poll();
  const std::string line = std::string(1'023, 'x') + "\n";
  std::string text;
  for (size_t i = 0; i < kMaxBytesPerPoll / line.size() + 10; ++i) {
    text += line;
  }
  append(text);
  size_t lines = 0;
  EXPECT_TRUE(tail_.poll(now_, [&](std::string_view) { ++lines; }));
  EXPECT_EQ(lines, kMaxBytesPerPoll / line.size());
  EXPECT_FALSE(tail_.poll(now_, [&](std::string_view) { ++lines; }));
  EXPECT_EQ(lines, kMaxBytesPerPoll / line.size() + 10);
}

TEST_F(TailFileTest, GoesOnAfterARestartWhereItWas) {
  poll();
  append("one\nhal");
  EXPECT_THAT(poll(), ElementsAre("one"));
  restart();
  append("f\ntwo\n");
  EXPECT_THAT(poll(), ElementsAre("half", "two"));
  restart();
  EXPECT_THAT(poll(), IsEmpty());
}

TEST_F(TailFileTest, FindsAfterARestartTheFilesThatWereRotatedMeanwhile) {
  poll();
  append("one\n");
  poll();
  append("two\n");
  fs::rename(path_, dir_.file("access.log.2"));
  append(old_, "three\n");
  append("four\n");
  append(dir_.file("access.log.3"), "much older\n");
  const auto age = [&](const std::string& name, int minutes) {
    fs::last_write_time(dir_.file(name),
                        fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
  };
  age("access.log.3", 30);
  age("access.log.2", 20);
  age("access.log.1", 10);
  restart();
  EXPECT_THAT(poll(), ElementsAre("two", "three", "four"));
  restart();
  EXPECT_THAT(poll(), IsEmpty());
}

TEST_F(TailFileTest, FindsAfterARestartTheCopyThatWasMadeMeanwhile) {
  poll();
  append("one\n");
  poll();
  append("two\n");
  copytruncate(dir_.file("access.log-20261122"));
  append("three\n");
  restart();
  EXPECT_THAT(poll(), ElementsAre("two", "three"));
}

TEST_F(TailFileTest, FindsAfterARestartWhatASymbolicLinkLedTo) {
  fs::create_directory(dir_.file("days"));
  append(dir_.file("days/monday"), "before\n");
  fs::create_symlink(dir_.file("days/monday"), path_);
  poll();
  append(dir_.file("days/monday"), "one\n");
  append(dir_.file("days/tuesday"), "two\n");
  fs::remove(path_);
  fs::create_symlink(dir_.file("days/tuesday"), path_);
  restart();
  EXPECT_THAT(poll(), ElementsAre("one", "two"));
}

TEST_F(TailFileTest, ReadsTheNewFileWhereTheOldOneIsGone) {
  poll();
  append("one\n");
  poll();
  fs::remove(path_);
  append("zwei\n");
  restart();
  EXPECT_THAT(poll(), ElementsAre("zwei"));
}

TEST_F(TailFileTest, SkipsWhatIsTooMuchToCatchUp) {
  poll();
  append("one\n");
  poll();
  fs::resize_file(path_, kMaxCatchUp + 100'000);
  append("\nlast\n");
  restart();
  EXPECT_THAT(poll(), ElementsAre("last"));
  EXPECT_EQ(tail_.counters().skipped_bytes, 100'000 + 6 - 4U);
}

TEST_F(TailFileTest, KeepsThePositionOfAFileThatItCannotReadNow) {
  poll();
  append("one\n");
  poll();
  fs::rename(path_, dir_.file("away"));
  restart();
  poll();
  restart();
  EXPECT_THAT(poll(), IsEmpty());
  append(dir_.file("away"), "two\n");
  fs::rename(dir_.file("away"), path_);
  EXPECT_THAT(poll(), ElementsAre("two"));
}

TEST_F(TailFileTest, BeginsAtTheEndWhereThePositionIsOfAnotherPath) {
  poll();
  append("one\n");
  poll();
  const TailPosition position = tail_.position();
  EXPECT_EQ(position.place, path_);
  path_ = dir_.file("other.log");
  append("of another log\n");
  tail_ = TailFile(path_, position);
  EXPECT_THAT(poll(), IsEmpty());
  append("new\n");
  EXPECT_THAT(poll(), ElementsAre("new"));
}

}  // namespace
}  // namespace gatewatch::logs
