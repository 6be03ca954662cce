// SPDX-License-Identifier: MIT
#include "core/log.h"

#include <gtest/gtest.h>

#include <vector>

namespace gatewatch {
namespace {

std::vector<std::string> lines;

class Log : public testing::Test {
 protected:
  void SetUp() override {
    lines.clear();
    set_log_sink([](LogLevel, std::string_view line) { lines.emplace_back(line); }, LogLevel::Info);
  }
  void TearDown() override { set_log_sink(nullptr, LogLevel::Info); }
};

TEST_F(Log, WritesTheEventAndItsFields) {
  log(LogLevel::Info, "probe done", {{"target", "shop"}, {"status", 502}});
  EXPECT_EQ(lines, std::vector<std::string>{"probe done target=shop status=502"});
}

TEST_F(Log, QuotesValuesThatNeedIt) {
  log(LogLevel::Info, "x", {{"a", "two words"}, {"c", "say \"hi\""}});
  EXPECT_EQ(lines, std::vector<std::string>{R"(x a="two words" c="say \"hi\"")"});
}

TEST_F(Log, LeavesOutFieldsWithoutAValue) {
  log(LogLevel::Info, "x", {{"a", ""}, {"b", "1"}});
  EXPECT_EQ(lines, std::vector<std::string>{"x b=1"});
}

TEST_F(Log, CannotBeMadeToForgeALine) {
  log(LogLevel::Info, "x", {{"reason", "bad\nERROR forged\x1B[2J"}});
  EXPECT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.front().find_first_of("\n\x1B"), std::string::npos);
}

TEST_F(Log, LeavesOutWhatIsBelowTheLevel) {
  log(LogLevel::Debug, "quiet");
  set_log_level(LogLevel::Debug);
  log(LogLevel::Debug, "loud");
  EXPECT_EQ(lines, std::vector<std::string>{"loud"});
}

}  // namespace
}  // namespace gatewatch
