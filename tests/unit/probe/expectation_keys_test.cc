// SPDX-License-Identifier: MIT
#include "probe/expect/expectation_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Reading {
  explicit Reading(const std::string& lines, std::string_view method = "GET") {
    config::Diagnostics diagnostics;
    config::Table table = config::read_table("t", lines, {}, diagnostics);
    expected = read_expectation_keys(table, method);
    table.finish();
    for (const config::Diagnostic& diagnostic : diagnostics.sorted()) {
      told.push_back(to_string(diagnostic));
    }
  }

  Expectations expected;
  std::vector<std::string> told;
};

// What one line is told, without its place; all of it where that is several diagnostics.
std::string told(const std::string& line) {
  const Reading reading(line);
  std::string all;
  for (const std::string& diagnostic : reading.told) {
    all += (all.empty() ? "" : " | ") + diagnostic;
  }
  return all;
}

TEST(ExpectationKeys, ExpectNothingWhereTheyAreMissing) {
  const Reading reading("");
  EXPECT_THAT(reading.told, IsEmpty());
  EXPECT_THAT(reading.expected.headers, IsEmpty());
  EXPECT_FALSE(reading.expected.needs_body());
  EXPECT_FALSE(reading.expected.max_latency);
  EXPECT_FALSE(reading.expected.min_certificate_days);
}

TEST(ExpectationKeys, ReadTextsAndPatternsOfFields) {
  const Reading reading(R"(
expect_header = { Content-Type = "application/json", X-Request-Id = "" }
expect_header_regex = { X-Cache = "^HIT" }
)");
  EXPECT_THAT(reading.told, IsEmpty());
  const std::vector<HeaderCheck>& headers = reading.expected.headers;
  ASSERT_EQ(headers.size(), 3U);
  EXPECT_EQ(headers[0].name, "Content-Type");
  EXPECT_EQ(headers[0].part, "application/json");
  EXPECT_FALSE(headers[0].pattern);
  EXPECT_EQ(headers[1].name, "X-Request-Id");
  EXPECT_EQ(headers[1].part, "");
  EXPECT_EQ(headers[2].name, "X-Cache");
  ASSERT_TRUE(headers[2].pattern);
  EXPECT_EQ(headers[2].pattern->text(), "^HIT");
}

TEST(ExpectationKeys, ReadOneOrMoreTextsAndPatternsOfTheBody) {
  const Reading reading(R"(
expect_body = "ready"
expect_body_not = ["Fatal", "stack trace"]
expect_body_regex = ["v[0-9]+", '\bok\b']
expect_body_not_regex = '(?i)exception'
)");
  EXPECT_THAT(reading.told, IsEmpty());
  EXPECT_THAT(reading.expected.body_has, ElementsAre("ready"));
  EXPECT_THAT(reading.expected.body_lacks, ElementsAre("Fatal", "stack trace"));
  ASSERT_EQ(reading.expected.body_matches.size(), 2U);
  EXPECT_TRUE(reading.expected.body_matches[1].is_in("all ok."));
  ASSERT_EQ(reading.expected.body_avoids.size(), 1U);
  EXPECT_TRUE(reading.expected.body_avoids[0].is_in("NullPointerException"));
}

TEST(ExpectationKeys, ReadValuesOfJson) {
  const Reading reading(R"(
max_latency = "1500ms"
min_certificate_days = 14
[expect_json]
"/status" = "ok"
"/queue/depth" = 0
"/load" = 0.5
"/a~1b" = true
)");
  EXPECT_THAT(reading.told, IsEmpty());
  EXPECT_EQ(reading.expected.max_latency, 1500ms);
  EXPECT_EQ(reading.expected.min_certificate_days, 14);
  const std::vector<JsonCheck>& json = reading.expected.json;
  ASSERT_EQ(json.size(), 4U);
  EXPECT_EQ(json[0].pointer.text(), "/status");
  EXPECT_EQ(json[0].expected, config::Scalar("ok"));
  EXPECT_EQ(json[1].expected, config::Scalar(int64_t{0}));
  EXPECT_EQ(json[2].expected, config::Scalar(0.5));
  EXPECT_EQ(json[3].expected, config::Scalar(true));
}

TEST(ExpectationKeys, TellWhatIsNoFieldName) {
  EXPECT_EQ(told(R"(expect_header = { "X Key" = "a" })"),
            R"(t:1:29: "X Key" is not the name of a header field)");
  EXPECT_EQ(told(R"(expect_header_regex = { "X:" = "a" })"),
            R"(t:1:32: "X:" is not the name of a header field)");
}

TEST(ExpectationKeys, TellWhatIsNoPattern) {
  EXPECT_EQ(told("expect_body_regex = 'a(b'"), "t:1:21: not a regular expression: missing ): a(b");
  EXPECT_EQ(told("expect_body_not_regex = ['a', '[z-a]']"),
            "t:1:31: not a regular expression: invalid character class range: z-a");
  EXPECT_EQ(told("expect_header_regex = { A = '*' }"),
            "t:1:29: not a regular expression: no argument for repetition operator: *");
  EXPECT_THAT(told("expect_body_regex = '(a{300}b){3}'"), IsEmpty());
  EXPECT_THAT(told("expect_body_regex = ['(a{300}b){3}', '(a{300}b){3}']"),
              StartsWith("t:1:21: the regular expressions take "));
  EXPECT_THAT(told("expect_header_regex = { A = '(a{300}b){3}', B = '(a{300}b){3}' }"),
              StartsWith("t:1:23: the regular expressions take "));
}

TEST(ExpectationKeys, TellWhatIsNoPointer) {
  EXPECT_EQ(told("expect_json = { status = 'ok' }"),
            R"(t:1:26: the JSON pointer "status" does not begin with "/" (write "/status"))");
  EXPECT_EQ(told("expect_json = { '/a~b' = 1 }"),
            "t:1:26: the JSON pointer \"/a~b\" has a \"~\" without 0 or 1 behind it "
            "(~0 stands for ~, and ~1 for /)");
}

TEST(ExpectationKeys, TellWrongTypes) {
  EXPECT_EQ(told("expect_header = ['A: b']"),
            "t:1:17: expect_header must be a table, not an array "
            "(write [expect_header])");
  EXPECT_EQ(told("expect_header = { A = 1 }"),
            "t:1:23: A must be a string, not an integer (write A = \"1\")");
  EXPECT_EQ(told("expect_body = 5"),
            "t:1:15: expect_body must be a string, not an integer (write expect_body = \"5\")");
  EXPECT_EQ(told("expect_json = { '/a' = [1] }"),
            "t:1:24: /a must be a string, a number or a boolean, not an array");
  EXPECT_EQ(told("expect_json = { '/a' = nan }"), "t:1:24: /a must be a finite number");
  EXPECT_EQ(told("max_latency = 2"),
            "t:1:15: max_latency must be a duration such as \"30s\", not an integer "
            "(write max_latency = \"2s\" for seconds)");
  EXPECT_EQ(told("min_certificate_days = 0"),
            "t:1:24: min_certificate_days must be between 1 and 3650, not 0");
  EXPECT_EQ(told("max_latency = '0s'"), "t:1:15: max_latency must be between 1ms and 10m, not 0s");
}

TEST(ExpectationKeys, TellEmptyTexts) {
  EXPECT_EQ(told("expect_body = ''"),
            "t:1:15: expect_body is empty (write a text, or leave it out)");
  EXPECT_EQ(told("expect_body_not_regex = ['a', '']"),
            "t:1:31: expect_body_not_regex is empty (write a text, or leave it out)");
}

TEST(ExpectationKeys, TellTooMany) {
  std::string list;
  for (int i = 0; i < 33; ++i) {
    list += "'a', ";
  }
  EXPECT_EQ(told("expect_body = [" + list + "]"), "t:1:15: expect_body has more than 32 entries");
}

TEST(ExpectationKeys, TellThatHeadHasNoBody) {
  const std::string lines = R"(
expect_header = { A = "b" }
expect_body = "x"
expect_json = { "/a" = 1 }
)";
  const std::string message = "the answer to a HEAD request has no body (leave out ";
  EXPECT_THAT(Reading(lines, "HEAD").told,
              ElementsAre("t:3:15: " + message + "expect_body, or set method)",
                          "t:4:15: " + message + "expect_json, or set method)"));
  EXPECT_THAT(Reading(lines, "GET").told, IsEmpty());
}

}  // namespace
}  // namespace gatewatch::probe
