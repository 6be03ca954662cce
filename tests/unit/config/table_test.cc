// SPDX-License-Identifier: MIT
#include "config/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace gatewatch::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TableTest : public ::testing::Test {
 protected:
  Table read(std::string_view text) {
    diagnostics_ = {};
    return read_table("t", text, {.environment = {{"NAME", "value"}}}, diagnostics_);
  }
  std::vector<std::string> told() const {
    std::vector<std::string> lines;
    for (const Diagnostic& diagnostic : diagnostics_.sorted()) {
      lines.push_back(to_string(diagnostic));
    }
    return lines;
  }

  Diagnostics diagnostics_;
};

TEST_F(TableTest, ReadsGoodValues) {
  static constexpr std::array<std::string_view, 2> kWords{"red", "green"};
  Table table = read(R"(
text = "a ${NAME}"
literal = 'a\b'
word = "green"
yes = true
number = 0x1F
long_one = 1_000
length = "90s"
part = "12.5%"
list = [
  "a", # first
  "b",
]
)");
  EXPECT_EQ(table.string("text"), "a value");
  EXPECT_EQ(table.string("literal"), "a\\b");
  EXPECT_EQ(table.one_of("word", "red", kWords), "green");
  EXPECT_TRUE(table.boolean("yes", false));
  EXPECT_EQ(table.integer("number", 0, 0, 100), 31);
  EXPECT_EQ(table.integer("long_one", 0, 0, 1000), 1000);
  EXPECT_EQ(table.duration("length", 0s, 0s, 1h), 90s);
  EXPECT_DOUBLE_EQ(table.share("part", 0, 0), 0.125);
  EXPECT_THAT(table.strings("list"), ElementsAre("a", "b"));
  table.finish();
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(TableTest, ReadsScalarsOfEverySort) {
  Table table = read("a = \"${NAME}\"\nb = -7\nc = 0.1\nd = true\n");
  EXPECT_EQ(table.scalar("a"), Scalar("value"));
  EXPECT_EQ(table.scalar("b"), Scalar(int64_t{-7}));
  EXPECT_EQ(table.scalar("c"), Scalar(0.1));
  EXPECT_EQ(table.scalar("d"), Scalar(true));
  EXPECT_EQ(table.scalar("e"), std::nullopt);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(TableTest, RejectsWhatIsNoScalar) {
  Table table = read("a = []\nb = {}\nc = inf\nd = nan\ne = 2026-11-22\n");
  for (const char* key : {"a", "b", "c", "d", "e"}) {
    EXPECT_EQ(table.scalar(key), std::nullopt) << key;
  }
  EXPECT_THAT(told(),
              ElementsAre("t:1:5: a must be a string, a number or a boolean, not an array",
                          "t:2:5: b must be a string, a number or a boolean, not a table",
                          "t:3:5: c must be a finite number", "t:4:5: d must be a finite number",
                          "t:5:5: e must be a string, a number or a boolean, not a date or "
                          "time"));
}

TEST_F(TableTest, ReadsOneStringWhereSeveralMayStand) {
  Table table = read("a = \"x\"\nb = [\"x\", \"y\"]\nc = 5\nd = [5]\n");
  EXPECT_THAT(table.one_or_more_strings("a"), ElementsAre("x"));
  EXPECT_THAT(table.one_or_more_strings("b"), ElementsAre("x", "y"));
  EXPECT_THAT(table.one_or_more_strings("e"), IsEmpty());
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_THAT(table.one_or_more_strings("c"), IsEmpty());
  EXPECT_THAT(table.one_or_more_strings("d"), ElementsAre(""));
  EXPECT_THAT(told(),
              ElementsAre("t:3:5: c must be a string, not an integer (write c = \"5\")",
                          "t:4:6: each of d must be a string, not an integer (write \"5\")"));
}

TEST_F(TableTest, NamesTheKeysOfATableInTheirOrder) {
  Table inner = read("x = { \"/b\" = 1, a = 2 }\n").table("x");
  EXPECT_THAT(inner.keys(), ElementsAre("/b", "a"));
  inner.error("/b", "wrong");
  inner.finish();
  EXPECT_THAT(told(), ElementsAre("t:1:14: wrong"));
}

TEST_F(TableTest, KnowsWhatIsItsOwn) {
  Table root = read("[above]\na = 1\n[below]\na = 2\nb = 3\n");
  Table table = root.table("above").standing_on(root.table("below"));
  EXPECT_TRUE(table.is_own("a"));
  EXPECT_FALSE(table.is_own("b"));
  EXPECT_FALSE(table.is_own("c"));
  EXPECT_TRUE(table.has("b"));
}

TEST_F(TableTest, FingerprintsTellNearNumbersApart) {
  EXPECT_NE(read("x = 0.12345678").fingerprint(), read("x = 0.12345679").fingerprint());
}

TEST_F(TableTest, RejectsWhatTheEnvironmentHasThatIsNotUtf8) {
  Table table =
      read_table("t", "x = \"a${BAD}\"", {.environment = {{"BAD", "\xFF"}}}, diagnostics_);
  EXPECT_EQ(table.string("x"), std::nullopt);
  EXPECT_THAT(told(), ElementsAre("t:1:5: a text cannot hold a NUL or bytes that are not UTF-8"));
}

TEST_F(TableTest, GivesFallbacksForMissingKeys) {
  Table table = read("");
  EXPECT_FALSE(table.has("x"));
  EXPECT_EQ(table.string("x"), std::nullopt);
  EXPECT_EQ(table.string_or("x", "y"), "y");
  EXPECT_EQ(table.integer("x", 7, 8, 9), 7);
  EXPECT_EQ(table.duration("x", 1s, 2s, 3s), 1s);
  EXPECT_EQ(table.share("x", 0.5, 0.9), 0.5);
  EXPECT_TRUE(table.boolean("x", true));
  EXPECT_THAT(table.strings("x"), IsEmpty());
  EXPECT_THAT(table.secrets_by_name("x"), IsEmpty());
  EXPECT_FALSE(table.secret("x").has_value());
  EXPECT_THAT(table.tables("x"), IsEmpty());
  EXPECT_FALSE(table.table("x").has("y"));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(TableTest, SharesAreExactWherePercentsAre) {
  EXPECT_EQ(read("x = \"20%\"").share("x", 0, 0), 0.2);
  EXPECT_EQ(read("x = \"100%\"").share("x", 0, 0), 1.0);
  EXPECT_EQ(read("x = \"0.1%\"").share("x", 0, 0), 0.001);
  EXPECT_EQ(read("x = \"7%\"").share("x", 0, 0), 0.07);
}

TEST_F(TableTest, RejectsWhatIsNoShare) {
  for (const char* text : {"%", "-1%", "1e1%", "nan%", "20", "20 %", ".%", "1.2.3%", "0x1%"}) {
    Table table = read("x = \"" + std::string(text) + "\"");
    EXPECT_EQ(table.share("x", -1, 0), -1) << text;
    EXPECT_EQ(told().size(), 1U) << text;
  }
}

TEST_F(TableTest, TellsAShareBelowTheLeast) {
  (void)read("x = \"0.5%\"").share("x", 0, 0.01);
  EXPECT_THAT(told(), ElementsAre("t:1:5: x must be at least 1%, not 0.5%"));
}

TEST_F(TableTest, FinishTellsWhatNobodyAskedFor) {
  Table table = read("a = 1\n  b = 2\n[c]\nx = 1\n[[d]]\n");
  (void)table.integer("a", 0, 0, 9);
  table.finish();
  EXPECT_THAT(told(), ElementsAre("t:2:3: unknown key \"b\" (did you mean \"a\"?)",
                                  "t:3:1: unknown table \"c\" (did you mean \"a\"?)",
                                  "t:5:1: unknown table \"d\" (did you mean \"a\"?)"));
}

TEST_F(TableTest, CopiesShareWhatHasBeenAskedFor) {
  Table table = read("a = 1\n");
  Table copy = table;
  (void)copy.has("a");
  table.finish();
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(TableTest, LooksUpInTheTableItStandsOn) {
  Table root = read("[low]\na = \"low\"\nb = \"low\"\nc = 3\n[high]\na = \"high\"\n");
  Table low = root.table("low");
  Table high = root.table("high").standing_on(low);
  EXPECT_EQ(high.string("a"), "high");
  EXPECT_EQ(high.string("b"), "low");
  EXPECT_EQ(high.where("b").line, 3);
  low.finish();  // a and b are known through the table above
  EXPECT_THAT(told(), ElementsAre("t:4:1: unknown key \"c\" in [low] (did you mean \"a\"?)"));
}

TEST_F(TableTest, AMistakeBelowIsToldOnceHoweverOftenItIsRead) {
  Table root = read("[low]\na = 1\n[[high]]\n[[high]]\n");
  const Table low = root.table("low");
  for (const Table& own : root.tables("high")) {
    (void)own.standing_on(low).string("a");
  }
  EXPECT_THAT(told(), ElementsAre("t:2:5: a must be a string, not an integer (write a = \"1\")"));
}

TEST_F(TableTest, AKeyIsToldToBeMissingAtTheHeadOfItsTable) {
  Table root = read("\n [[item]]\nx = 1\n");
  (void)root.tables("item").at(0).required_string("name");
  EXPECT_THAT(told(), ElementsAre("t:2:2: this [[item]] has no \"name\""));
}

TEST_F(TableTest, AMisspeltRequiredKeyIsOneMistake) {
  Table item = read("[[item]]\nnam = \"x\"\n").tables("item").at(0);
  (void)item.required_string("name");
  item.finish();
  EXPECT_THAT(told(),
              ElementsAre("t:2:1: unknown key \"nam\" in [[item]] (did you mean \"name\"?)"));
}

TEST_F(TableTest, ABrokenValueReadsAsMissingWithoutASecondDiagnostic) {
  Table table = read("name = broken\n");
  EXPECT_TRUE(table.has("name"));
  EXPECT_EQ(table.required_string("name"), std::nullopt);
  EXPECT_EQ(table.integer("name", 7, 0, 9), 7);
  table.finish();
  EXPECT_EQ(told().size(), 1U);
}

TEST_F(TableTest, AKeyIsNotMissingWhereALineOfTheTableWasLost) {
  Table table = read("!!! \"x\"\n");
  (void)table.required_string("name");
  EXPECT_EQ(told().size(), 1U);
}

TEST_F(TableTest, AValueHasOneMistakeAtATime) {
  Table table = read("to = 5\n");
  EXPECT_THAT(table.strings("to"), IsEmpty());
  table.error("to", "names nobody");
  EXPECT_THAT(told(), ElementsAre("t:1:6: to must be an array of strings, not an integer (write "
                                  "to = [\"5\"])"));
}

TEST_F(TableTest, ErrorsStandAtTheValueTheElementOrTheHead) {
  Table table = read("\n[x]\na = 1\nb = [\"c\", \"d\"]\nkey_file = \"k\"\n").table("x");
  table.error("a", "first");
  table.error_at("b", 1, "second");
  table.error("key", "third");
  table.error("missing", "zeroth");
  EXPECT_THAT(told(),
              ElementsAre("t:2:1: zeroth", "t:3:5: first", "t:4:11: second", "t:5:12: third"));
}

TEST_F(TableTest, AnElementThatIsNoStringKeepsItsPlaceAndIsToldOnce) {
  Table table = read("a = [\"x\", 5, \"z\"]\n");
  EXPECT_THAT(table.strings("a"), ElementsAre("x", "", "z"));
  table.error_at("a", 1, "is empty");
  table.error_at("a", 2, "is last");
  EXPECT_THAT(told(),
              ElementsAre("t:1:11: each of a must be a string, not an integer (write \"5\")",
                          "t:1:14: is last"));
}

TEST_F(TableTest, WithoutAKnownKindOnlyMisspeltKeysAreTold) {
  Table table = read("kind = \"nonsense\"\ninterva = 1\nserver = \"x\"\n");
  table.set_kind_key("kind");
  (void)table.string("kind");
  (void)table.has("interval");
  table.error("kind", "there is no such kind");
  table.finish();
  EXPECT_THAT(told(), ElementsAre("t:1:8: there is no such kind",
                                  "t:2:1: unknown key \"interva\" (did you mean \"interval\"?)"));
}

TEST_F(TableTest, ReadsTablesHoweverTheyAreWritten) {
  Table root = read(
      "a.x = \"1\"\nb = { x = \"2\", \"y z\" = \"3\" }\n[c.d]\nx = \"4\"\n[[e]]\n"
      "[[e]]\nx = \"5\"\n[e.f]\nx = \"6\"\n");
  EXPECT_EQ(root.table("a").string("x"), "1");
  EXPECT_EQ(root.table("b").string("x"), "2");
  EXPECT_EQ(root.table("b").string("y z"), "3");
  EXPECT_EQ(root.table("c").table("d").string("x"), "4");
  EXPECT_EQ(root.tables("e").at(1).table("f").string("x"), "6");
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(TableTest, ReadsAnArrayOfInlineTables) {
  Table root = read("e = [\n  { x = \"1\" },\n  { x = \"2\" },\n]\n");
  ASSERT_EQ(root.tables("e").size(), 2U);
  EXPECT_EQ(root.tables("e").at(1).string("x"), "2");
  EXPECT_EQ(root.tables("e").at(1).where("x").line, 3);
}

TEST_F(TableTest, TellsAnUnknownKeyOfAnInlineTableAtTheKey) {
  Table inner = read("t = { known = 1, \"oth er\" = 2, third= 3 }\n").table("t");
  (void)inner.has("known");
  inner.finish();
  EXPECT_THAT(told(), ElementsAre("t:1:18: unknown key \"oth er\" in [t]",
                                  "t:1:32: unknown key \"third\" in [t]"));
}

TEST_F(TableTest, FingerprintChangesWithEverySettingOnly) {
  const std::string low = "[low]\na = \"1\"\nb = { c = \"2\", d = \"3\" }\n[high]\n";
  const auto print = [this](const std::string& text) {
    Table root = read(text);
    return root.table("high").standing_on(root.table("low")).fingerprint();
  };
  const std::string base = print(low + "x = 1\ny = 2\n");
  EXPECT_EQ(print("# comment\n" + low + "\n y = 2\nx = 1 # z\n"), base);
  EXPECT_NE(print(low + "x = 1\ny = 3\n"), base);
  EXPECT_NE(print(low + "x = 1\n"), base);
  EXPECT_NE(print(low + "x = 1\ny = \"2\"\n"), base);
  EXPECT_NE(print(low + "x = 1\ny = 2\na = \"9\"\n"), base);
  EXPECT_NE(print("[low]\na = \"1\"\nb = { d = \"3\", c = \"2\" }\n[high]\nx = 1\ny = 2\n"), base);
}

}  // namespace
}  // namespace gatewatch::config
