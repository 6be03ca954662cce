// SPDX-License-Identifier: MIT
#include "web/push_request.h"

#include <gtest/gtest.h>

namespace gatewatch::web {
namespace {

using Parameters = std::multimap<std::string, std::string>;

struct Row {
  const char* path;
  Parameters parameters;
  const char* body;
  bool failed;
  const char* message;
};

TEST(ReadPush, ReadsHowAJobIs) {
  const Row rows[] = {
      {"/push/T", {}, "", false, ""},
      {"/push/T/", {}, "", false, ""},
      {"/push/T/fail", {}, "", true, ""},
      {"/push/T/0", {}, "", false, ""},
      {"/push/T/3", {}, "", true, "exit status 3"},
      {"/push/T/3", {{"message", "disk full"}}, "", true, "exit status 3: disk full"},
      {"/push/T", {{"status", "up"}, {"msg", "OK"}, {"ping", ""}}, "", false, "OK"},
      {"/push/T", {{"status", "ok"}}, "", false, ""},
      {"/push/T", {{"status", "down"}, {"msg", "no"}}, "", true, "no"},
      {"/push/T", {{"status", "fail"}, {"message", "a"}, {"msg", "b"}}, "c", true, "a"},
      {"/push/T/fail", {}, "last line\n", true, "last line"},
  };
  for (const Row& row : rows) {
    const auto report = read_push(row.path, row.parameters, row.body);
    ASSERT_TRUE(report) << row.path;
    EXPECT_EQ(report->token, "T") << row.path;
    EXPECT_EQ(report->failed, row.failed) << row.path;
    EXPECT_EQ(report->message, row.message) << row.path;
  }
}

TEST(ReadPush, RefusesWhatMeansNothing) {
  for (const char* path : {"/push/T/ok", "/push/T/256", "/push/T/-1", "/push/T/1x", "/push/T/fail/",
                           "/push/T/../metrics"}) {
    EXPECT_FALSE(read_push(path, {}, "")) << path;
  }
  EXPECT_FALSE(read_push("/push/T", {{"status", "DOWN"}}, ""));
}

TEST(ReadPush, MakesWordsFitToBeShown) {
  const auto report = read_push("/push/T/fail", {}, std::string(1000, 'x') + "\x1B[2J");
  ASSERT_TRUE(report);
  EXPECT_LE(report->message.size(), 256U);
  EXPECT_EQ(read_push("/push/T/fail", {}, "\x1B[2J")->message, "\\x1B[2J");
}

}  // namespace
}  // namespace gatewatch::web
