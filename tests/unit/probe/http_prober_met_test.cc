// SPDX-License-Identifier: MIT
//
// What a gateway would say of an upstream that answers so.
#include <gtest/gtest.h>

#include "tests/support/scripted_server.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::hang;
using testing::read_request;
using testing::ScriptedServer;
using testing::send;

CauseSet met(const testing::Script& script, Duration timeout = 10s) {
  ScriptedServer server({script});
  ProbeWorld world;
  return world.probe(server.url(), timeout).met;
}

TEST(WhatAProbeMet, IsNothingWhereTheAnswerIsGood) {
  EXPECT_TRUE(met(answer("200 OK", "hello")).empty());
  EXPECT_TRUE(met(answer("404 Not Found")).empty()) << "no gateway takes that for a failure";
}

TEST(WhatAProbeMet, IsARefusedConnection) {
  const ClosedPort port;
  ProbeWorld world;
  EXPECT_EQ(world.probe(port.url()).met, CauseSet{Cause::Refused});
}

TEST(WhatAProbeMet, IsAnEndedConnection) {
  EXPECT_EQ(met({read_request()}), CauseSet{Cause::Closed});
  EXPECT_EQ(met({read_request(), send("HTTP/1.1 200 OK\r\nServ")}), CauseSet{Cause::Closed});
  EXPECT_EQ(met({read_request(), testing::reset()}), CauseSet{Cause::Reset});
}

TEST(WhatAProbeMet, IsNoHttp) {
  EXPECT_EQ(met({send("SSH-2.0-OpenSSH_9.2\r\n"), hang()}), CauseSet{Cause::Invalid});
  EXPECT_EQ(met({read_request(), send("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")}),
            CauseSet{Cause::Invalid});
  EXPECT_EQ(met({read_request(), send("\x15\x03\x03")}),
            (CauseSet{Cause::Invalid, Cause::Closed, Cause::Reset}))
      << "a port that awaits TLS";
}

TEST(WhatAProbeMet, IsAHeaderWithoutEnd) {
  const std::string field = "X-Long: " + std::string(70'000, 'x') + "\r\n\r\n";
  EXPECT_EQ(met({read_request(), send("HTTP/1.1 200 OK\r\n" + field)}),
            CauseSet{Cause::HeaderTooBig});
}

TEST(WhatAProbeMet, IsABodyCutShort) {
  EXPECT_EQ(met({read_request(), send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")}),
            CauseSet{Cause::BodyTruncated});
}

TEST(WhatAProbeMet, IsSilence) {
  EXPECT_EQ(met({read_request(), hang()}, 100ms), CauseSet{Cause::TimeoutRead});
}

TEST(WhatAProbeMet, IsACertificateThatNobodyTrusts) {
  const testing::TestCertificate certificate("127.0.0.1");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  ProbeWorld world;
  EXPECT_EQ(world.probe(server.url()).met, CauseSet{Cause::TlsCertificate});
}

TEST(WhatAProbeMet, IsAPlainPortWhereTlsIsSpoken) {
  ScriptedServer server({{testing::read_some(), send("HTTP/1.1 400 Bad Request\r\n\r\n")}});
  ProbeWorld world;
  EXPECT_EQ(world.probe("https" + server.url().substr(4)).met, CauseSet{Cause::TlsProtocol});
}

TEST(WhatAProbeMet, IsTheApplicationsOwnError) {
  EXPECT_EQ(met(answer("502 Bad Gateway", "not today")), CauseSet{Cause::Application});
  const std::string page =
      "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
      "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
  EXPECT_TRUE(met(answer("502 Bad Gateway", page)).empty())
      << "another gateway, of which the answer does not tell what it met";
}

TEST(WhatAProbeMet, IsNotTheApplicationsWhereAGatewayMayHaveMadeIt) {
  const auto own_page = [](const std::string& status, const std::string& field) {
    return met({read_request(), send("HTTP/1.1 " + status + "\r\n" + field +
                                     "\r\nContent-Length: 9\r\n\r\nnot today")});
  };
  for (const char* field : {"Server: nginx/1.22.1", "Via: 1.1 edge", "Server: awselb/2.0"}) {
    EXPECT_TRUE(own_page("502 Bad Gateway", field).empty()) << field;
    EXPECT_TRUE(own_page("504 Gateway Timeout", field).empty()) << field;
    EXPECT_EQ(own_page("500 Internal Server Error", field), CauseSet{Cause::Application}) << field;
  }
  EXPECT_EQ(own_page("502 Bad Gateway", "Server: lab-app"), CauseSet{Cause::Application});
  EXPECT_EQ(own_page("503 Service Unavailable", "Server: gunicorn"), CauseSet{Cause::Application});
  EXPECT_TRUE(
      met({read_request(), send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 99\r\n\r\n<html>")})
          .empty())
      << "whose page it is, its end might tell";
}

TEST(WhatAProbeMet, IsANameThatDoesNotExist) {
  ProbeWorld world;
  EXPECT_EQ(world.probe("http://nobody.test/").met, CauseSet{Cause::Dns});
}

TEST(WhatAProbeMet, IsLessExactThroughLibcurl) {
  ScriptedServer server({{read_request()}});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.http2 = true;
  EXPECT_EQ(world.probe(settings).met, (CauseSet{Cause::Closed, Cause::Reset}));
}

}  // namespace
}  // namespace gatewatch::probe
