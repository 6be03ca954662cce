// SPDX-License-Identifier: MIT
//
// Servers whose certificate or whose TLS is not as it should be.
#include <functional>
#include <optional>
#include <utility>

#include "tests/hostile/hostile.h"
#include "tests/hostile/tls_peer.h"
#include "tests/support/certificate_authority.h"

namespace gatewatch::probe {
namespace {

using namespace std::string_literals;
using testing::begin_tls;
using testing::CertificateAuthority;
using testing::CertificateSpec;
using testing::flood;
using testing::hang;
using testing::read_some;
using testing::repeated;
using testing::Script;
using testing::ScriptedServer;
using testing::ServerCertificate;
using testing::speak_tls;
using testing::tls_begins_with;
using testing::tls_floods_with;
using testing::tls_floods_with_key_updates;
using testing::tls_floods_with_tickets;
using testing::tls_renegotiates;
using testing::tls_says;
using testing::tls_says_and_drops;
using testing::TlsPeer;

const std::string kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

Script good(const ServerCertificate& certificate) {
  return {speak_tls({certificate}, tls_says(kAnswer))};
}

struct TlsRow {
  int number = 0;
  std::string name;
  CertificateSpec certificate;
  Outcome outcome = Outcome::Tls;
  int status = 0;
  std::string why;
  std::string error = {};          // which the probe's error contains
  bool trusted = true;             // the target names the authority
  std::string host = "127.0.0.1";  // of the target's url
  std::function<Script(const ServerCertificate&)> script = &good;
  Duration timeout = kLong;
  std::optional<Outcome> or_else = {};  // as good
  std::string lines = {};               // more of the [[target]]
};

void play(Hostile& test, const TlsRow& row) {
  CertificateAuthority authority;
  ScriptedServer well_behaved({testing::answer("200 OK")}, authority.issue({}));
  const std::string trust = "ca_file = \"" + authority.certificate_file() + "\"\n";
  const std::string lines = (row.trusted ? trust : "") + row.lines;
  test.begin({{"shop.test", {.v4 = {"127.0.0.1"}}}});
  test.warm_up({well_behaved.url(), lines});
  test.befriend({well_behaved.url(), trust});
  ProbeResult result;
  {
    ScriptedServer server({row.script(authority.issue(row.certificate))});
    const std::string url = "https://" + row.host + ":" + std::to_string(server.port()) + "/";
    result = test.probe({url, lines, row.timeout});
  }
  expect_result(result, result.outcome == row.or_else ? *row.or_else : row.outcome, row.status);
  EXPECT_NE(result.error.find(row.error), std::string::npos) << result.error;
  test.expect_unharmed();
}

bool add_tls_rows(std::vector<TlsRow> rows) {
  std::vector<Scene> scenes;
  for (TlsRow& row : rows) {
    auto shared = std::make_shared<const TlsRow>(std::move(row));
    scenes.push_back({shared->number, shared->name, shared->why,
                      [shared](Hostile& test) { play(test, *shared); }});
  }
  return add_scenes("Tls", std::move(scenes));
}

std::vector<TlsRow> certificates() {
  return {
      {.number = 72,
       .name = "ExpiredIsTls",
       .certificate = {.first_day = -3, .last_day = -1},
       .why = "its last day has passed",
       .error = "expired"},
      {.number = 73,
       .name = "NotYetValidIsTls",
       .certificate = {.first_day = 1, .last_day = 3},
       .why = "its first day is yet to come",
       .error = "not yet valid"},
      {.number = 74,
       .name = "OtherNameIsTls",
       .certificate = {.dns_name = "other.test"},
       .why = "it is for somebody else"},
      {.number = 75,
       .name = "SelfSignedIsTls",
       .certificate = {.self_signed = true},
       .why = "nobody vouches for it",
       .error = "self-signed",
       .trusted = false},
      {.number = 76,
       .name = "UnknownAuthorityIsTls",
       .why = "nobody whom the system trusts vouches for it",
       .error = "issuer",
       .trusted = false},
      {.number = 77,
       .name = "ChainOfFiftyIsTaken",
       .certificate = {.intermediates = 49},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "long, but every link holds"},
      {.number = 77,
       .name = "CertificateOfAMegabyteIsTls",
       .certificate = {.comment_bytes = 1'000'000},
       .why = "a handshake that needs 1 MB is not one that we keep in memory"},
      {.number = 83,
       .name = "NameWithNulIsTls",
       .certificate = {.dns_name = "shop.test\0.evil.test"s},
       .why = "the name does not end at the NUL",
       .host = "shop.test"},
      {.number = 83,
       .name = "MarkupInTheNameIsShownAsData",
       .certificate = {.common_name = "<script>alert(1)</script>\r\n\x1B[2J\xFF"s,
                       .dns_name = "<script>.test\n"s},
       .why = "the name does not fit; the error stays printable"},
      {.number = 83,
       .name = "MarkupInACommonNameIsNotLookedAt",
       .certificate = {.common_name = "<script>\r\n\0</script>"s},
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "only the alternative names count, and they fit"},
  };
}

std::vector<TlsRow> handshakes() {
  const std::string settings_frame("\0\0\0\4\0\0\0\0\0", 9);
  return {
      {.number = 24,
       .name = "PlainHttpIsTls",
       .why = "the port does not speak TLS",
       .script =
           [](const ServerCertificate&) {
             return Script{testing::read_some(),
                           testing::send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
                           hang()};
           }},
      {.number = 78,
       .name = "StallAfterServerHelloIsTimeout",
       .outcome = Outcome::Timeout,
       .why = "the time-out is for the whole probe",
       .error = "in the TLS handshake",
       .script =
           [](const ServerCertificate& own) {
             return Script{begin_tls({own}, 100), hang()};
           },
       .timeout = kShort},
      {.number = 79,
       .name = "DrippingHandshakeIsTimeout",
       .outcome = Outcome::Timeout,
       .why = "the time-out is for the whole probe, not for each read",
       .error = "in the TLS handshake",
       .script =
           [](const ServerCertificate& own) {
             return Script{begin_tls({own}, 10'000, testing::kDripEvery), hang()};
           },
       .timeout = kShort},
      {.number = 81,
       .name = "OldVersionIsTls",
       .why = "TLS 1.2 is the least that is spoken",
       .script =
           [](const ServerCertificate& own) {
             return Script{speak_tls({own, TlsPeer::Version::Only1_0}, tls_says(kAnswer))};
           }},
      {.number = 85,
       .name = "ProtocolNobodyOfferedIsNotSpoken",
       .outcome = Outcome::Tls,
       .why = "a selection that was not offered is refused, where any was; then frames are no HTTP",
       .script =
           [settings_frame](const ServerCertificate& own) {
             return Script{speak_tls({.certificate = own, .selects_h2 = true},
                                     tls_begins_with(settings_frame))};
           },
       .or_else = Outcome::Protocol},
  };
}

std::vector<TlsRow> connections() {
  const std::string hello_request = "\x16\x03\x03\x00\x04\x00\x00\x00\x00"s;
  const std::string settings = "\x00\x00\x00\x04\x00\x00\x00\x00\x00"s;
  const std::string window_update = "\x00\x00\x04\x08\x00\x00\x00\x00\x00\x00\x00\x00\x01"s;
  return {
      {.number = 80,
       .name = "NoCloseNotifyBehindAWholeAnswerIsTaken",
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "the length told that the answer is whole",
       .script =
           [](const ServerCertificate& own) {
             return Script{speak_tls({own}, tls_says_and_drops(kAnswer))};
           }},
      {.number = 80,
       .name = "NoCloseNotifyInsteadOfALengthIsTaken",
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "many servers never send it, and nothing shows that the body was cut",
       .script =
           [](const ServerCertificate& own) {
             return Script{speak_tls({own}, tls_says_and_drops("HTTP/1.1 200 OK\r\n\r\nhello"))};
           }},
      {.number = 80,
       .name = "NoCloseNotifyWithinChunksIsBody",
       .outcome = Outcome::Body,
       .status = 200,
       .why = "the last chunk is missing",
       .script =
           [](const ServerCertificate& own) {
             return Script{speak_tls(
                 {own}, tls_says_and_drops("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                           "5\r\nhello\r\n"))};
           }},
      {.number = 82,
       .name = "EndlessTicketsAreTimeout",
       .outcome = Outcome::Timeout,
       .why = "no answer came in time, and taking them does not hold up the loop",
       .script =
           [](const ServerCertificate& own) {
             return Script{speak_tls({own, TlsPeer::Version::Only1_3}, tls_floods_with_tickets())};
           },
       .timeout = kUnhurried},
      {.number = 82,
       .name = "EndlessKeyUpdatesAreTimeout",
       .outcome = Outcome::Timeout,
       .why = "no answer came in time, and following them does not hold up the loop",
       .script =
           [](const ServerCertificate& own) {
             return Script{
                 speak_tls({own, TlsPeer::Version::Only1_3}, tls_floods_with_key_updates())};
           },
       .timeout = kUnhurried},
      {.number = 82,
       .name = "EndlessHelloRequestsAreTls",
       .why = "a handshake has a size, and messages that mean nothing do not hold up the loop",
       .error = "closed within the TLS handshake",
       .script =
           [hello_request](const ServerCertificate& /*own*/) {
             return Script{read_some(), flood(repeated(hello_request, 1'000))};
           },
       .timeout = kUnhurried},
      {.number = 82,
       .name = "EndlessHelloRequestsAreTlsWithLibcurl",
       .why = "a handshake has a size, and messages that mean nothing do not hold up the loop",
       .script =
           [hello_request](const ServerCertificate& /*own*/) {
             return Script{read_some(), flood(repeated(hello_request, 1'000))};
           },
       .timeout = kUnhurried,
       .lines = "http_version = \"2\"\n"},
      {.number = 82,
       .name = "EndlessHttp2FramesAreNoAnswer",
       .outcome = Outcome::Reset,
       .why = "a connection has a size, and frames that say nothing do not hold up the loop",
       .script =
           [settings, window_update](const ServerCertificate& own) {
             return Script{speak_tls({.certificate = own, .selects_h2 = true},
                                     tls_floods_with(settings, repeated(window_update, 1'000)))};
           },
       .timeout = kUnhurried,
       .or_else = Outcome::Protocol,
       .lines = "http_version = \"2\"\n"},
      {.number = 84,
       .name = "RenegotiationChangesNothing",
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "agreed to or not, the answer comes",
       .script =
           [](const ServerCertificate& own) {
             return Script{speak_tls({own, TlsPeer::Version::Only1_2}, tls_renegotiates(kAnswer))};
           }},
  };
}

[[maybe_unused]] const bool kCertificates = add_tls_rows(certificates());
[[maybe_unused]] const bool kHandshakes = add_tls_rows(handshakes());
[[maybe_unused]] const bool kConnections = add_tls_rows(connections());

}  // namespace
}  // namespace gatewatch::probe
