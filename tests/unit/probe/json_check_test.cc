// SPDX-License-Identifier: MIT
#include "probe/expect/json_check.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <type_traits>

#include "core/text.h"

namespace gatewatch::probe {
namespace {

constexpr size_t kWhole = size_t{256} * 1024;

template <typename Value>
config::Scalar scalar(Value value) {
  if constexpr (std::is_same_v<Value, int>) {
    return int64_t{value};
  } else {
    return value;
  }
}

// "equal", what came instead, "missing", or the error.
template <typename Value>
std::string found(std::string_view text, std::string_view pointer, Value expected) {
  const auto findings =
      find_in_json(text, {{JsonPointer::parse(pointer).value(), scalar(expected)}});
  if (!findings) {
    return findings.error();
  }
  const JsonFinding& finding = findings->front();
  EXPECT_TRUE(is_printable_utf8(finding.shown));
  return finding.equal ? "equal" : finding.found ? finding.shown : "missing";
}

TEST(FindInJson, ComparesStringsByTheirBytes) {
  EXPECT_EQ(found(R"({"a":"ok"})", "/a", "ok"), "equal");
  EXPECT_EQ(found(R"({"a":"\u006fk"})", "/a", "ok"), "equal");
  EXPECT_EQ(found(R"({"a":"OK"})", "/a", "ok"), "\"OK\"");
  EXPECT_EQ(found(R"({"a":"ok "})", "/a", "ok"), "\"ok \"");
  EXPECT_EQ(found(R"({"a":"x\u0000y"})", "/a", "x"), "\"x\\x00y\"");
}

TEST(FindInJson, ComparesNumbersByTheirValue) {
  EXPECT_EQ(found("[0]", "/0", 0), "equal");
  EXPECT_EQ(found("[0.0]", "/0", 0), "equal");
  EXPECT_EQ(found("[-0]", "/0", 0), "equal");
  EXPECT_EQ(found("[1e2]", "/0", 100), "equal");
  EXPECT_EQ(found("[-7]", "/0", -7), "equal");
  EXPECT_EQ(found("[0.5]", "/0", 0.5), "equal");
  EXPECT_EQ(found("[2]", "/0", 2.0), "equal");
  EXPECT_EQ(found("[18446744073709551615]", "/0", -1), "18446744073709551615");
  EXPECT_EQ(found("[9223372036854775807]", "/0", INT64_MAX), "equal");
  EXPECT_EQ(found("[0.51]", "/0", 0.5), "0.51");
}

TEST(FindInJson, TellsSortsApart) {
  EXPECT_EQ(found("[true]", "/0", true), "equal");
  EXPECT_EQ(found("[false]", "/0", true), "false");
  EXPECT_EQ(found("[1]", "/0", true), "1");
  EXPECT_EQ(found("[true]", "/0", 1), "true");
  EXPECT_EQ(found(R"(["0"])", "/0", 0), "\"0\"");
  EXPECT_EQ(found("[0]", "/0", "0"), "0");
  EXPECT_EQ(found("[null]", "/0", "null"), "null");
  EXPECT_EQ(found("[{}]", "/0", "{}"), "an object");
  EXPECT_EQ(found("[[]]", "/0", "[]"), "an array");
}

TEST(FindInJson, FollowsThePointer) {
  // Names and values of RFC 6901 section 5.
  const std::string_view text =
      R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8})";
  EXPECT_EQ(found(text, "", "x"), "an object");
  EXPECT_EQ(found(text, "/foo", "x"), "an array");
  EXPECT_EQ(found(text, "/foo/0", "bar"), "equal");
  EXPECT_EQ(found(text, "/foo/1", "baz"), "equal");
  EXPECT_EQ(found(text, "/", 0), "equal");
  EXPECT_EQ(found(text, "/a~1b", 1), "equal");
  EXPECT_EQ(found(text, "/c%d", 2), "equal");
  EXPECT_EQ(found(text, "/e^f", 3), "equal");
  EXPECT_EQ(found(text, "/g|h", 4), "equal");
  EXPECT_EQ(found(text, "/i\\j", 5), "equal");
  EXPECT_EQ(found(text, "/k\"l", 6), "equal");
  EXPECT_EQ(found(text, "/ ", 7), "equal");
  EXPECT_EQ(found(text, "/m~0n", 8), "equal");
  for (const char* nowhere :
       {"/foo/2", "/foo/-", "/foo/01", "/foo/0/0", "/bar", "/foo/bar", "//"}) {
    EXPECT_EQ(found(text, nowhere, "bar"), "missing") << nowhere;
  }
}

TEST(FindInJson, CountsElementsWhateverTheyAre) {
  const std::string_view text = R"([null,[1,[2]],{"0":"no"},"x",-1,0.5,true,{"a":[7,8]}])";
  EXPECT_EQ(found(text, "/1/1/0", 2), "equal");
  EXPECT_EQ(found(text, "/2/0", "no"), "equal");
  EXPECT_EQ(found(text, "/3", "x"), "equal");
  EXPECT_EQ(found(text, "/7/a/1", 8), "equal");
}

TEST(FindInJson, TakesTheLaterOfTwo) {
  EXPECT_EQ(found(R"({"a":"bad","a":"ok"})", "/a", "ok"), "equal");
  EXPECT_EQ(found(R"({"a":"ok","a":"bad"})", "/a", "ok"), "\"bad\"");
}

TEST(FindInJson, AnswersEveryCheckInItsOrder) {
  const auto findings = find_in_json(R"({"b":2,"a":1})", {{*JsonPointer::parse("/a"), int64_t{1}},
                                                          {*JsonPointer::parse("/c"), "x"},
                                                          {*JsonPointer::parse("/b"), int64_t{3}},
                                                          {*JsonPointer::parse("/b"), int64_t{2}}});
  ASSERT_TRUE(findings);
  ASSERT_EQ(findings->size(), 4U);
  EXPECT_TRUE((*findings)[0].equal);
  EXPECT_FALSE((*findings)[1].found);
  EXPECT_EQ((*findings)[2].shown, "2");
  EXPECT_TRUE((*findings)[3].equal);
}

TEST(FindInJson, TakesAScalarForTheWholeText) {
  EXPECT_EQ(found(" \"ok\"\n", "", "ok"), "equal");
  EXPECT_EQ(found("true", "", true), "equal");
  EXPECT_EQ(found("0", "/0", 0), "missing");
}

TEST(FindInJson, TellsWhatIsNotJson) {
  for (const std::string& text :
       {std::string(), std::string("<html>"), std::string("{\"a\":1"), std::string("{\"a\":1}}"),
        std::string("{'a':1}"), std::string("[1,]"), std::string("\"\xFF\""),
        std::string("\"\x01\""), std::string("1e999"), std::string("NaN"), std::string("[1] [2]"),
        std::string(kWhole, '\0'), std::string(kWhole, '1'), std::string(kWhole, ' '),
        '"' + std::string(kWhole, 'a')}) {
    EXPECT_TRUE(found(text, "/a", 1).starts_with("not JSON, by its byte "))
        << text.substr(0, 100) << ": " << found(text, "/a", 1);
  }
  EXPECT_EQ(found("[1, x]", "/0", 1), "not JSON, by its byte 5");
}

TEST(FindInJson, GoesNoDeeperThanItsLimit) {
  const std::string deep = std::string(64, '[') + std::string(64, ']');
  EXPECT_EQ(found(deep, "/1", 1), "missing");
  const std::string error = "nested more than 64 levels deep";
  EXPECT_EQ(found('[' + deep + ']', "/1", 1), error);
  EXPECT_EQ(found(std::string(kWhole, '['), "/1", 1), error);
  EXPECT_EQ(found(std::string(kWhole / 2, '[') + std::string(kWhole / 2, ']'), "/1", 1), error);
  std::string objects;
  while (objects.size() < kWhole) {
    objects += "{\"a\":";
  }
  EXPECT_EQ(found(objects, "/a", 1), error);
}

TEST(FindInJson, ShowsLongValuesShortly) {
  EXPECT_LE(found("[\"" + std::string(kWhole, 'x') + "\"]", "/0", "y").size(), 64U);
  EXPECT_LE(found("[0." + std::string(kWhole, '1') + "]", "/0", 5).size(), 64U);
}

TEST(JsonPointer, TellsWhatIsWrong) {
  EXPECT_EQ(JsonPointer::parse("status").error(), "does not begin with \"/\"");
  EXPECT_EQ(JsonPointer::parse("$.status").error(), "does not begin with \"/\"");
  EXPECT_EQ(JsonPointer::parse("/a~").error(), "has a \"~\" without 0 or 1 behind it");
  EXPECT_EQ(JsonPointer::parse("/a~2").error(), "has a \"~\" without 0 or 1 behind it");
  std::string deep;
  for (int level = 0; level < 64; ++level) {
    deep += "/a";
  }
  EXPECT_TRUE(JsonPointer::parse(deep));
  EXPECT_EQ(JsonPointer::parse(deep + "/a").error(), "leads more than 64 levels deep");
}

TEST(Shown, WritesAsJsonDoes) {
  EXPECT_EQ(shown("a\n"), "\"a\\x0A\"");
  EXPECT_EQ(shown(int64_t{-5}), "-5");
  EXPECT_EQ(shown(0.1), "0.1");
  EXPECT_EQ(shown(false), "false");
}

}  // namespace
}  // namespace gatewatch::probe
