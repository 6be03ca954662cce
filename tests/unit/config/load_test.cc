// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>

#include "tests/unit/config/fixture.h"

namespace gatewatch::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempDirectory;

constexpr std::string_view kChannel =
    "[[channel]]\nname = \"ops\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1/\"\n";

std::string target(const std::string& name) {
  return "[[target]]\nname = \"" + name + "\"\nurl = \"http://127.0.0.1/\"\n";
}

TEST(Load, AnEmptyFileIsLegalWithRemarks) {
  const testing::Loaded loaded = testing::load_text("");
  EXPECT_THAT(loaded.told,
              ElementsAre("gatewatch.toml:1:1: warning: no [[target]]: nothing is watched",
                          "gatewatch.toml:1:1: warning: no [[channel]]: nobody is told of an "
                          "incident"));
  const Config& config = loaded.config.value();
  EXPECT_EQ(config.daemon.listen_host, "127.0.0.1");
  EXPECT_EQ(config.daemon.listen_port, 8502);
  EXPECT_EQ(config.daemon.log_level, LogLevel::Info);
  EXPECT_EQ(config.storage.path, "gatewatch.db");
  EXPECT_EQ(config.storage.retention, std::chrono::days(30));
  EXPECT_FALSE(config.web.auth.has_value());
  EXPECT_FALSE(config.early_warning.enabled);
  EXPECT_EQ(config.rules.size(), 2U);
}

TEST(Load, AMissingFileIsOneDiagnostic) {
  const testing::Loaded loaded = testing::load_file("/no/such/file.toml");
  EXPECT_FALSE(loaded.config.has_value());
  EXPECT_THAT(loaded.told,
              ElementsAre("/no/such/file.toml:1:1: the configuration file cannot be read: No such "
                          "file or directory"));
}

TEST(Load, ADirectoryIsOneDiagnostic) {
  const TempDirectory directory;
  const testing::Loaded loaded = testing::load_file(directory.path());
  EXPECT_FALSE(loaded.config.has_value());
  EXPECT_THAT(loaded.told, ElementsAre(directory.path() +
                                       ":1:1: the configuration file is a directory, not a file"));
}

TEST(Load, AnIncludedPipeIsOneDiagnosticAndIsNotWaitedFor) {
  const TempDirectory directory;
  const std::string pipe = directory.path() + "/pipe.toml";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string main = directory.write("main.toml", "include = [\"*pipe.toml\"]\n");
  EXPECT_THAT(testing::load_file(main).told,
              ::testing::Contains(pipe + ":1:1: the configuration file is not a regular file"));
}

TEST(Load, WhatIsNotUtf8IsToldAtItsFirstByte) {
  const testing::Loaded loaded = testing::load_text("[daemon]\n# caf\xE9\n");
  EXPECT_FALSE(loaded.config.has_value());
  EXPECT_THAT(loaded.told,
              ElementsAre("gatewatch.toml:2:6: this is not UTF-8 text (save the file as UTF-8)"));
}

TEST(Load, ANulByteIsTold) {
  const testing::Loaded loaded = testing::load_text(std::string_view("a\0b", 3));
  EXPECT_FALSE(loaded.config.has_value());
  EXPECT_THAT(loaded.told, ElementsAre("gatewatch.toml:1:2: a NUL byte: this is no text file"));
}

TEST(Load, MoreThan16MebibytesIsTold) {
  const testing::Loaded loaded = testing::load_text(std::string(16 * 1024 * 1024 + 1, '#'));
  EXPECT_FALSE(loaded.config.has_value());
  ASSERT_EQ(loaded.told.size(), 1U);
  EXPECT_THAT(loaded.told[0], HasSubstr("is too large"));
}

TEST(Load, ReadsWindowsLineEndsAndAByteOrderMark) {
  const testing::Loaded loaded = testing::load_text(
      "\xEF\xBB\xBF[[target]]\r\nname = \"a\"\r\nurl = \"http://a/\"\r\ntags = [\r\n \"x\",\r\n"
      "]\r\n[[channel]]\r\nname = \"b\"\r\nkind = \"webhook\"\r\nurl = \"http://a/\"");
  EXPECT_THAT(loaded.told, IsEmpty());
  EXPECT_THAT(loaded.config->targets.at(0).target.tags, ElementsAre("x"));
}

TEST(Load, ListenAddresses) {
  const std::map<std::string, std::pair<std::string, int>> cases{
      {"127.0.0.1:8502", {"127.0.0.1", 8502}},
      {"127.3.2.1:0", {"127.3.2.1", 0}},
      {"[::1]:80", {"::1", 80}},
      {"localhost:65535", {"localhost", 65535}},
      {"[::ffff:127.0.0.1]:1", {"::ffff:127.0.0.1", 1}}};
  for (const auto& [text, expected] : cases) {
    const testing::Loaded loaded = testing::load_text("[daemon]\nlisten = \"" + text + "\"\n" +
                                                      target("a") + std::string(kChannel));
    EXPECT_THAT(loaded.told, IsEmpty()) << text;
    EXPECT_EQ(std::pair(loaded.config->daemon.listen_host, loaded.config->daemon.listen_port),
              expected);
  }
}

TEST(Load, RejectsWhatIsNoListenAddress) {
  for (const char* text : {"8502", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:+1",
                           "[127.0.0.1]:80", "[::1]", "[]:80", "a b:80", "http://a:80",
                           "127.0.0.1:80:90", "127.0.0.1:65536", "127.0.0.1:99999999999"}) {
    const testing::Loaded loaded =
        testing::load_text("[daemon]\nlisten = \"" + std::string(text) + "\"\n");
    ASSERT_EQ(loaded.told.size(), 1U) << text;
    EXPECT_THAT(loaded.told[0], HasSubstr("is not HOST:PORT")) << text;
  }
}

TEST(Load, AnEmptyListenTurnsTheStatusPageOff) {
  EXPECT_EQ(testing::load_text("[daemon]\nlisten = \"\"\n").config->daemon.listen_host, "");
}

TEST(Load, OtherMachinesMayReachTheStatusPageWithAPassword) {
  const testing::Loaded loaded =
      testing::load_text("[daemon]\nlisten = \"0.0.0.0:80\"\n[web]\nauth = \"me:pass:word\"\n" +
                         target("a") + std::string(kChannel));
  EXPECT_THAT(loaded.told, IsEmpty());
  EXPECT_EQ(loaded.config->web.auth->reveal(), "me:pass:word");
}

TEST(Load, ThePathOfTheDatabaseIsBelowTheStateDirectory) {
  const auto path = [](const std::string& text, const std::string& state) {
    LoadOptions options;
    if (!state.empty()) {
      options.environment["STATE_DIRECTORY"] = state;
    }
    return testing::load_text("[storage]\npath = \"" + text + "\"\n", options).config->storage.path;
  };
  EXPECT_EQ(path("a.db", ""), "a.db");
  EXPECT_EQ(path("a.db", "/var/lib/gatewatch"), "/var/lib/gatewatch/a.db");
  EXPECT_EQ(path("x/a.db", "/var/lib/one:/var/lib/two"), "/var/lib/one/x/a.db");
  EXPECT_EQ(path("/srv/a.db", "/var/lib/gatewatch"), "/srv/a.db");
}

TEST(Include, ReadsFilesInTheOrderOfTheirNames) {
  const TempDirectory directory;
  directory.write("conf.d/20.toml", target("second"));
  directory.write("conf.d/10.toml", target("first") + "[defaults]\ninterval = \"1m\"\n");
  directory.write("conf.d/30.txt", "not read");
  directory.write("one.toml", target("third") + std::string(kChannel));
  const std::string main = directory.write(
      "main.toml",
      "include = [\"conf.d/*.toml\", \"one.toml\", \"none.d/*.toml\"]\n" + target("main"));
  const testing::Loaded loaded = testing::load_file(main);
  EXPECT_THAT(loaded.told, IsEmpty());
  std::vector<std::string> names;
  for (const TargetConfig& item : loaded.config->targets) {
    names.push_back(item.target.name);
    EXPECT_EQ(item.target.interval, 1min);
  }
  EXPECT_THAT(names, ElementsAre("main", "first", "second", "third"));
}

TEST(Include, ATableMayBeSpreadOverFiles) {
  const TempDirectory directory;
  directory.write("b.toml",
                  "[daemon]\nlog_level = \"debug\"\n" + target("a") + std::string(kChannel));
  const std::string main =
      directory.write("a.toml", "include = [\"b.toml\"]\n[daemon]\nlisten = \"\"\n");
  const testing::Loaded loaded = testing::load_file(main);
  EXPECT_THAT(loaded.told, IsEmpty());
  EXPECT_EQ(loaded.config->daemon.listen_host, "");
  EXPECT_EQ(loaded.config->daemon.log_level, LogLevel::Debug);
}

TEST(Include, AKeySetInTwoFilesNamesBothPlaces) {
  const TempDirectory directory;
  const std::string other = directory.write("b.toml", "[daemon]\nlisten = \"\"\n");
  const std::string main =
      directory.write("a.toml", "include = [\"b.toml\"]\n[daemon]\nlisten = \"\"\n");
  EXPECT_THAT(testing::load_file(main).told,
              ElementsAre(other + ":2:1: \"listen\" is set twice; first at " + main +
                          ":3:1 (keep one of them)"));
}

TEST(Include, NamesAreUniqueOverFiles) {
  const TempDirectory directory;
  const std::string other = directory.write("b.toml", target("x"));
  const std::string main = directory.write("a.toml", "include = [\"b.toml\"]\n" + target("x"));
  EXPECT_THAT(
      testing::load_file(main).told,
      ElementsAre(other + ":2:8: the name \"x\" is taken at " + main + ":3:8 (names are unique)"));
}

TEST(Include, StandsInTheMainFileOnly) {
  const TempDirectory directory;
  const std::string other = directory.write("b.toml", "include = [\"c.toml\"]\n");
  const std::string main = directory.write("a.toml", "include = [\"b.toml\"]\n");
  EXPECT_THAT(testing::load_file(main).told,
              ElementsAre(other + ":1:1: include may stand in the main file only"));
  const std::string plain = directory.write("d.toml", "# nothing\n" + std::string(kChannel));
  const std::string third = directory.write("e.toml", "include = [\"d.toml\"]\n" + target("x"));
  EXPECT_THAT(testing::load_file(third).told, IsEmpty());
}

TEST(Include, AFileIsReadOnce) {
  const TempDirectory directory;
  directory.write("b.toml", target("b") + std::string(kChannel));
  const std::string main =
      directory.write("a.toml", "include = [\"*.toml\", \"b.toml\", \"./b.toml\"]\n" + target("a"));
  const testing::Loaded loaded = testing::load_file(main);
  EXPECT_THAT(loaded.told, IsEmpty());
  EXPECT_EQ(loaded.config->targets.size(), 2U);
}

TEST(Include, MistakesInAllFilesAreToldAtOnceInReadingOrder) {
  const TempDirectory directory;
  const std::string first = directory.write("z.toml", "[storage]\nretention = \"1s\"\n");
  const std::string second = directory.write("b.toml", "[daemon]\nlog_level = \"x\"\n");
  const std::string third = directory.write("c.toml", "\xFF");
  const std::string main =
      directory.write("a.toml", "include = [\"z.toml\", \"b.toml\", \"c.toml\"]\nx = 1\n");
  const std::vector<std::string> told = testing::load_file(main).told;
  ASSERT_EQ(told.size(), 4U);
  EXPECT_THAT(told[0], HasSubstr(main + ":2:1: "));
  EXPECT_THAT(told[1], HasSubstr(first + ":2:13: "));
  EXPECT_THAT(told[2], HasSubstr(second + ":2:13: "));
  EXPECT_THAT(told[3], HasSubstr(third + ":1:1: "));
}

TEST(Include, PatternsTakeVariables) {
  const TempDirectory directory;
  directory.write("site/a.toml", target("x") + std::string(kChannel));
  const std::string main = directory.write("a.toml", "include = [\"${DIR}/*.toml\"]\n");
  const testing::Loaded loaded =
      testing::load_file(main, {.environment = {{"DIR", directory.path() + "/site"}}});
  EXPECT_THAT(loaded.told, IsEmpty());
  EXPECT_EQ(loaded.config->targets.size(), 1U);
}

TEST(Include, MoreThanAThousandFilesIsTold) {
  const TempDirectory directory;
  for (int i = 0; i < 1001; ++i) {
    directory.write("d/" + std::to_string(i) + ".toml", "");
  }
  const std::string main = directory.write("a.toml", "include = [\"d/*.toml\"]\n");
  const std::vector<std::string> told = testing::load_file(main).told;
  EXPECT_THAT(told, ElementsAre(main + ":1:12: more than 1000 included files"));
}

TEST(Load, AThousandTargetsInOneArrayAreRead) {
  std::string text = "target = [\n";
  for (int i = 0; i < 1000; ++i) {
    text += "  { name = \"t" + std::to_string(i) + "\", url = \"http://127.0.0.1/\" },\n";
  }
  const testing::Loaded loaded = testing::load_text(text + "]\n" + std::string(kChannel));
  EXPECT_THAT(loaded.told, IsEmpty());
  EXPECT_EQ(loaded.config->targets.size(), 1000U);
}

TEST(Load, TheExampleIsGood) {
  for (const auto& entry : std::filesystem::directory_iterator(EXAMPLES)) {
    if (entry.path().filename() == "gatewatch.toml") {
      const LoadOptions options{.environment = {}, .unreadable_secret_is_warning = true};
      EXPECT_THAT(testing::load_file(entry.path().string(), options).told, IsEmpty());
      return;
    }
  }
  FAIL() << "examples/gatewatch.toml is missing";
}

}  // namespace
}  // namespace gatewatch::config
