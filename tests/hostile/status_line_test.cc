// SPDX-License-Identifier: MIT
//
// Servers whose answer does not begin as HTTP's does, or only nearly.
#include "tests/hostile/hostile.h"

namespace gatewatch::probe {
namespace {

using namespace std::string_literals;
using testing::drip;
using testing::hang;
using testing::read_request;
using testing::repeated;
using testing::says;
using testing::says_and_floods;
using testing::says_and_waits;
using testing::Script;
using testing::send;

constexpr const char* kRestOfHead = "\r\nContent-Length: 2\r\n\r\nok";

// An answer that begins with this line, and then goes on as it should.
Script begins_with(const std::string& line) {
  return says_and_waits(line + kRestOfHead);
}

// Bytes of every value, none of which is a line feed.
std::string garbage() {
  std::string bytes;
  for (int i = 0; i < 4096; ++i) {
    const auto byte = static_cast<char>((i * 197 + 131) % 256);
    bytes += byte == '\n' ? '\0' : byte;
  }
  return bytes;
}

[[maybe_unused]] const bool kRows = add_rows(
    "StatusLine",
    {
        {.number = 14,
         .name = "EndlessIsProtocol",
         .scripts = {says_and_floods("HTTP/1.1 200 ", repeated("O", 16'384))},
         .outcome = Outcome::Protocol,
         .why = "a head has at most 64 KiB"},
        {.number = 14,
         .name = "EndlessWithoutAVersionIsProtocol",
         .scripts = {says_and_floods("", repeated("O", 16'384))},
         .outcome = Outcome::Protocol,
         .why = "it cannot become a status line any more"},
        {.number = 15,
         .name = "LongReasonIsAnAnswer",
         .scripts = {begins_with("HTTP/1.1 502 " + repeated("O", 60'000))},
         .outcome = Outcome::BadGateway,
         .status = 502,
         .why = "the head stays below its limit; the reason that is kept is short"},
        {.number = 16,
         .name = "PageWithoutAHeadIsProtocol",
         .scripts = {says("<html><body>It works!</body></html>\n")},
         .outcome = Outcome::Protocol,
         .why = "HTTP/0.9 has no status that could be judged"},
        {.number = 17,
         .name = "GarbageIsProtocol",
         .scripts = {says_and_waits(garbage())},
         .outcome = Outcome::Protocol,
         .why = "not HTTP from the first byte"},
        {.number = 18,
         .name = "UnknownVersionIsProtocol",
         .scripts = {begins_with("HTTP/9.9 200 OK")},
         .outcome = Outcome::Protocol,
         .why = "what its framing means is not known"},
        {.number = 19,
         .name = "StatusOfTwoDigitsIsProtocol",
         .scripts = {begins_with("HTTP/1.1 99 Low")},
         .outcome = Outcome::Protocol,
         .why = "a status has three digits"},
        {.number = 19,
         .name = "StatusOfFourDigitsIsProtocol",
         .scripts = {begins_with("HTTP/1.1 1000 High")},
         .outcome = Outcome::Protocol,
         .why = "a status has three digits; 100 is not what was meant"},
        {.number = 19,
         .name = "StatusWithALetterIsProtocol",
         .scripts = {begins_with("HTTP/1.1 2x0 OK")},
         .outcome = Outcome::Protocol,
         .why = "a status has digits only"},
        {.number = 19,
         .name = "NegativeStatusIsProtocol",
         .scripts = {begins_with("HTTP/1.1 -1 OK")},
         .outcome = Outcome::Protocol,
         .why = "a status has digits only"},
        {.number = 20,
         .name = "BareLineFeedsAreTaken",
         .scripts = {says_and_waits("HTTP/1.1 502 Bad Gateway\nContent-Length: 2\n\nok")},
         .outcome = Outcome::BadGateway,
         .status = 502,
         .why = "RFC 9112 section 2.2 lets LF end a line, and no reader can take it otherwise"},
        {.number = 21,
         .name = "BlankLineBeforeItIsSkipped",
         .scripts = {begins_with("\r\nHTTP/1.1 502 Bad Gateway")},
         .outcome = Outcome::BadGateway,
         .status = 502,
         .why = "a line end too many, of an application, does not hide a 502"},
        {.number = 21,
         .name = "EndlessBlankLinesAreProtocol",
         .scripts = {says_and_floods("", repeated("\r\n", 4'096))},
         .outcome = Outcome::Protocol,
         .why = "a few are skipped, no more"},
        {.number = 32,
         .name = "DrippingIsTimeout",
         .scripts = {{read_request(), drip("HTTP/1.1 200 " + repeated("O", 1000))}},
         .outcome = Outcome::Timeout,
         .why = "the time-out is for the whole probe, not for each read"},
        {.number = 22,
         .name = "SshBannerIsProtocol",
         .scripts = {{send("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), hang()}},
         .outcome = Outcome::Protocol,
         .why = "another service listens there"},
        {.number = 22,
         .name = "SmtpBannerIsProtocol",
         .scripts = {{send("220 mail.example.com ESMTP ready\r\n"), hang()}},
         .outcome = Outcome::Protocol,
         .why = "another service listens there; 220 is not an HTTP status"},
        {.number = 23,
         .name = "TlsAlertIsProtocol",
         .scripts = {says("\x15\x03\x01\x00\x02\x02\x46"s)},
         .outcome = Outcome::Protocol,
         .why = "the port speaks TLS, the target's url does not"},
        {.number = 25,
         .name = "ReasonWithEscapesIsAnAnswer",
         .scripts = {begins_with("HTTP/1.1 502 \x1B[2J\x1B]0;owned\x07 \xE2\x80\xAE"
                                 "yawetaG daB \xC2\x9B \xFF")},
         .outcome = Outcome::BadGateway,
         .status = 502,
         .why = "the reason is data, shown with escapes of ours"},
        {.number = 25,
         .name = "ReasonWithCarriageReturnIsAnAnswer",
         .scripts = {begins_with("HTTP/1.1 502 Bad\rGateway")},
         .outcome = Outcome::BadGateway,
         .status = 502,
         .why = "only LF ends a line; a 502 is one whatever it calls itself"},
    });

}  // namespace
}  // namespace gatewatch::probe
