// SPDX-License-Identifier: MIT
//
// Servers whose body does not end, ends too early, is not what it says, or is meant for somebody
// further on.
//
// Only a target that looks into the body asks for gzip; to all others one that comes is data.
#include "tests/hostile/gzip_bomb.h"
#include "tests/hostile/hostile.h"

namespace gatewatch::probe {
namespace {

using namespace std::string_literals;
using testing::answer;
using testing::drip;
using testing::gzip_bomb;
using testing::read_request;
using testing::repeated;
using testing::says;
using testing::says_and_floods;
using testing::says_and_waits;
using testing::send;

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::vector<Row> lengths() {
  return {
      {.number = 47,
       .name = "EndlessBodyIsTakenUpToItsLimit",
       .scripts = {says_and_floods("HTTP/1.1 200 OK\r\n\r\n", repeated("x", 16'384))},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "256 KiB are read, then the answer counts as complete"},
      {.number = 47,
       .name = "EndlessBodyOf502IsBadGateway",
       .scripts = {says_and_floods("HTTP/1.1 502 Bad Gateway\r\n\r\n", repeated("x", 16'384))},
       .outcome = Outcome::BadGateway,
       .status = 502,
       .why = "the status decides before the body does"},
      {.number = 54,
       .name = "ShorterThanItsLengthIsBody",
       .scripts = {says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")},
       .outcome = Outcome::Body,
       .status = 200,
       .why = "an expected status, but the body is cut short"},
      {.number = 55,
       .name = "AnswerBehindA502ChangesNothing",
       .scripts = {says_and_waits("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nfail"
                                  "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine")},
       .outcome = Outcome::BadGateway,
       .status = 502,
       .why = "what is behind the length belongs to nobody"},
      {.number = 55,
       .name = "502BehindAnAnswerChangesNothing",
       .scripts = {says_and_waits("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
                                  "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nfail")},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "what is behind the length belongs to nobody"},
      {.number = 56,
       .name = "BodyOf204IsNotRead",
       .scripts = {says_and_waits("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\nbut this")},
       .outcome = Outcome::Ok,
       .status = 204,
       .why = "204 ends with its head, whatever the head says"},
      {.number = 56,
       .name = "BodyOf304IsNotRead",
       .scripts = {says_and_waits(
           "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")},
       .outcome = Outcome::Ok,
       .status = 304,
       .why = "304 ends with its head, whatever the head says"},
      {.number = 56,
       .name = "BodyOfAnAnswerToHeadIsNotRead",
       .scripts = {says_and_waits("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 99\r\n\r\nhello")},
       .outcome = Outcome::BadGateway,
       .status = 502,
       .why = "an answer to HEAD ends with its head",
       .lines = "method = \"HEAD\""},
      {.number = 61,
       .name = "DrippingBodyIsTimeout",
       .scripts = {{read_request(), send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
                    drip(repeated("x", 1000))}},
       .outcome = Outcome::Timeout,
       .status = 200,
       .why = "the time-out is for the whole probe, not for each read",
       .error = "reading the body",
       .timeout = kUnhurried},
      {.number = 61,
       .name = "DrippingBodyOf502IsBadGateway",
       .scripts = {{read_request(),
                    send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 1000\r\n\r\n"),
                    drip(repeated("x", 1000))}},
       .outcome = Outcome::BadGateway,
       .status = 502,
       .why = "the status decides before the body does",
       .timeout = kUnhurried},
  };
}

std::vector<Row> chunks() {
  return {
      {.number = 48,
       .name = "EndlessChunksAreTakenUpToTheLimit",
       .scripts = {says_and_floods(kChunked, "1000\r\n" + repeated("x", 4096) + "\r\n")},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "256 KiB are read, then the answer counts as complete"},
      {.number = 49,
       .name = "ChunkOver64BitsIsBody",
       .scripts = {says_and_waits(kChunked + "FFFFFFFFFFFFFFFFF\r\nhello")},
       .outcome = Outcome::Body,
       .status = 200,
       .why = "the size does not fit any number"},
      {.number = 50,
       .name = "SizeWithoutEndIsBody",
       .scripts = {says_and_floods(kChunked, repeated("0", 4096))},
       .outcome = Outcome::Body,
       .status = 200,
       .why = "leading zeros count among the digits of a size"},
      {.number = 50,
       .name = "SizeThatStopsIsTimeout",
       .scripts = {says_and_waits(kChunked + "5")},
       .outcome = Outcome::Timeout,
       .status = 200,
       .why = "the rest may still come",
       .error = "reading the body",
       .timeout = kUnhurried},
      {.number = 51,
       .name = "ChunksOfOneByteAreTakenUpToTheLimit",
       .scripts = {says_and_floods(kChunked, repeated("1\r\nx\r\n", 4096))},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "a waste, but HTTP; after 262,144 of them the limit of a body is reached"},
      {.number = 52,
       .name = "EndlessExtensionIsBody",
       .scripts = {says_and_floods(kChunked + "5;", repeated("x", 4096))},
       .outcome = Outcome::Body,
       .status = 200,
       .why = "what is not part of the body has a limit of its own"},
      {.number = 52,
       .name = "EndlessExtensionsOfEmptyValueAreBody",
       .scripts = {says_and_floods(kChunked, repeated("1;a=b;c=d\r\nx\r\n", 1024))},
       .outcome = Outcome::Body,
       .status = 200,
       .why = "small ones add up"},
      {.number = 53,
       .name = "EndlessTrailersAreBody",
       .scripts = {says_and_floods(kChunked + "5\r\nhello\r\n0\r\n",
                                   repeated("X-Field: value\r\n", 256))},
       .outcome = Outcome::Body,
       .status = 200,
       .why = "trailers are limited as the head is"},
      {.number = 53,
       .name = "EndlessTrailerIsBody",
       .scripts = {says_and_floods(kChunked + "5\r\nhello\r\n0\r\nX-Field: ", repeated("x", 4096))},
       .outcome = Outcome::Body,
       .status = 200,
       .why = "trailers are limited as the head is"},
  };
}

Row coded(int number, const std::string& name, const std::string& coding,
          const std::string& content) {
  return {.number = number,
          .name = name,
          .scripts = {answer("200 OK", content, "Content-Encoding: " + coding + "\r\n")},
          .outcome = Outcome::Ok,
          .status = 200,
          .why = "nothing looks into the body, so nothing unpacks it"};
}

// The same answer to a target that looks for "needle" in it.
Row looked_into(int number, const std::string& name, const std::string& coding,
                const std::string& content, const std::string& why, const std::string& error) {
  return {.number = number,
          .name = name,
          .scripts = {answer("200 OK", content, "Content-Encoding: " + coding + "\r\n")},
          .outcome = Outcome::Body,
          .status = 200,
          .why = why,
          .error = error,
          .lines = "expect_body = \"needle\""};
}

std::vector<Row> codings() {
  constexpr size_t kMegabyte = 1'000'000;
  const std::string bomb = gzip_bomb(40 * kMegabyte);
  const std::string small = gzip_bomb(1000);
  return {
      coded(57, "GzipBombIsNotUnpacked", "gzip", bomb),
      coded(58, "GzipBombInABombIsNotUnpacked", "gzip, gzip", bomb),
      coded(59, "CutGzipIsNotUnpacked", "gzip", small.substr(0, small.size() / 2)),
      coded(59, "CorruptGzipIsNotUnpacked", "gzip", "\x1F\x8B\x08" + repeated("\xFF", 100)),
      coded(60, "UnknownCodingIsNotUnpacked", "snail", "@_y"),
      looked_into(57, "GzipBombIsUnpackedUpToTheLimitOfABody", "gzip", bomb,
                  "what is unpacked has the limit of any body", "the first 262144 bytes"),
      looked_into(58, "GzipBombInABombIsBody", "gzip, gzip", bomb, "one layer is unpacked, not two",
                  "more than one content coding"),
      looked_into(59, "CutGzipIsBody", "gzip", small.substr(0, small.size() / 2),
                  "nobody knows what it was", "ends early"),
      looked_into(59, "CorruptGzipIsBody", "gzip", "\x1F\x8B\x08" + repeated("\xFF", 100),
                  "nobody knows what it was", "corrupt"),
      looked_into(60, "UnknownCodingIsBody", "snail", "@_y", "nobody knows what it was",
                  "a content coding other than gzip"),
  };
}

Row content(const std::string& name, const std::string& body) {
  return {.number = 62,
          .name = name,
          .scripts = {answer("200 OK", body, "Content-Type: text/html\r\n")},
          .outcome = Outcome::Ok,
          .status = 200,
          .why = "a body is data"};
}

std::vector<Row> contents() {
  return {
      content("NulsInTheBodyAreData", std::string(5000, '\0')),
      content("InvalidUtf8InTheBodyIsData", repeated("\xFF\xC3\xED\xA0\x80", 1000)),
      content("LineOfAMegabyteIsData", std::string(1'000'000, 'x')),
      content("ScriptInTheBodyIsData", "</script><script>alert(1)</script><img src=x onerror=x>"),
      content("TemplateInTheBodyIsData", "{{7*7}} ${7*7} <%= 7*7 %> {% raw %}"),
      content("LookupInTheBodyIsData", "${jndi:ldap://127.0.0.1:1/a} %n%n%s%x"),
      content("MailCommandsInTheBodyAreData", "hello\r\n.\r\nMAIL FROM:<root@example.com>\r\n"),
      content("SpreadsheetFormulaInTheBodyIsData", "=cmd|' /C calc'!A0,+1,-1,@SUM(1)"),
      {.number = 63,
       .name = "BodyForSlowExpressionsIsData",
       .scripts = {answer("200 OK", std::string(200'000, 'a') + "!")},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "nothing looks into it"},
      {.number = 63,
       .name = "BodyForSlowExpressionsTakesNoLonger",
       .scripts = {answer("200 OK", std::string(200'000, 'a') + "!")},
       .outcome = Outcome::Body,
       .status = 200,
       .why = "expressions are matched in linear time",
       .error = "does not match",
       .lines = "expect_body_regex = \"(a+)+$\"",
       .timeout = kUnhurried},
      {.number = 63,
       .name = "BodyForSlowTextsTakesNoLonger",
       .scripts = {answer("200 OK", std::string(200'000, '<'))},
       .outcome = Outcome::Body,
       .status = 200,
       .why = "texts are looked for in linear time",
       .error = "does not contain",
       .lines = "expect_body = [\"" + std::string(2'000, '<') + "a\"]",
       .timeout = kUnhurried},
  };
}

[[maybe_unused]] const bool kLengths = add_rows("Body", lengths());
[[maybe_unused]] const bool kChunks = add_rows("Body", chunks());
[[maybe_unused]] const bool kCodings = add_rows("Body", codings());
[[maybe_unused]] const bool kContents = add_rows("Body", contents());

}  // namespace
}  // namespace gatewatch::probe
