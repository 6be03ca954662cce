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
       .status = 200,
       .why = "a head has at most 500 fields"},
      {.number = 27,
       .name = "EndlessFieldIsProtocol",
       .scripts = {says_and_floods("HTTP/1.1 200 OK\r\nX-Field: ", repeated("x", 16'384))},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "a head has at most 64 KiB"},
      {.number = 32,
       .name = "DrippingHeadIsTimeout",
       .scripts = {{read_request(), send("HTTP/1.1 200 OK\r\n"),
                    drip(repeated("X-Field: value\r\n", 64))}},
       .outcome = Outcome::Timeout,
       .status = 200,
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
      {.number = 35,
       .name = "SwitchingProtocolsIsProtocol",
       .scripts = {says_and_waits(
           "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n")},
       .outcome = Outcome::Protocol,
       .why = "nobody asked for another protocol, and what follows is not HTTP/1.1"},
      {.number = 43,
       .name = "TenThousandCookiesAreProtocol",
       .scripts = {with_fields(kLength + repeated("Set-Cookie: session=0; Path=/\r\n", 10'000))},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "a head has at most 500 fields"},
  };
}

std::vector<Row> spellings() {
  return {
      {.number = 28,
       .name = "NulInAValueIsProtocol",
       .scripts = {with_fields(kLength + "X-Field: a\0b\r\n"s)},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "RFC 9110 section 5.5 forbids it, and readers cut there or do not"},
      {.number = 29,
       .name = "LineWithoutAColonIsProtocol",
       .scripts = {with_fields(kLength + "this is no field\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "one reader skips it, another ends the head there"},
      {.number = 30,
       .name = "BlankBeforeTheColonIsProtocol",
       .scripts = {with_fields("Content-Length : 5\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "one reader sees a length there, another does not"},
      {.number = 31,
       .name = "FoldedFieldIsProtocol",
       .scripts = {with_fields(kLength + "X-Field: one\r\n two\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "obsolete, and one reader sees two fields where another sees one"},
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
      {.number = 37,
       .name = "LengthsThatDifferAreProtocol",
       .scripts = {with_fields(kLength + "Content-Length: 4\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "where the body ends is a matter of luck"},
      {.number = 38,
       .name = "NegativeLengthIsProtocol",
       .scripts = {with_fields("Content-Length: -5\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "a length has digits only"},
      {.number = 39,
       .name = "LengthOver63BitsIsProtocol",
       .scripts = {with_fields("Content-Length: 9223372036854775808\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "2^63 wraps round in many a reader"},
      {.number = 39,
       .name = "LengthOver64BitsIsProtocol",
       .scripts = {with_fields("Content-Length: 18446744073709551621\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "2^64 + 5 is 5 for a careless reader"},
      {.number = 40,
       .name = "LengthWithAnExponentIsProtocol",
       .scripts = {with_fields("Content-Length: 1e3\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "a length has digits only; 1 is not what was meant"},
      {.number = 40,
       .name = "LengthWithASignIsProtocol",
       .scripts = {with_fields("Content-Length: +5\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "a length has digits only"},
      {.number = 40,
       .name = "ListOfEqualLengthsIsTaken",
       .scripts = {with_fields("Content-Length:  5, 5\r\n")},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "RFC 9110 section 8.6: what a gateway makes of equal fields that it joins"},
      {.number = 41,
       .name = "LengthAndChunksAreProtocol",
       .scripts = {says_and_waits("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "what smuggling is made of; an honest server sends one of them"},
      {.number = 42,
       .name = "UnknownTransferCodingIsProtocol",
       .scripts = {with_fields("Transfer-Encoding: snail\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "where the body ends cannot be known"},
      {.number = 42,
       .name = "CodingBehindChunksIsProtocol",
       .scripts = {says_and_waits("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, snail\r\n\r\n"
                                  "5\r\nhello\r\n0\r\n\r\n")},
       .outcome = Outcome::Protocol,
       .status = 200,
       .why = "where the body ends cannot be known"},
  };
}

[[maybe_unused]] const bool kLimits = add_rows("Header", limits());
[[maybe_unused]] const bool kSpellings = add_rows("Header", spellings());
[[maybe_unused]] const bool kLengths = add_rows("Header", lengths());

}  // namespace
}  // namespace gatewatch::probe
