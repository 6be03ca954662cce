// SPDX-License-Identifier: MIT
#include "logs/log_lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "logs/log_keys.h"

namespace gatewatch::logs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kTargets = R"([[channel]]
name = "ops"
kind = "webhook"
[[target]]
name = "shop"
url = "http://shop/"
tags = ["prod"]
[[target]]
name = "blog"
url = "http://blog/"
)";
constexpr int kFirstLine = 11;  // after kTargets

std::vector<std::string> told(const std::string& lines) {
  config::Diagnostics diagnostics;
  config::Config config = config::load_text("t", kTargets + lines, {}, diagnostics);
  std::vector<Target> targets;
  for (const config::TargetConfig& one : config.targets) {
    targets.push_back(one.target);
  }
  const std::vector<LogSettings> logs = read_logs(config.logs, targets);
  lint_logs(config, logs, diagnostics);
  std::vector<std::string> all;
  for (const config::Diagnostic& diagnostic : diagnostics.sorted()) {
    all.push_back(config::to_string(diagnostic));
  }
  return all;
}

std::string log_of(const std::string& name, const std::string& kind, const std::string& place,
                   const std::string& targets = "[\"*\"]") {
  return "[[log]]\nname = \"" + name + "\"\nkind = \"" + kind + "\"\n" + place +
         "\ntargets = " + targets + "\n";
}

const std::string kAccess = "path = \"/var/log/access.log\"";
const std::string kRule = "[[rule]]\nname = \"visitors\"\ncount = [\"502\"]\nsource = \"log\"\n";

std::string at(int line, int column) {
  return "t:" + std::to_string(kFirstLine + line) + ':' + std::to_string(column) + ": ";
}

TEST(LogLint, IsContentWithALogForEachTarget) {
  EXPECT_THAT(told(kRule + log_of("edge", "nginx-access", kAccess)), IsEmpty());
  EXPECT_THAT(
      told(kRule + "targets = [\"shop\"]\n" + log_of("edge", "haproxy", kAccess, "[\"tag:prod\"]")),
      IsEmpty());
  EXPECT_THAT(told(kRule + log_of("edge", "haproxy", kAccess, "[\"shop\"]")), IsEmpty())
      << "a rule for all watches those that have a log";
}

TEST(LogLint, TellsOfARuleWithoutAnyLog) {
  const std::string warning =
      "warning: no [[log]] tells of requests to a target of this rule: it never opens (";
  EXPECT_THAT(told(kRule), ElementsAre(at(3, 10) + warning + "name one whose targets fit)"));
  EXPECT_THAT(
      told(kRule + "targets = [\"shop\"]\n" + log_of("edge", "haproxy", kAccess, "[\"blog\"]")),
      ElementsAre(at(3, 10) + warning + "name one whose targets fit)"));
  const std::string error_log =
      "an error log does not tell how many there were: name the access log, too)";
  EXPECT_THAT(told(kRule + log_of("edge", "nginx", "path = \"/var/log/error.log\"")),
              ElementsAre(at(3, 10) + warning + error_log));
  EXPECT_THAT(
      told(kRule + log_of("app", "pattern",
                          kAccess + "\nregex = '(?P<time>.)'\n" + "causes = [\"app_error\"]")),
      ElementsAre(at(3, 10) + warning + error_log));
}

TEST(LogLint, TellsOfANamedTargetWithoutALog) {
  EXPECT_THAT(told(kRule + "targets = [\"shop\", \"blog\"]\n" +
                   log_of("edge", "haproxy", kAccess, "[\"shop\"]")),
              ElementsAre(at(4, 20) + "warning: no [[log]] tells of requests to target \"blog\""));
}

TEST(LogLint, AsksNoLogOfRulesOverProbes) {
  EXPECT_THAT(told("[[rule]]\nname = \"probed\"\ncount = [\"502\"]\n"), IsEmpty());
  EXPECT_THAT(told(""), IsEmpty());
}

TEST(LogLint, TellsOfALogThatIsReadTwice) {
  const std::string twice =
      "warning: log \"b\" reads what log \"a\" reads: what both understand counts twice (let one "
      "[[log]] concern the targets of both)";
  EXPECT_THAT(told(log_of("a", "nginx-access", kAccess) +
                   log_of("b", "nginx-access", "path = \"/var//log/./access.log\"")),
              ElementsAre(at(8, 8) + twice));
  EXPECT_THAT(told(log_of("a", "nginx", kAccess) + log_of("b", "nginx-access", kAccess)),
              ElementsAre(at(8, 8) + twice));
  const std::string unit = "journal_unit = \"haproxy\"";
  EXPECT_THAT(told(log_of("a", "haproxy", unit) + log_of("b", "haproxy", unit)),
              ElementsAre(at(8, 16) + twice));
}

TEST(LogLint, AllowsSeveralWaysToLookAtOnePlace) {
  const std::string unit = "journal_unit = \"nginx\"";
  EXPECT_THAT(told(log_of("a", "nginx", unit) + log_of("b", "nginx-access", unit)), IsEmpty());
  EXPECT_THAT(
      told(log_of("a", "nginx", kAccess) + log_of("b", "nginx", "path = \"/var/log/other.log\"")),
      IsEmpty());
  const std::string status = kAccess + "\nregex = '(?P<status>\\d+)'";
  const std::string other = kAccess + "\nregex = 'x(?P<status>\\d+)'";
  EXPECT_THAT(told(log_of("a", "nginx", kAccess) + log_of("b", "pattern", status)), IsEmpty());
  EXPECT_THAT(told(log_of("a", "pattern", status) + log_of("b", "pattern", other)), IsEmpty());
  EXPECT_EQ(told(log_of("a", "pattern", status) + log_of("b", "pattern", status)).size(), 1U);
}

TEST(LogLint, TellsOfWordsAsOfARules) {
  EXPECT_THAT(told(log_of("a", "haproxy", kAccess, "[\"shop\", \"x*\", \"tag:test\"]")),
              ElementsAre(at(4, 20) + "warning: \"x*\" fits no target",
                          at(4, 26) + "warning: \"tag:test\" fits no target"));
  EXPECT_THAT(told(log_of("a", "haproxy", kAccess, "[\"shop\", \"shpo\"]")),
              ElementsAre(at(4, 20) + "there is no target \"shpo\" (did you mean \"shop\"?)"));
  const std::string controls =
      "[[control]]\nname = \"near\"\nurl = \"http://near/\"\n"
      "[[control]]\nname = \"far\"\nurl = \"http://far/\"\n";
  EXPECT_THAT(told(log_of("a", "haproxy", kAccess, "[\"shop\", \"near\"]") + controls),
              ElementsAre(at(4, 20) + "warning: \"near\" fits no target (it is a control, to which "
                                      "no rule applies)"));
}

}  // namespace
}  // namespace gatewatch::logs
