// SPDX-License-Identifier: MIT
#include "logs/log_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatewatch::logs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Target target_of(const std::string& name, const std::vector<std::string>& tags) {
  Target target;
  target.name = name;
  target.tags = tags;
  return target;
}

struct Read {
  std::vector<LogSettings> logs;
  std::vector<std::string> said;  // "severity-free" messages, in order
};

Read read(const std::string& text) {
  config::Diagnostics diagnostics;
  config::Table root = config::read_table("test.toml", text, {}, diagnostics);
  std::vector<config::Table> tables = root.tables("log");
  Read result;
  result.logs = read_logs(tables, {target_of("shop", {"prod"}), target_of("blog", {})});
  for (config::Table& table : tables) {
    table.finish();
  }
  for (const config::Diagnostic& diagnostic : diagnostics.sorted()) {
    result.said.push_back(diagnostic.message);
  }
  return result;
}

TEST(LogKeys, ReadALogInThreeLines) {
  const Read done = read(R"([[log]]
    name = "edge"
    kind = "nginx-access"
    path = "/var/log/nginx/access.log")");
  EXPECT_THAT(done.said, IsEmpty());
  ASSERT_EQ(done.logs.size(), 1U);
  const LogSettings& log = done.logs.front();
  EXPECT_EQ(log.name, "edge");
  EXPECT_EQ(log.kind, LogKind::NginxAccess);
  EXPECT_EQ(log.path, "/var/log/nginx/access.log");
  EXPECT_TRUE(log.applies_to(target_of("anything", {})));
  EXPECT_FALSE(log.pattern);
}

TEST(LogKeys, ReadTargetsAndAJournal) {
  const Read done = read(R"([[log]]
    name = "edge"
    kind = "haproxy"
    journal_unit = "haproxy"
    targets = ["tag:prod", "b*"])");
  EXPECT_THAT(done.said, IsEmpty());
  const LogSettings& log = done.logs.front();
  EXPECT_EQ(log.journal_unit, "haproxy.service");
  EXPECT_EQ(log.path, "");
  EXPECT_TRUE(log.applies_to(target_of("shop", {"prod"})));
  EXPECT_TRUE(log.applies_to(target_of("blog", {})));
  EXPECT_FALSE(log.applies_to(target_of("shop", {})));
}

TEST(LogKeys, ReadAPatternOfTheUsers) {
  const Read done = read(R"([[log]]
    name   = "app"
    kind   = "pattern"
    path   = "/srv/app/app.log"
    regex  = '^(?P<time>\S+) ERROR status=(?P<status>\d+)'
    causes = ["app_error"])");
  EXPECT_THAT(done.said, IsEmpty());
  ASSERT_TRUE(done.logs.front().pattern);
  EXPECT_EQ(done.logs.front().pattern->causes(), CauseSet{Cause::Application});
}

TEST(LogKeys, TellEachMistake) {
  const std::string good_place = "path = \"/a\"\n";
  struct Case {
    std::string lines;
    std::string message;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"kind = \"nginx\"\n" + good_place, "name"},
           {"name = \"\"\nkind = \"nginx\"\n" + good_place, "name must have 1 to 128"},
           {"name = \"a\"\n" + good_place, "kind"},
           {"name = \"a\"\nkind = \"nginx-acess\"\n" + good_place, "kind"},
           {"name = \"a\"\nkind = \"nginx\"", "one of path and journal_unit"},
           {"name = \"a\"\nkind = \"nginx\"\njournal_unit = \"a\"\n" + good_place,
            "one of path and journal_unit"},
           {"name = \"a\"\nkind = \"nginx\"\npath = \"access.log\"", "path must be absolute"},
           {"name = \"a\"\nkind = \"nginx\"\njournal_unit = \"a b\"",
            "journal_unit is not the name of a unit"},
           {"name = \"a\"\nkind = \"nginx\"\ntargets = []\n" + good_place, "targets is empty"},
           {"name = \"a\"\nkind = \"nginx\"\ntargets = [\"shpo\"]\n" + good_place,
            "there is no target \"shpo\""},
           {"name = \"a\"\nkind = \"nginx\"\nregex = \"(?P<status>.)\"\n" + good_place,
            "regex is for logs of kind \"pattern\""},
           {"name = \"a\"\nkind = \"pattern\"\n" + good_place, "regex"},
           {"name = \"a\"\nkind = \"pattern\"\nregex = \"(\"\n" + good_place,
            "regex is not a regular expression"},
           {"name = \"a\"\nkind = \"pattern\"\nregex = \"(?P<time>.)\"\n" + good_place,
            "its lines tell nothing"},
           {"name = \"a\"\nkind = \"pattern\"\nregex = \"(?P<status>.)\"\ncauses = [\"gone\"]\n" +
                good_place,
            "\"gone\" is not a cause"},
           {"name = \"a\"\nkind = \"nginx\"\nunit = \"a\"\n" + good_place, "unit"},
       }) {
    const Read done = read("[[log]]\n" + one.lines);
    EXPECT_THAT(done.said, ElementsAre(HasSubstr(one.message))) << one.lines;
  }
}

TEST(LogKeys, TellOfANameThatIsTaken) {
  const std::string log = "[[log]]\nname = \"a\"\nkind = \"nginx\"\npath = \"/a\"\n";
  EXPECT_THAT(read(log + log).said, ElementsAre(HasSubstr("two logs of the name \"a\"")));
}

TEST(LogKeys, TakeALimitedNumberOfLogs) {
  std::string text;
  for (size_t i = 0; i <= kMaxLogs; ++i) {
    text += "[[log]]\nname = \"a" + std::to_string(i) + "\"\nkind = \"nginx\"\npath = \"/a\"\n";
  }
  EXPECT_THAT(read(text).said, ElementsAre(HasSubstr("more than 50 of [[log]]")));
}

}  // namespace
}  // namespace gatewatch::logs
