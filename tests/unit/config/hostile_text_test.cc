// SPDX-License-Identifier: MIT
//
// Text that was made to hurt: the reader must answer with diagnostics, in time and without
// undefined behaviour (which the sanitizers of the test build would show).
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "config/outline.h"
#include "config/table.h"
#include "tests/unit/config/fixture.h"

namespace gatewatch::config {
namespace {

std::vector<Diagnostic> diagnostics_of(const std::string& text) {
  Diagnostics diagnostics;
  Table root = read_table("t", text, {}, diagnostics);
  root.finish();
  return diagnostics.sorted();
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

TEST(HostileText, NestingIsRefusedBeforeItIsParsed) {
  for (const std::string& text :
       {"a = " + repeated("[", 20000), "a = " + repeated("[", 20000) + repeated("]", 20000),
        "a = " + repeated("{a=", 20000), "a = " + repeated("[{a=", 20000),
        repeated("a.", 20000) + "a = 1", "[" + repeated("a.", 20000) + "a]",
        repeated("[", 20000)}) {
    EXPECT_FALSE(diagnostics_of(text).empty()) << text.substr(0, 20);
  }
}

TEST(HostileText, SixtyFourLevelsAreAllowed) {
  Diagnostics diagnostics;
  Table root = read_table("t", "a = " + repeated("[", 64) + repeated("]", 64), {}, diagnostics);
  EXPECT_TRUE(root.has("a"));
  EXPECT_FALSE(diagnostics.has_errors());
}

TEST(HostileText, LongLinesStringsAndListsAreBounded) {
  EXPECT_FALSE(diagnostics_of("a = \"" + std::string(300 * 1024, 'x') + "\"").empty());
  EXPECT_FALSE(diagnostics_of("a = [" + repeated("1,", 200 * 1024) + "]").empty());
  EXPECT_FALSE(diagnostics_of(std::string(1024 * 1024, 'a')).empty());
  std::string keys;
  for (int i = 0; i < 1001; ++i) {
    keys += "k" + std::to_string(i) + " = 1\n";
  }
  EXPECT_EQ(diagnostics_of("[x]\n" + keys).back().message, "more than 1000 keys in one table");
}

TEST(HostileText, FragmentsAtTheEndOfTheFile) {
  for (const char* text : {"[",
                           "[[",
                           "[a",
                           "[[a]",
                           "a",
                           "a=",
                           "a=\"",
                           "a='",
                           "a=\"\"\"",
                           "a='''",
                           "a=[",
                           "a={",
                           "a=[\"",
                           "a=\"\\",
                           "a=\"\"\"\\",
                           "a.",
                           ".",
                           "=",
                           "\"",
                           "'",
                           "\"a",
                           "\"a\"",
                           "a={b=",
                           "a=#",
                           "#",
                           "\r",
                           "a=\r",
                           "]",
                           "}",
                           "a=1 ]",
                           "a=[[[",
                           "a=[{",
                           "a=\"\"\"\"",
                           "a=''''",
                           "$",
                           "a=,",
                           "a=-",
                           "a=+",
                           "a=[1 2]",
                           "a=[,]",
                           "a={,}",
                           "a={=}",
                           "a=[=]",
                           "\"\"=1",
                           "''.a=1",
                           "[\"\"]",
                           "a=1979-05-27",
                           "a=1979-05-27 07:32:00",
                           "a={b=1\n",
                           "a=[\n[x]\n",
                           "a={\n",
                           "a={b=\n"}) {
    (void)diagnostics_of(text);
    (void)diagnostics_of(std::string(text) + "\n");
    (void)diagnostics_of(std::string(text) + "\n[x]\ny = 1\n");
  }
}

std::string damage(std::string text, std::mt19937& random) {
  static constexpr std::string_view kBytes = "[]{}=,.#\"'\\\n\r\t $a0-_\x01\x7F";
  const size_t changes = 1 + random() % 4;
  for (size_t i = 0; i < changes; ++i) {
    text[random() % text.size()] = kBytes[random() % kBytes.size()];
  }
  return text;
}

// Prefixes of a file with all kinds of values, and copies of it with one to four bytes replaced by
// bytes that mean something to TOML: 20,000 for our own scanner, 300 for toml11 behind it, which is
// slow. The seed is fixed. A crash or a hang fails it.
TEST(HostileText, DamagedFilesAreSurvived) {
  std::ifstream file(CONFIG_TEST_DATA "/good/all_forms.toml");
  std::stringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  ASSERT_FALSE(text.empty());
  std::mt19937 random(8502);
  for (size_t length = 0; length < text.size(); length += 7) {
    (void)diagnostics_of(text.substr(0, length));
  }
  for (int i = 0; i < 300; ++i) {
    (void)diagnostics_of(damage(text, random));
  }
  for (int i = 0; i < 20000; ++i) {
    const SourceFile damaged("t", damage(text, random));
    Diagnostics diagnostics;
    size_t end = 0;
    for (const Statement& statement : outline(damaged, diagnostics)) {
      ASSERT_GE(statement.begin, end);
      ASSERT_GE(statement.end, statement.begin);
      ASSERT_LE(statement.end, damaged.text.size());
      end = statement.end;
    }
  }
}

}  // namespace
}  // namespace gatewatch::config
