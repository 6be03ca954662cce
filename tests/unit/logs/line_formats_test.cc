// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>

#include "core/text.h"
#include "logs/log_reader.h"

namespace gatewatch::logs {
namespace {

using enum Cause;

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} +
                        std::chrono::hours(20)};

std::optional<GatewayEvent> read(LogKind kind, const std::string& line) {
  LogReader reader("edge", kind);
  return reader.read(line, kNow);
}

GatewayEvent read_well(LogKind kind, const std::string& line) {
  const auto event = read(kind, line);
  EXPECT_TRUE(event.has_value()) << line;
  return event.value_or(GatewayEvent());
}

constexpr std::string_view kCombined =
    R"(10.0.0.9 - - [22/Nov/2026:18:01:30 +0000] "GET /pay?card=42 HTTP/1.1" )";

std::string nginx(const std::string& rest) {
  return std::string(kCombined) + rest;
}

TEST(NginxAccess, WithCombinedFormatTellsStatusPathAndTime) {
  const GatewayEvent event =
      read_well(LogKind::NginxAccess, nginx(R"(502 157 "https://x/?a=b" "curl/8")"));
  EXPECT_EQ(event.log, "edge");
  EXPECT_EQ(event.product, "nginx");
  EXPECT_EQ(event.kind, EventKind::Request);
  EXPECT_EQ(event.status, 502);
  EXPECT_EQ(event.path, "/pay");
  EXPECT_EQ(format_utc(event.at), "2026-11-22T18:01:30.000Z");
  EXPECT_TRUE(event.causes.empty());
  EXPECT_EQ(event.line,
            R"(10.0.0.9 - - [22/Nov/2026:18:01:30 +0000] "GET /pay?*** HTTP/1.1" 502 157)");
}

TEST(NginxAccess, WithUpstreamFieldsTellsWhoMadeTheAnswer) {
  struct Case {
    std::string fields;
    Role role;
    CauseSet causes;
  };
  const std::string to = R"(502 157 upstream_addr="10.0.0.5:80" upstream_status="502" )";
  for (const Case& one : std::initializer_list<Case>{
           {to + R"(upstream_connect_time="0.001" upstream_header_time="0.010")",
            Role::Application,
            {Application}},
           {to + R"(upstream_connect_time="0.001" upstream_header_time="-")",
            Role::Gateway,
            {Closed, Reset, Invalid, HeaderTooBig}},
           {to + R"(upstream_header_time="-")", Role::Gateway, {}},
           {to + R"(upstream_connect_time="0.001")", Role::Unknown, {}},
           {R"(502 157 uaddr="shop" ustatus="502" uct="-" uht="-")", Role::Gateway, {MarkedDown}},
           {R"(504 167 uaddr="10.0.0.5:80" ustatus="504" uct="-" uht="-")",
            Role::Gateway,
            {TimeoutConnect}},
           {R"(504 167 uaddr="10.0.0.5:80" ustatus="504" uct="0.000" uht="-")",
            Role::Gateway,
            {TimeoutRead}},
           {R"(503 190 uaddr="-" ustatus="-" uct="-" uht="-")", Role::Unknown, {}},
       }) {
    const GatewayEvent event = read_well(LogKind::NginxAccess, nginx(one.fields));
    EXPECT_EQ(event.answered_by, one.role) << one.fields;
    EXPECT_EQ(event.causes.bits(), one.causes.bits()) << one.fields;
  }
}

TEST(NginxAccess, TellsOfTriesThatTheClientDidNotSee) {
  const GatewayEvent retried = read_well(
      LogKind::NginxAccess, nginx(R"(200 26 "-" "x" upstream_addr="10.0.0.5:80, 10.0.0.6:80" )"
                                  R"(upstream_status="504, 200" upstream_connect_time="-, 0.001" )"
                                  R"(upstream_header_time="-, 0.002")"));
  EXPECT_TRUE(retried.masked);
  EXPECT_EQ(retried.upstream_statuses, (std::vector{504, 200}));
  EXPECT_EQ(retried.causes.exact(), TimeoutConnect);
  EXPECT_FALSE(retried.line.empty());
  EXPECT_FALSE(read_well(LogKind::NginxAccess, nginx(R"(200 26 ustatus="404 : 200")")).masked);
  EXPECT_FALSE(read_well(LogKind::NginxAccess, nginx(R"(502 26 ustatus="502, 502")")).masked);
  EXPECT_TRUE(read_well(LogKind::NginxAccess, nginx(R"(200 26 ustatus="502")")).masked);
  EXPECT_FALSE(read_well(LogKind::NginxAccess, nginx(R"(499 0 ustatus="502, -")")).masked);
}

TEST(NginxAccess, BelievesNoFieldThatAClientWroteIntoItsUserAgent) {
  const GatewayEvent event =
      read_well(LogKind::NginxAccess,
                nginx(R"(200 26 "-" "x\" upstream_status=\"502, 200\" \x22 ustatus=\x22502\x22" )"
                      R"(upstream_status="200")"));
  EXPECT_FALSE(event.masked);
  EXPECT_EQ(event.upstream_statuses, (std::vector{200}));
}

TEST(NginxAccess, InJsonTellsTheSame) {
  const GatewayEvent event =
      read_well(LogKind::NginxAccess,
                R"({"time_iso8601":"2026-11-22T18:00:18+00:00","request":"POST /a?b=c HTTP/1.1",)"
                R"("status":"502","upstream_addr":"10.0.0.5:80","upstream_status":"502",)"
                R"("upstream_connect_time":"0.001","upstream_header_time":"-","request_id":"7f",)"
                R"("http_x_request_id":"abc"})");
  EXPECT_EQ(event.status, 502);
  EXPECT_EQ(event.path, "/a");
  EXPECT_EQ(event.request_id, "abc");
  EXPECT_EQ(event.answered_by, Role::Gateway);
  EXPECT_EQ(format_utc(event.at), "2026-11-22T18:00:18.000Z");
  EXPECT_EQ(read_well(LogKind::NginxAccess, R"({"status":404,"request_uri":"/x"})").status, 404);
  EXPECT_FALSE(read(LogKind::NginxAccess, R"({"request":"GET / HTTP/1.1"})"));
  EXPECT_FALSE(read(LogKind::NginxAccess, R"({"status":404)"));
}

TEST(NginxError, SearchesItsOwnWordsOnly) {
  const std::string head = "2026/11/22 18:00:18 [error] 1#1: *4 ";
  const GatewayEvent event = read_well(
      LogKind::Nginx,
      head +
          "connect() failed (111: Connection refused) while connecting to upstream, client: "
          "10.0.0.9, server: _, request: \"GET /pay?card=42 HTTP/1.1\", upstream: "
          "\"http://10.0.0.5:8080/pay?card=42\", host: \"shop\"");
  EXPECT_EQ(event.kind, EventKind::Failure);
  EXPECT_EQ(event.causes.exact(), Refused);
  EXPECT_EQ(event.upstream, "10.0.0.5:8080");
  EXPECT_EQ(event.path, "/pay");
  EXPECT_EQ(event.line.find("42"), std::string::npos);
  for (const std::string message :
       {"open() \"/srv/x\" failed (2: No such file or directory), client: 10.0.0.9, request: "
        "\"GET /connect() failed (111: Connection refused) while connecting to upstream HTTP/1.1\"",
        "client prematurely closed connection, so upstream connection is closed too, client: ::1",
        "open() \"/srv/socket() failed (24: Too many open files)\" failed (2: No such file or "
        "directory), client: 10.0.0.9",
        "1024 worker_connections are not enough, reusing connections", ""}) {
    EXPECT_FALSE(read(LogKind::Nginx, head + message)) << message;
  }
}

TEST(Haproxy, ReadsRequestsBehindWhatSyslogWrites) {
  const std::string head = "Nov 22 18:00:53 lb1 haproxy[4711]: 10.0.0.9:36816 ";
  const GatewayEvent event = read_well(
      LogKind::Haproxy,
      head +
          "[22/Nov/2026:18:00:53.098] fe~ shop/s1 0/0/-1/-1/3001 503 217 ck - SC-- 1/1/0/0/3 "
          "0/0 {abc-1|curl} {} \"GET https://shop/pay?card=42 HTTP/2.0\" 0/0000/0/0/0 x");
  EXPECT_EQ(event.status, 503);
  EXPECT_EQ(event.upstream, "shop/s1");
  EXPECT_EQ(event.path, "/pay");
  EXPECT_EQ(event.request_id, "abc-1");
  EXPECT_EQ(event.answered_by, Role::Gateway);
  EXPECT_TRUE(event.causes.contains(TlsCertificate));
  EXPECT_FALSE(event.causes.contains(MarkedDown));
}

TEST(Haproxy, TellsOfRetriesThatHelped) {
  const std::string request =
      "10.0.0.9:1 [22/Nov/2026:18:00:53.098] fe shop/s2 0/0/0/1/1 200 110 - - ---- 1/1/0/0/";
  EXPECT_TRUE(read_well(LogKind::Haproxy, request + "+1 0/0 \"GET / HTTP/1.1\"").masked);
  EXPECT_FALSE(read_well(LogKind::Haproxy, request + "0 0/0 \"GET / HTTP/1.1\"").masked);
}

TEST(Haproxy, TellsOfServersThatGoDown) {
  const GatewayEvent down = read_well(
      LogKind::Haproxy,
      "[WARNING]  (12) : Server shop/s1 is DOWN, reason: Layer4 connection problem, info: "
      "\"Connection refused\", check duration: 0ms. 0 active and 0 backup servers left.");
  EXPECT_EQ(down.kind, EventKind::Upstream);
  EXPECT_EQ(down.upstream, "shop/s1");
  EXPECT_EQ(down.causes.exact(), Refused);
  EXPECT_EQ(down.at, kNow);
  EXPECT_EQ(read_well(LogKind::Haproxy, "backend shop has no server available!").causes.exact(),
            MarkedDown);
  EXPECT_EQ(read_well(LogKind::Haproxy,
                      "Server shop/s1 is DOWN, reason: Layer4 timeout, check "
                      "duration: 2001ms.")
                .causes.exact(),
            TimeoutConnect);
  EXPECT_FALSE(read(LogKind::Haproxy, "Server shop/s1 is UP, reason: Layer4 check passed"));
}

TEST(Haproxy, TellsARequestWhyItsBackendHasNoServer) {
  LogReader reader("edge", LogKind::Haproxy);
  const std::string request =
      "10.0.0.9:1 [22/Nov/2026:18:00:53.098] fe shop/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- "
      "1/1/0/0/0 0/0 \"GET / HTTP/1.1\"";
  const auto causes = [&] { return reader.read(request, kNow).value().causes; };
  EXPECT_EQ(causes(), (CauseSet{MarkedDown, Dns}));
  (void)reader.read("Server shop/s1 is DOWN, reason: Layer4 timeout, check duration: 1ms.", kNow);
  EXPECT_EQ(causes(), CauseSet{MarkedDown});
  EXPECT_FALSE(reader.read("Server shop/s1 is UP, reason: Layer4 check passed", kNow));
  EXPECT_EQ(causes(), (CauseSet{MarkedDown, Dns}));
  (void)reader.read("Server shop/s1 is going DOWN for maintenance (DNS NX status). 0 active", kNow);
  EXPECT_EQ(causes(), CauseSet{Dns});
}

TEST(Apache, ReadsTheRequestIdThatErrorLogFormatWrites) {
  const GatewayEvent event = read_well(
      LogKind::Apache,
      "[Sun Nov 22 18:01:37.166529 2026] [proxy_http:error] [pid 1:tid 2] [id abc-1] (70007)The "
      "timeout specified has expired: [client 10.0.0.9:1] AH01102: error reading status line from "
      "remote server 10.0.0.5:80");
  EXPECT_EQ(event.causes.exact(), TimeoutRead);
  EXPECT_EQ(event.request_id, "abc-1");
}

TEST(Apache, TellsAProbeWhyItsConnectionFailed) {
  const std::string id = "probe-1";
  LogReader reader("edge", LogKind::Apache, std::nullopt,
                   [&](std::string_view text) { return text == id; });
  const std::string head = "[Sun Nov 22 18:02:11.934920 2026] [proxy:error] [pid 1:tid ";
  const std::string failed =
      "(111)Connection refused: AH00957: http: attempt to connect to x failed";
  const std::string told = "[client ::1:1] AH01114: HTTP: failed to make connection to backend: x";
  EXPECT_EQ(reader.read(head + "2] " + failed, kNow).value().request_id, "");
  const auto of_probe = reader.read(head + "2] [id " + id + "] " + told, kNow);
  EXPECT_EQ(of_probe.value().request_id, id);
  EXPECT_EQ(of_probe.value().causes.exact(), Refused);
  EXPECT_FALSE(reader.read(head + "2] [id " + id + "] " + told, kNow));
  (void)reader.read(head + "2] " + failed, kNow);
  EXPECT_FALSE(reader.read(head + "3] [id " + id + "] " + told, kNow));
  EXPECT_FALSE(reader.read(head + "2] [id of-another] " + told, kNow));
}

TEST(Apache, DoesNotBlameTheUpstreamForAClientsCertificate) {
  const std::string head = "[Sun Nov 22 18:01:37.166529 2026] [ssl:error] [pid 1:tid 2] ";
  const std::string words =
      "AH02039: Certificate Verification: Error (10): certificate has expired";
  EXPECT_FALSE(read(LogKind::Apache, head + "[client 10.0.0.9:1] " + words));
  EXPECT_EQ(read_well(LogKind::Apache, head + "[remote 10.0.0.5:443] " + words).causes.exact(),
            TlsCertificate);
}

TEST(Apache, TellsABadHeadOnceAndByItsFirstLine) {
  LogReader reader("edge", LogKind::Apache);
  const auto line = [](int thread, const std::string& rest) {
    return "[Sun Nov 22 18:01:32.054010 2026] [proxy_http:warn] [pid 1:tid " +
           std::to_string(thread) + "] " + rest;
  };
  const std::string bad = "[client 10.0.0.9:1] AH01106: bad HTTP/1.1 header returned by /a (GET)";
  const auto first = reader.read(
      line(1, "(70014)End of file found: [client 10.0.0.9:1] AH10404: Error reading headers"),
      kNow);
  EXPECT_EQ(first.value().causes.exact(), Closed);
  EXPECT_EQ(reader.read(line(2, bad), kNow).value().causes.exact(), Invalid);
  EXPECT_FALSE(reader.read(line(1, bad), kNow));
  EXPECT_EQ(reader.read(line(1, bad), kNow).value().path, "/a");
}

std::string caddy(const std::string& logger, const std::string& rest) {
  return R"({"level":"error","ts":1795370265.35,"logger":")" + logger + R"(",)" + rest + "}";
}

TEST(Caddy, ReadsItsAccessLogAndItsErrors) {
  const std::string request =
      R"("request":{"uri":"/pay?card=42","headers":{"X-Request-Id":["abc-1"]}})";
  const GatewayEvent made = read_well(
      LogKind::Caddy,
      caddy("http.log.access.log0", R"("msg":"handled request",)" + request +
                                        R"(,"status":502,"resp_headers":{"Server":["Caddy"]})"));
  EXPECT_EQ(made.kind, EventKind::Request);
  EXPECT_EQ(made.status, 502);
  EXPECT_EQ(made.request_id, "abc-1");
  EXPECT_EQ(made.answered_by, Role::Unknown);
  const GatewayEvent passed = read_well(
      LogKind::Caddy, caddy("http.log.access",
                            R"("msg":"handled request",)" + request +
                                R"(,"status":502,"resp_headers":{"Server":["Caddy","gunicorn"]})"));
  EXPECT_EQ(passed.answered_by, Role::Application);
  const GatewayEvent error = read_well(
      LogKind::Caddy,
      caddy("http.log.error.log0", R"("msg":"dial tcp 10.0.0.5:80: connect: connection refused",)" +
                                       request + R"(,"status":502)"));
  EXPECT_EQ(error.kind, EventKind::Failure);
  EXPECT_EQ(error.causes.exact(), Refused);
  EXPECT_EQ(error.path, "/pay");
  const GatewayEvent unresolved = read_well(
      LogKind::Caddy,
      caddy("http.log.error", R"("msg":"dial tcp: lookup shop.internal on 10.0.0.53:53: dial udp )"
                              R"(10.0.0.53:53: connect: network is unreachable",)" +
                                  request + R"(,"status":502)"));
  EXPECT_EQ(unresolved.causes.exact(), Dns);
  EXPECT_FALSE(read(LogKind::Caddy, caddy("http.handlers.reverse_proxy",
                                          R"("msg":"aborting with incomplete response",)"
                                          R"("error":"context canceled")")));
  EXPECT_FALSE(read(LogKind::Caddy, caddy("tls", R"("msg":"EOF")")));
  EXPECT_EQ(read_well(LogKind::Caddy,
                      caddy("http.log.error",
                            R"("msg":"net/http: HTTP/1.x transport connection broken: malformed )"
                            R"(HTTP response \"connect: connection refused\"","status":502)"))
                .causes.exact(),
            Invalid);
}

TEST(Varnish, ReadsWhatVarnishncsaWritesOfEitherSide) {
  const std::string head = R"(10.0.0.9 - - [22/Nov/2026:18:01:30 +0000] "GET /pay HTTP/1.1" )";
  const GatewayEvent fetch =
      read_well(LogKind::Varnish,
                head + R"(503 278 side="b" fetch_error="first byte timeout" request_id="abc-1")");
  EXPECT_EQ(fetch.kind, EventKind::Failure);
  EXPECT_EQ(fetch.causes.exact(), TimeoutRead);
  EXPECT_EQ(fetch.request_id, "abc-1");
  EXPECT_FALSE(read(LogKind::Varnish, head + R"(200 278 side="b" fetch_error="-")"));
  const GatewayEvent answer = read_well(LogKind::Varnish, head + R"(503 278 side="c")");
  EXPECT_EQ(answer.kind, EventKind::Request);
  EXPECT_EQ(answer.status, 503);
}

// What a line tells of the host that was asked for.
TEST(Host, IsToldWithoutItsPortAndInLowerCase) {
  const std::string nginx_error =
      "2026/11/22 18:00:18 [error] 1#1: *4 connect() failed (111: Connection refused) while "
      "connecting to upstream, client: ::1, server: _, request: \"GET /pay HTTP/1.1\", upstream: "
      "\"http://10.0.0.5:8080/pay\", host: \"";
  const std::string vhost =
      R"( - - [22/Nov/2026:18:01:30 +0000] "GET /pay HTTP/1.1" 502 1 "-" "x")";
  struct Case {
    LogKind kind;
    std::string line;
    std::string host;
  };
  for (const Case& one : std::initializer_list<Case>{
           {LogKind::Nginx, nginx_error + "Shop.Example:8443\", referrer: \"https://x/\"",
            "shop.example"},
           {LogKind::Nginx, nginx_error + "[2001:DB8::1]:8443\"", "2001:db8::1"},
           {LogKind::Nginx, nginx_error.substr(0, nginx_error.find(", host")), ""},
           {LogKind::NginxAccess, nginx(R"(502 1 "-" "x" host="shop.example")"), "shop.example"},
           {LogKind::NginxAccess, nginx(R"(502 1 http_host="shop.example:80")"), "shop.example"},
           {LogKind::NginxAccess, R"({"status":502,"host":"shop.example"})", "shop.example"},
           {LogKind::NginxAccess, R"({"status":502,"http_host":"-"})", ""},
           {LogKind::ApacheAccess, "shop.example:443 10.0.0.9" + vhost, "shop.example"},
           {LogKind::ApacheAccess, "2001:db8::1" + vhost, ""},
           {LogKind::ApacheAccess, "::1" + vhost, ""},
           {LogKind::Caddy,
            caddy("http.log.error", R"("msg":"EOF","request":{"host":"Shop.Example:8443"})"),
            "shop.example"},
           {LogKind::Haproxy,
            "10.0.0.9:1 [22/Nov/2026:18:00:53.098] fe shop/s1 0/0/-1/-1/3001 503 217 - - SC-- "
            "1/1/0/0/3 0/0 \"GET / HTTP/1.1\"",
            ""},
       }) {
    EXPECT_EQ(read_well(one.kind, one.line).host, one.host) << one.line;
  }
}

TEST(Host, IsToldByVarnishAndByOwnPatterns) {
  LogReader varnish("edge", LogKind::Varnish);
  std::optional<GatewayEvent> event;
  for (const std::string line :
       {"*   << Request  >> 3", "-   ReqURL         /pay", "-   ReqHeader      Host: Shop:8080",
        "-   ReqHeader      host: other", "-   RespStatus     503", "-   End"}) {
    event = varnish.read(line, kNow);
  }
  EXPECT_EQ(event.value().host, "shop");
  EXPECT_EQ(event.value().line, "RespStatus=503 ReqURL=/pay");
  const auto pattern = OwnPattern::make(R"(^(?P<host>\S+) (?P<status>\d+))", {});
  EXPECT_EQ(LogReader("app", LogKind::Pattern, pattern.value()).read("Shop:80 502", kNow)->host,
            "shop");
}

TEST(OwnPattern, TakesALineApartByItsNamedGroups) {
  const auto pattern = OwnPattern::make(
      R"(^(?P<time>\S+) upstream=(?P<upstream>\S+) status=(?P<status>\d+) rid=(?P<request_id>\S+))",
      {Application});
  LogReader reader("app", LogKind::Pattern, pattern.value());
  const auto event =
      reader.read("2026-11-22T18:00:18Z upstream=db1 status=502 rid=abc-1 x", kNow).value();
  EXPECT_EQ(event.status, 502);
  EXPECT_EQ(event.upstream, "db1");
  EXPECT_EQ(event.request_id, "abc-1");
  EXPECT_EQ(event.causes.exact(), Application);
  EXPECT_EQ(event.answered_by, Role::Application);
  EXPECT_EQ(format_utc(event.at), "2026-11-22T18:00:18.000Z");
  const auto good = reader.read("2026-11-22T18:00:18Z upstream=db1 status=200 rid=- x", kNow);
  EXPECT_TRUE(good.value().causes.empty());
  EXPECT_EQ(good.value().request_id, "");
  EXPECT_FALSE(reader.read("nothing of that", kNow));
}

TEST(OwnPattern, RefusesWhatCanTellNothing) {
  EXPECT_FALSE(OwnPattern::make("status=(\\d+)", {}));
  EXPECT_FALSE(OwnPattern::make("(?P<code>\\d+)", {}));
  EXPECT_FALSE(OwnPattern::make("(?P<status>", {}));
  EXPECT_FALSE(OwnPattern::make(std::string(kMaxPatternLength, 'a') + "(?P<status>.)", {}));
}

TEST(LogReader, GivesALineOfTheFutureTheTimeOfItsReading) {
  EXPECT_EQ(read_well(LogKind::NginxAccess,
                      R"(::1 - - [22/Nov/2026:23:01:30 +0000] "GET / HTTP/1.1" 200 1)")
                .at,
            kNow);
}

TEST(LogReader, KeepsOnlyPrintableAndBoundedText) {
  std::string line = R"(::1 - - [22/Nov/2026:18:01:30 +0000] "GET /)";
  line += std::string(10, '\0') + "\x1b[2J\xff" + std::string(100'000, 'a') +
          R"( HTTP/1.1" 502 1 request_id=")" + std::string(10'000, '\x01') + '"';
  const GatewayEvent event = read_well(LogKind::NginxAccess, line);
  for (const std::string& text : {event.path, event.line, event.request_id}) {
    EXPECT_LE(text.size(), kMaxEventLine);
    EXPECT_TRUE(is_printable_utf8(text));
  }
}

TEST(LogReader, TakesAnyBytesForAnyKind) {
  std::string bytes;
  for (int i = 0; i < 4'000; ++i) {
    bytes += static_cast<char>((i * 131 + i / 256) % 256);
  }
  for (const LogKind kind : kAllLogKinds) {
    if (kind != LogKind::Pattern) {
      LogReader reader("edge", kind);
      for (size_t at = 0; at < bytes.size(); at += 97) {
        EXPECT_FALSE(reader.read(bytes.substr(at), kNow)) << to_string(kind);
      }
      EXPECT_FALSE(reader.read("", kNow));
      EXPECT_FALSE(reader.read("{}", kNow));
    }
  }
}

TEST(LogKind, HasAWordOfItsOwn) {
  for (const LogKind kind : kAllLogKinds) {
    EXPECT_EQ(parse_log_kind(to_string(kind)), kind);
  }
  EXPECT_FALSE(parse_log_kind("nginx access"));
}

}  // namespace
}  // namespace gatewatch::logs
