// SPDX-License-Identifier: MIT
#include "probe/signature/signatures.h"

#include <gtest/gtest.h>

#include <set>

#include "probe/expect/pattern.h"
#include "probe/http/http_parser.h"
#include "probe/http/http_transfer.h"
#include "probe/signature/signature_table.h"
#include "tests/support/captures.h"
#include "tests/support/scripted_server.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

// What the built-in tables make of `bytes`, after which the connection is closed.
AnsweredBy read(const std::string& bytes, const Signatures& signatures) {
  HttpParser parser;
  parser.begin({.to_head_request = false, .kept_body = kBodyStart});
  parser.take(bytes);
  parser.take_end(HttpParser::End::Closed);
  return signatures.read(
      {.status = parser.status(),
       .reason = parser.reason(),
       .head = parser.head(),
       .body = parser.body(),
       .is_whole = parser.state() == HttpParser::State::Done,
       .is_http = parser.failure() != Outcome::Protocol || parser.status() != 0});
}

AnsweredBy read(const std::string& bytes) {
  static const Signatures kBuiltIn;
  return read(bytes, kBuiltIn);
}

const std::vector<testing::Capture>& captures() {
  static const auto kAll = testing::read_captures(GATEWATCH_CAPTURES);
  return kAll;
}

void expect_no_wrong_word(const testing::Capture& capture, const AnsweredBy& told) {
  const std::string name = capture.gateway + "/" + capture.fault;
  if (told.role == Role::Gateway) {
    EXPECT_NE(capture.true_cause, "app_error") << name;
    if (!capture.is_chain()) {
      EXPECT_EQ(told.product, capture.product()) << name;
    }
  }
  if (told.role == Role::Application) {
    EXPECT_EQ(capture.true_cause, "app_error") << name;
  }
  const std::optional<Cause> cause = parse_cause(capture.true_cause);
  if (cause && !told.causes.empty()) {
    EXPECT_TRUE(told.causes.contains(*cause)) << name;
  }
}

TEST(Signatures, AreRightAboutEveryCapture) {
  ASSERT_GT(captures().size(), 250U);
  for (const testing::Capture& capture : captures()) {
    expect_no_wrong_word(capture, read(capture.bytes));
  }
}

// Each capture at every 31st byte, each beginning at another one.
TEST(Signatures, AreNotWrongAboutCapturesThatAreTornAnywhere) {
  constexpr size_t kStep = 31;
  size_t number = 0;
  for (const testing::Capture& capture : captures()) {
    for (size_t end = ++number % kStep; end < capture.bytes.size(); end += kStep) {
      expect_no_wrong_word(capture, read(capture.bytes.substr(0, end)));
    }
  }
}

// What a probe makes of these bytes, sent by a server that then closes.
AnsweredBy replayed(ProbeWorld& world, const std::string& bytes) {
  testing::ScriptedServer server({{testing::read_request(), testing::send(bytes)}});
  return world.probe(server.url()).answered_by;
}

TEST(Signatures, AreTheSameOverARealConnection) {
  ProbeWorld world;
  size_t server_errors = 0;
  for (const testing::Capture& capture : captures()) {
    const AnsweredBy told = replayed(world, capture.bytes);
    expect_no_wrong_word(capture, told);
    if (capture.bytes.starts_with("HTTP/1.1 5")) {
      EXPECT_EQ(told, read(capture.bytes)) << capture.gateway << '/' << capture.fault;
      ++server_errors;
    }
  }
  EXPECT_GT(server_errors, 200U);
}

TEST(Signatures, AreNotWrongAboutAnswersTornOnARealConnection) {
  ProbeWorld world;
  size_t number = 0;
  for (const testing::Capture& capture : captures()) {
    const size_t end = capture.bytes.size() * (++number % 10) / 10;
    expect_no_wrong_word(capture, replayed(world, capture.bytes.substr(0, end)));
  }
}

TEST(Signatures, NameTheMakerOfEachServerErrorThatAGatewayMade) {
  for (const testing::Capture& capture : captures()) {
    const AnsweredBy told = read(capture.bytes);
    const bool is_server_error = capture.bytes.starts_with("HTTP/1.1 5");
    if (is_server_error && !capture.is_chain() && capture.true_cause != "app_error") {
      EXPECT_EQ(told.role, Role::Gateway) << capture.gateway << '/' << capture.fault;
    }
  }
}

// The inner gateway's page comes through the edge, unless the edge gave up before.
TEST(Signatures, NameTheInnerGatewayBehindAnEdge) {
  for (const testing::Capture& capture : captures()) {
    if (!capture.is_chain()) {
      continue;
    }
    const AnsweredBy told = read(capture.bytes);
    std::set<std::string> parts;
    for (const std::string_view product : {"nginx", "haproxy", "apache", "varnish", "caddy"}) {
      if (capture.fault.find(product) != std::string::npos) {
        parts.insert(std::string(product));
      }
    }
    const bool is_caddys = capture.fault.find("__caddy__") != std::string::npos;
    if (is_caddys) {  // its page is empty, and the edge put its own name over it
      EXPECT_EQ(told.role, Role::Unknown) << capture.fault;
    } else {
      EXPECT_TRUE(parts.contains(told.product)) << capture.fault << ": " << told.product;
    }
  }
}

TEST(Signatures, ReachTheExactCauseOfASeventhOfTheCaptures) {
  size_t exact = 0;
  for (const testing::Capture& capture : captures()) {
    const std::optional<Cause> cause = parse_cause(capture.true_cause);
    exact += cause && read(capture.bytes).causes.exact() == cause ? 1U : 0U;
  }
  EXPECT_GE(exact, 38U);
}

std::string answer(const std::string& status, const std::string& fields, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST(Signatures, BelieveProxyStatusBeforeThePage) {
  const AnsweredBy told =
      read(answer("502 Bad Gateway", "Proxy-Status: Edge1; error=tls_certificate_error\r\n",
                  "<hr><center>nginx</center>"));
  EXPECT_EQ(told, (AnsweredBy{Role::Gateway, "", "proxy-status", {Cause::TlsCertificate}}));
  EXPECT_EQ(read(answer("504 x", "Proxy-Status: HAProxy; error=dns_error\r\n", "")).product,
            "haproxy");
}

TEST(Signatures, BelieveTheUsersOwnBeforeTheBuiltInOnes) {
  Signatures signatures;
  signatures.set_own({{.name = "our-page",
                       .product = "our-edge",
                       .role = Role::Gateway,
                       .statuses = "5xx",
                       .field = "X-Edge",
                       .value = "^berlin",
                       .reason = "",
                       .body = "out of order",
                       .causes = {Cause::MarkedDown}}});
  const std::string body = "<p>out of order</p><hr><center>nginx</center>";
  EXPECT_EQ(read(answer("503 No", "x-edge: berlin-3\r\n", body), signatures),
            (AnsweredBy{Role::Gateway, "our-edge", "our-page", {Cause::MarkedDown}}));
  EXPECT_EQ(read(answer("503 No", "x-edge: paris-1\r\n", body), signatures).product, "nginx");
}

TEST(Signatures, TellCloudVendorsByTheirCodesAndPages) {
  struct Case {
    std::string bytes;
    std::string product;
    CauseSet causes;
  };
  const std::vector<Case> cases{
      {answer("521 <none>", "Server: cloudflare\r\n", "error code: 521"),
       "cloudflare",
       {Cause::Refused}},
      {answer("530 <none>", "Server: cloudflare\r\ncf-error-type: 1016\r\n", "error code: 1016"),
       "cloudflare",
       {Cause::Dns}},
      {answer("504 Gateway Time-out", "Server: awselb/2.0\r\n",
              "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n<center>"
              "<h1>504 Gateway Time-out</h1></center>\r\n</body>\r\n</html>\r\n"),
       "aws-elb",
       {Cause::TimeoutConnect, Cause::TimeoutRead}},
      {answer("503 Service Unavailable", "server: envoy\r\n", "no healthy upstream"),
       "envoy",
       {Cause::MarkedDown}},
      {answer("503 first byte timeout", "X-Served-By: cache-ams1234-AMS\r\n",
              "<h1>Error 503 first byte timeout</h1><h3>Guru Mediation:</h3><p>Details: cache"),
       "fastly",
       {Cause::TimeoutRead}},
      {answer("502 Bad Gateway", "x-vercel-error: DNS_HOSTNAME_NOT_FOUND\r\n", "x"),
       "vercel",
       {Cause::Dns}},
  };
  for (const Case& one : cases) {
    const AnsweredBy told = read(one.bytes);
    EXPECT_EQ(told.role, Role::Gateway) << one.product;
    EXPECT_EQ(told.product, one.product);
    EXPECT_EQ(told.causes, one.causes) << one.product;
  }
}

TEST(Signatures, KnowAnApplicationByItsServerOrItsJson) {
  const AnsweredBy by_server =
      read(answer("502 Bad Gateway", "Server: gunicorn/20.1.0\r\n", "upstream gone"));
  EXPECT_EQ(by_server.role, Role::Application);
  EXPECT_EQ(by_server.causes.exact(), Cause::Application);
  const std::string json = R"({"error":"db"})";
  const std::string type = "Content-Type: application/problem+json\r\n";
  EXPECT_EQ(read(answer("502 Bad Gateway", type + "Server: shop\r\n", json)).role,
            Role::Application);
  // A gateway may say the same, and does so under its own name or none.
  EXPECT_EQ(read(answer("502 Bad Gateway", type + "Server: nginx\r\n", json)).role, Role::Unknown);
  EXPECT_EQ(read(answer("502 Bad Gateway", type, json)).role, Role::Unknown);
}

// The text that Traefik gives, and the empty page of Caddy, are also what frameworks give for a
// status without a body. Who wrote the other fields tells them apart.
TEST(Signatures, DoNotTakeAnApplicationForAGatewayWrittenInGo) {
  const std::string date = "Date: Mon, 23 Nov 2026 15:00:00 GMT\r\n";
  const std::string text = "Content-Type: text/plain; charset=utf-8\r\n";
  const auto of = [](const std::string& fields, const std::string& body) {
    return read("HTTP/1.1 502 Bad Gateway\r\n" + fields + "Connection: close\r\n\r\n" + body)
        .product;
  };
  EXPECT_EQ(of(date + "Content-Length: 11\r\n" + text, "Bad Gateway"), "traefik");
  EXPECT_EQ(of(text + "Content-Length: 11\r\n" + date, "Bad Gateway"), "");
  EXPECT_EQ(of(date + "Server: uvicorn\r\nContent-Length: 11\r\n" + text + "ETag: W/1\r\n", "Bad"),
            "");
  EXPECT_EQ(of("Server: Caddy\r\n" + date + "Content-Length: 0\r\n", ""), "caddy");
  EXPECT_EQ(of("Server: Caddy\r\nX-Frame-Options: DENY\r\n" + date + "Content-Length: 0\r\n", ""),
            "caddy");
  EXPECT_EQ(of("Content-Length: 0\r\n" + date + "Server: Caddy\r\n", ""), "");
  EXPECT_EQ(of("Content-Length: 0\r\nServer: Caddy\r\n" + date, ""), "");
}

TEST(Signatures, TakeAnEnvoysTextOnlyAsItIs) {
  EXPECT_EQ(read(answer("503 x", "", "no healthy upstream")).product, "envoy");
  EXPECT_EQ(read(answer("503 x", "", "no healthy upstreams known to the shop")).product, "");
  EXPECT_EQ(read(answer("503 x", "",
                        "upstream connect error or disconnect/reset before headers. reset reason: "
                        "overflow"))
                .causes,
            CauseSet{Cause::GatewayExhausted});
}

// A gateway may put its own page in the place of the application's.
TEST(Signatures, LeaveTheApplicationPossibleWhereThePageMayStandForIts) {
  const std::string page =
      "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>502 Bad "
      "Gateway</title>\n</head>";
  EXPECT_TRUE(read(answer("502 Bad Gateway", "", page)).causes.contains(Cause::Application));
  EXPECT_TRUE(read(answer("504 x", "", "<p><em>Faithfully yours, nginx.</em></p>"))
                  .causes.contains(Cause::Application));
}

TEST(Signatures, SayNothingOfAPageThatTheyDoNotKnow) {
  EXPECT_EQ(read(answer("502 Bad Gateway", "Server: nginx\r\n", "<h1>Sorry</h1>")), AnsweredBy());
  EXPECT_EQ(read(answer("502 Bad Gateway", "Server: nginx\r\n", "")), AnsweredBy());
  EXPECT_EQ(read(""), AnsweredBy());
}

TEST(SignatureTable, HasRowsOfDifferentNamesThatAllCompile) {
  std::set<std::string_view> names;
  std::set<std::string_view> products;
  for (const MakerRow& row : maker_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(row.product.empty(), row.role == Role::Application) << row.name;
    products.insert(row.product);
  }
  for (const SayingRow& row : saying_rows()) {
    EXPECT_TRUE(products.contains(row.product)) << row.product;
    EXPECT_FALSE(row.causes.empty()) << row.product;
  }
}

}  // namespace
}  // namespace gatewatch::probe
