// SPDX-License-Identifier: MIT
//
// Servers whose header fields do not end, do not come, or contradict each other.
#include "tests/hostile/hostile.h"

namespace gatewatch::probe {
namespace {

using namespace std::string_literals;
using testing::drip;
using testing::read_request;
using testing::repeated;
using testing::says_and_floods;
using testing::says_and_waits;
using testing::Script;
using testing::send;

// An answer of five bytes with these fields (whole lines).
Script with_fields(const std::string& fields, const std::string& status = "200 OK") {
  return says_and_waits("HTTP/1.1 " + status + "\r\n" + fields + "\r\nhello");
}

const std::string kLength = "Content-Length: 5\r\n";

std::vector<Row> limits() {
  return {
      {.number = 26,
       .name = "EndlessFieldsAreProtocol",
       .scripts = {says_and_floods("HTTP/1.1 200 OK\r\n", repeated("X-Field: value\r\n", 512))},
       .outcome = Outcome::Protocol,
       .why = "a head has at most 100 fields"},
      {.number = 27,
       .name = "EndlessFieldIsProtocol",
       .scripts = {says_and_floods("HTTP/1.1 200 OK\r\nX-Field: ", repeated("x", 16'384))},
       .outcome = Outcome::Protocol,
       .why = "a head has at most 64 KiB"},
      {.number = 32,
       .name = "DrippingHeadIsTimeout",
       .scripts = {{read_request(), send("HTTP/1.1 200 OK\r\n"),
                    drip(repeated("X-Field: value\r\n", 64))}},
       .outcome = Outcome::Timeout,
       .why = "the time-out is for the whole probe, not for each read",
       .error = "reading the header",
       .timeout = kUnhurried},
      {.number = 33,
       .name = "EndlessContinueIsProtocol",
       .scripts = {says_and_floods("", repeated("HTTP/1.1 100 Continue\r\n\r\n", 256))},
       .outcome = Outcome::Protocol,
       .why = "at most 10 interim answers are taken",
       .error = "interim"},
      {.number = 34,
       .name = "EndlessEarlyHintsAreProtocol",
       .scripts = {says_and_floods(
           "", repeated("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", 256))},
       .outcome = Outcome::Protocol,
       .why = "at most 10 interim answers are taken",
       .error = "interim"},
      {.number = 43,
       .name = "TenThousandCookiesAreProtocol",
       .scripts = {with_fields(kLength + repeated("Set-Cookie: session=0; Path=/\r\n", 10'000))},
       .outcome = Outcome::Protocol,
       .why = "a head has at most 100 fields"},
  };
}

std::vector<Row> spellings() {
  return {
      {.number = 28,
       .name = "NulInAValueIsProtocol",
       .scripts = {with_fields(kLength + "X-Field: a\0b\r\n"s)},
       .outcome = Outcome::Protocol,
       .why = "RFC 9110 section 5.5 forbids it, and readers cut there or do not"},
      {.number = 29,
       .name = "LineWithoutAColonIsProtocol",
       .scripts = {with_fields(kLength + "this is no field\r\n")},
       .outcome = Outcome::Protocol,
       .why = "one reader skips it, another ends the head there"},
      {.number = 44,
       .name = "InvalidUtf8InAFieldIsTaken",
       .scripts = {with_fields(kLength + "Server: \xFF\xFE\xC3(\xED\xA0\x80\r\n")},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "bytes over 0x7F are allowed in values"},
      {.number = 45,
       .name = "HugeRetryAfterIsTaken",
       .scripts = {with_fields(kLength + "Retry-After: 1" + repeated("0", 30) + "\r\n",
                               "503 Service Unavailable")},
       .outcome = Outcome::Unavailable,
       .status = 503,
       .why = "probes keep their interval whatever the target wishes"},
      {.number = 45,
       .name = "NegativeRetryAfterIsTaken",
       .scripts = {with_fields(kLength + "Retry-After: -1\r\n", "503 Service Unavailable")},
       .outcome = Outcome::Unavailable,
       .status = 503,
       .why = "probes keep their interval whatever the target wishes"},
      {.number = 45,
       .name = "RetryAfterInThePastIsTaken",
       .scripts = {with_fields(kLength + "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
                               "503 Service Unavailable")},
       .outcome = Outcome::Unavailable,
       .status = 503,
       .why = "probes keep their interval whatever the target wishes"},
      {.number = 46,
       .name = "InjectionInContentTypeIsTaken",
       .scripts = {with_fields(kLength +
                               "Content-Type: text/html; charset=\"><script>x</script>\r\n")},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "no field of an answer is ever part of a page or message unescaped"},
  };
}

std::vector<Row> lengths() {
  return {
      {.number = 36,
       .name = "EqualLengthsAreTaken",
       .scripts = {with_fields(kLength + kLength)},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "all readers agree where the body ends"},
      {.number = 38,
       .name = "NegativeLengthIsProtocol",
       .scripts = {with_fields("Content-Length: -5\r\n")},
       .outcome = Outcome::Protocol,
       .why = "a length has digits only"},
      {.number = 40,
       .name = "ListOfEqualLengthsIsTaken",
       .scripts = {with_fields("Content-Length:  5, 5\r\n")},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "RFC 9110 section 8.6: what a gateway makes of equal fields that it joins"},
  };
}

[[maybe_unused]] const bool kLimits = add_rows("Header", limits());
[[maybe_unused]] const bool kSpellings = add_rows("Header", spellings());
[[maybe_unused]] const bool kLengths = add_rows("Header", lengths());

}  // namespace
}  // namespace gatewatch::probe
