// SPDX-License-Identifier: MIT
#include "daemon/log_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatewatch::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

logs::LogSettings log_of(const std::string& name) {
  logs::LogSettings log;
  log.name = name;
  return log;
}

std::vector<std::string> troubles(const LogBoard& board) {
  Snapshot snapshot;
  board.fill(snapshot);
  std::vector<std::string> shown;
  for (const LogStatus& status : snapshot.logs) {
    shown.push_back(status.log + ": " + status.trouble);
  }
  return shown;
}

class LogBoardTest : public ::testing::Test {
 protected:
  void SetUp() override { board_.configure({log_of("edge"), log_of("other")}); }
  void tell(const std::string& name, const std::string& trouble) {
    logs::LogBatch batch;
    batch.log = name;
    batch.trouble = trouble;
    EXPECT_TRUE(board_.take(batch));
  }

  LogBoard board_;
};

TEST_F(LogBoardTest, KnowsWhatIsNotRead) {
  EXPECT_THAT(board_.unread(), IsEmpty());
  tell("other", "Permission denied");
  EXPECT_THAT(board_.unread(), ElementsAre("other"));
  EXPECT_THAT(troubles(board_), ElementsAre("edge: ", "other: Permission denied"));
  tell("other", "");
  EXPECT_THAT(board_.unread(), IsEmpty());
}

TEST_F(LogBoardTest, TakesAllForUnreadWhileTheReadingHangs) {
  tell("other", "Permission denied");
  board_.set_hang("it hangs");
  EXPECT_THAT(board_.unread(), ElementsAre("edge", "other"));
  EXPECT_THAT(troubles(board_), ElementsAre("edge: it hangs", "other: it hangs"));
  board_.set_hang("");
  EXPECT_THAT(board_.unread(), ElementsAre("other"));
  EXPECT_THAT(troubles(board_), ElementsAre("edge: ", "other: Permission denied"));
}

}  // namespace
}  // namespace gatewatch::daemon
