// SPDX-License-Identifier: MIT
#include "probe/expect/expectation.h"

#include <gtest/gtest.h>

#include "core/text.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

constexpr size_t kWhole = size_t{256} * 1024;  // the longest body that an engine hands over

Pattern pattern(const std::string& text) {
  auto compiled = Pattern::compile(text);
  EXPECT_TRUE(compiled) << text << ": " << compiled.error();
  return compiled ? *compiled : *Pattern::compile("x");
}

// What check() says, as "outcome: text"; "" where all is met.
std::string told(const Expectations& expected, const AnswerView& answer) {
  const std::optional<Unmet> unmet = check(expected, answer);
  if (!unmet) {
    return "";
  }
  EXPECT_TRUE(is_printable_utf8(unmet->text)) << unmet->text;
  EXPECT_LE(unmet->text.size(), kMaxRemoteText);
  return std::string(to_string(unmet->outcome)) + ": " + unmet->text;
}

std::string told_of_body(const Expectations& expected, std::string_view body, bool cut = false) {
  return told(expected, {.body = body, .body_cut = cut});
}

TEST(Expectations, AreMetByAnythingWhereThereAreNone) {
  EXPECT_EQ(told({}, {}), "");
  EXPECT_EQ(told({}, {.body = "x", .latency = 1h, .certificate_days = -1}), "");
  EXPECT_FALSE(Expectations().needs_body());
}

TEST(Expectations, NeedTheBodyOnlyForItsChecks) {
  EXPECT_FALSE((Expectations{.headers = {{"A", "b"}}, .max_latency = 1s}).needs_body());
  EXPECT_TRUE((Expectations{.body_has = {"a"}}).needs_body());
  EXPECT_TRUE((Expectations{.body_lacks = {"a"}}).needs_body());
  EXPECT_TRUE((Expectations{.body_matches = {pattern("a")}}).needs_body());
  EXPECT_TRUE((Expectations{.body_avoids = {pattern("a")}}).needs_body());
  EXPECT_TRUE((Expectations{.json = {{*JsonPointer::parse("/a"), true}}}).needs_body());
}

TEST(HeaderExpectation, IsMetByAnyFieldOfTheName) {
  const std::vector<Field> fields{{"x-cache", "MISS"}, {"X-CACHE", "HIT from b"}, {"A", ""}};
  EXPECT_EQ(told({.headers = {{"X-Cache", "HIT"}}}, {.fields = fields}), "");
  EXPECT_EQ(told({.headers = {{"X-Cache", "", pattern("^HIT")}}}, {.fields = fields}), "");
  EXPECT_EQ(told({.headers = {{"a", ""}}}, {.fields = fields}), "");
}

TEST(HeaderExpectation, TellsWhatCameInstead) {
  const std::vector<Field> fields{{"X-Cache", "MISS\x07"}, {"X-Cache", "MISS 2"}};
  EXPECT_EQ(told({.headers = {{"x-cache", "HIT"}}}, {.fields = fields}),
            R"(header: x-cache is "MISS\x07" and does not contain "HIT")");
  EXPECT_EQ(told({.headers = {{"x-cache", "", pattern("^HIT")}}}, {.fields = fields}),
            R"(header: x-cache is "MISS\x07" and does not match "^HIT")");
  EXPECT_EQ(told({.headers = {{"x-cach", ""}}}, {.fields = fields}),
            "header: the answer has no field x-cach");
}

TEST(HeaderExpectation, DoesNotTellCredentials) {
  const std::vector<Field> fields{{"Set-Cookie", "session=geheim"}};
  EXPECT_EQ(told({.headers = {{"set-cookie", "theme="}}}, {.fields = fields}),
            R"(header: set-cookie does not contain "theme=")");
}

TEST(BodyExpectation, LooksForTexts) {
  EXPECT_EQ(told_of_body({.body_has = {"OK", "ready"}}, "ready: OK"), "");
  EXPECT_EQ(told_of_body({.body_has = {"OK", "ready"}}, "OK"),
            R"(body: the body (2 bytes) does not contain "ready")");
  EXPECT_EQ(told_of_body({.body_has = {"OK"}}, "x", true),
            R"(body: the first 1 byte of the body does not contain "OK")");
  EXPECT_EQ(told_of_body({.body_lacks = {"Fatal"}}, "all is well"), "");
  EXPECT_EQ(told_of_body({.body_lacks = {"warning", "Fatal"}}, "Fatal error"),
            R"(body: the body contains "Fatal")");
}

TEST(BodyExpectation, LooksForPatterns) {
  EXPECT_EQ(told_of_body({.body_matches = {pattern("v[0-9]+$")}}, "build v17"), "");
  EXPECT_EQ(told_of_body({.body_matches = {pattern("v[0-9]+$")}}, "build v17."),
            R"(body: the body (10 bytes) does not match "v[0-9]+$")");
  EXPECT_EQ(told_of_body({.body_avoids = {pattern("(?i)exception")}}, "java.lang.Exception"),
            R"(body: the body matches "(?i)exception")");
}

TEST(BodyExpectation, TakesAnyBytes) {
  const std::string bytes("a\0\xFF\xC3\x28 OK", 8);
  EXPECT_EQ(told_of_body({.body_has = {"OK"}, .body_matches = {pattern("OK$")}}, bytes), "");
  EXPECT_EQ(told_of_body({.body_matches = {pattern("^a..")}}, bytes),
            R"(body: the body (8 bytes) does not match "^a..")");  // no characters follow
  EXPECT_EQ(told_of_body({.body_has = {"NO"}}, std::string(kWhole, '\0')),
            R"(body: the body (262144 bytes) does not contain "NO")");
}

TEST(BodyExpectation, FindsTheEndOfALongLine) {
  const std::string line = std::string(kWhole - 3, 'a') + "end";
  EXPECT_EQ(told_of_body({.body_has = {"end"}, .body_matches = {pattern("(a|b)*end")}}, line), "");
}

TEST(BodyExpectation, IsDecidedSoonForBodiesMadeToBeSlow) {
  std::string body;
  for (size_t i = 0; body.size() < kWhole; ++i) {
    body += (i * i / 7) % 3 == 0 ? 'a' : 'b';
  }
  const std::string as(kWhole, 'a');
  for (const char* slow :
       {"(a+)+$x", "(a|a)*c", "(a|b)*a(a|b){100}c", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*c"}) {
    const SteadyTime begin = system_clock().steady();
    EXPECT_NE(told_of_body({.body_matches = {pattern(slow)}}, body), "") << slow;
    EXPECT_NE(told_of_body({.body_matches = {pattern(slow)}}, as), "") << slow;
    EXPECT_LT(system_clock().steady() - begin, 10s) << slow;  // 0.3 s on an idle machine
  }
}

TEST(BodyExpectation, LetsLargePatternsSeeLess) {
  const Expectations small{.body_matches = {pattern("end")}};
  EXPECT_GE(small.body_reach(), kWhole);
  const Expectations large{.body_matches = {pattern("(a|b){0,300}end")}};
  const size_t size = large.body_matches[0].size();
  EXPECT_GT(size, 300U);
  EXPECT_EQ(large.body_reach(), kMaxPatternWork / size);
  const std::string body = std::string(kWhole - 3, 'c') + "end";
  EXPECT_EQ(told_of_body(large, body), "body: the first " + std::to_string(large.body_reach()) +
                                           " bytes of the body do not match \"(a|b){0,300}end\"");
  const Expectations both{.body_matches = large.body_matches, .body_avoids = large.body_matches};
  EXPECT_EQ(both.body_reach(), kMaxPatternWork / (2 * size));
}

TEST(HeaderExpectation, LetsLargePatternsSeeLess) {
  const Expectations large{.headers = {{"X", "", pattern("(a|b){0,300}end")}}};
  const size_t reach = large.header_reach();
  EXPECT_LT(reach, size_t{64} * 1024);
  const std::vector<Field> near{{"X", std::string(reach - 3, 'c') + "end"}};
  EXPECT_EQ(told(large, {.fields = near}), "");
  const std::vector<Field> far{{"X", std::string(reach - 2, 'c')}, {"X", "end"}};
  EXPECT_NE(told(large, {.fields = far}), "");
}

TEST(JsonExpectation, TellsWhatIsThereInstead) {
  const Expectations expected{.json = {{*JsonPointer::parse("/status"), "ok"},
                                       {*JsonPointer::parse("/queue/depth"), int64_t{0}}}};
  EXPECT_EQ(told_of_body(expected, R"({"status":"ok","queue":{"depth":0}})"), "");
  EXPECT_EQ(told_of_body(expected, R"({"status":"degraded","queue":{"depth":0}})"),
            R"(body: "/status" is "degraded"; expected "ok")");
  EXPECT_EQ(told_of_body(expected, R"({"status":"ok","queue":{"depth":17}})"),
            R"(body: "/queue/depth" is 17; expected 0)");
  EXPECT_EQ(told_of_body(expected, R"({"status":"ok","queue":[]})"),
            R"(body: the body has no "/queue/depth"; expected 0)");
  EXPECT_EQ(told_of_body(expected, "<html>"), "body: the body is not JSON, by its byte 1");
  EXPECT_EQ(told_of_body(expected, R"({"status":"ok")", true),
            "body: the body is longer than 14 bytes, too long to be read as JSON");
}

TEST(LatencyExpectation, IsUnmetOverTheMaximum) {
  const Expectations expected{.max_latency = 2s};
  EXPECT_EQ(told(expected, {.latency = 2s}), "");
  EXPECT_EQ(told(expected, {.latency = 2s + 1ns}), "slow: took 2001 ms; expected at most 2s");
}

TEST(CertificateExpectation, IsUnmetUnderTheMinimum) {
  const Expectations expected{.min_certificate_days = 14};
  EXPECT_EQ(told(expected, {.certificate_days = 14}), "");
  EXPECT_EQ(told(expected, {.certificate_days = 13}),
            "certificate_expiring: the certificate expires in 13 days; expected at least 14 days");
  EXPECT_EQ(told({.min_certificate_days = 2}, {.certificate_days = 1}),
            "certificate_expiring: the certificate expires in 1 day; expected at least 2 days");
  EXPECT_EQ(told(expected, {.certificate_days = -3}),
            "certificate_expiring: the certificate has expired; expected at least 14 days");
  EXPECT_EQ(told(expected, {}), "inconclusive: the certificate's dates are not known");
}

TEST(Expectations, AreToldInTheOrderHeaderBodyLatencyCertificate) {
  Expectations expected{
      .headers = {{"A", "b"}}, .body_has = {"x"}, .max_latency = 1s, .min_certificate_days = 14};
  const AnswerView answer{.body = "y", .latency = 2s, .certificate_days = 1};
  EXPECT_TRUE(told(expected, answer).starts_with("header: "));
  expected.headers.clear();
  EXPECT_TRUE(told(expected, answer).starts_with("body: "));
  expected.body_has.clear();
  EXPECT_TRUE(told(expected, answer).starts_with("slow: "));
  expected.max_latency.reset();
  EXPECT_TRUE(told(expected, answer).starts_with("certificate_expiring: "));
}

TEST(Expectations, TellLongThingsShortly) {
  const std::string long_text(1'000, 'x');
  const std::vector<Field> fields{{long_text, std::string(60'000, '\xFF')}};
  EXPECT_TRUE(told({.headers = {{long_text, long_text}}}, {.fields = fields})
                  .starts_with("header: xxxxxx"));
  EXPECT_TRUE(told_of_body({.json = {{*JsonPointer::parse("/" + long_text), long_text}}},
                           "{\"" + long_text + "\":\"" + std::string(200'000, 'y') + "\"}")
                  .starts_with("body: \"/xxx"));
}

TEST(Pattern, TellsWhatIsWrong) {
  EXPECT_EQ(Pattern::compile("a(b").error(), "missing ): a(b");
  EXPECT_EQ(Pattern::compile("(?=a)").error(), "invalid perl operator: (?=");
  EXPECT_EQ(Pattern::compile("\xFF").error(), "invalid UTF-8");
  EXPECT_EQ(Pattern::compile(std::string(1'025, 'a')).error(), "longer than 1024 bytes");
  EXPECT_TRUE(Pattern::compile("a{900}(b|c){200}").error().starts_with("too large: it takes "));
  EXPECT_EQ(Pattern::compile("((a{100}){100}){100}").error(), "invalid repetition size: {100}");
  EXPECT_EQ(Pattern::compile("\\pL{200}").error(), "pattern too large - compile failed");
}

}  // namespace
}  // namespace gatewatch::probe
