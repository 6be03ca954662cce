// SPDX-License-Identifier: MIT
#include "logs/line_mask.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "logs/line_text.h"
#include "logs/log_reader.h"

namespace gatewatch::logs {
namespace {

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} +
                        std::chrono::hours(20)};

std::string line_of(LogReader reader, const std::string& line) {
  const auto event = reader.read(line, kNow);
  EXPECT_TRUE(event.has_value()) << line;
  return event ? event->line : "";
}

TEST(LineMask, HidesWhatFollowsAQuestionMark) {
  EXPECT_EQ(mask_secrets("GET /a?b=geheim HTTP/1.1"), "GET /a?*** HTTP/1.1");
  EXPECT_EQ(mask_secrets("\"GET /a?b='x'geheim&c HTTP/1.1\""), "\"GET /a?*** HTTP/1.1\"");
  EXPECT_EQ(mask_secrets("upstream: \"http://x/?b=\"geheim\", host"),
            "upstream: \"http://x/?***\", host");
  EXPECT_EQ(mask_secrets("Get \"http://x/?b=geheim\": dial tcp"),
            "Get \"http://x/?***\": dial tcp");
  EXPECT_EQ(mask_secrets("why? no"), "why? no");
}

TEST(LineMask, HidesValuesWhoseNamesTellThatTheyAreSecret) {
  for (const std::string text : {
           "Authorization: Bearer geheim",
           "authorization: Digest username=\"a\", response=\"geheim\"",
           "Cookie: a=geheim; b=\"geheim\"; c=geheim",
           "X-Api-Key:geheim",
           R"("X-Api-Key":["geheim","geheim"] 200)",
           R"({\"access_token\":\"geheim\"})",
           "'password' => 'geheim'",
           "db_passwd = geheim",
           "/pay;jsessionid=geheim HTTP/1.1",
           "PHPSESSID=geheim",
           "connect.sid=geheim",
           "user[secret]=geheim",
           "sent Bearer geheim to it",
           "upstream sent duplicate header line: \"X-Tenant: geheim\", previous value: "
           "\"X-Tenant: geheim\" while reading",
           "http://user:geheim@10.0.0.5/x",
           "https://geheim@10.0.0.5/x",
           "jwt=geheim",
           "apikey=geheim",
           "api_key: geheim",
           "x-amz-signature=geheim",
           "user[pass]=geheim",
           "passphrase=geheim",
           "authorization=Digest username=\"a\", response=\"geheim\"",
           "AWS4-HMAC-SHA256 Credential=geheim/x, SignedHeaders=host, Signature=geheim",
           "cookie=a=geheim; b=geheim next",
           R"("auth":{"a":{"b":"geheim"},"c":"geheim"})",
           R"("keys":["a]geheim","geheim"])",
           R"(msg="with token="geheim" now")",
       }) {
    EXPECT_EQ(mask_secrets(text).find("geheim"), std::string::npos) << mask_secrets(text);
    EXPECT_NE(mask_secrets(text).find("***"), std::string::npos) << mask_secrets(text);
  }
}

TEST(LineMask, HidesWhatStandsBeforeTheHostOfAUrl) {
  EXPECT_EQ(mask_secrets("to http://user:ge/heim@10.0.0.5/x"), "to http://***@10.0.0.5/x");
  EXPECT_EQ(mask_secrets("http://user:12/geheim@shop/x"), "http://***@shop/x");
  EXPECT_EQ(mask_secrets("http://user:ge@heim@10.0.0.5/x"), "http://***@10.0.0.5/x");
  EXPECT_EQ(mask_secrets("http://a/b,http://user:geheim@c"), "http://a/b,http://***@c");
  for (const std::string text : {"http://10.0.0.5:80/@scope/x", "http://[::1]:80/@scope/x",
                                 "https://shop.example/@user/x", "http://10.0.0.5:80/x b@c"}) {
    EXPECT_EQ(mask_secrets(text), text);
  }
}

TEST(LineMask, HidesWebTokensWhereverTheyStand) {
  EXPECT_EQ(mask_secrets("sent eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.Zm-_ to it"), "sent *** to it");
  EXPECT_EQ(mask_secrets("GET /verify/eyJhbGciOiJIUzI1NiJ9.eyJzdWIi HTTP/1.1"),
            "GET /verify/*** HTTP/1.1");
  EXPECT_EQ(mask_secrets("/heyJude"), "/heyJude");
}

TEST(LineMask, HidesWhatWasEscaped) {
  EXPECT_EQ(mask_secrets("/a;password%3Dgeheim%26b%3Dgeheim HTTP"), "/a;password%3D*** HTTP");
  EXPECT_EQ(mask_secrets("https%3A%2F%2Fuser%3Ageheim%40host%2Fx y"),
            "https%3A%2F%2F***%40host%2Fx y");
  EXPECT_EQ(mask_secrets("api%5Fkey%253Dgeheim y"), "api%5Fkey%253D*** y");
  EXPECT_EQ(mask_secrets("%7B%22password%22%3A%22geheim%22%7D"),
            "%7B%22password%22%3A%22***%22%7D");
  EXPECT_EQ(mask_secrets(R"(\x22password\x22:\x22geheim\x22, b)"),
            R"(\x22password\x22:\x22***\x22, b)");
  EXPECT_EQ(mask_secrets(R"("{\"password\":\"geheim\",\"b\":1}")"),
            R"("{\"password\":\"***\",\"b\":1}")");
  EXPECT_EQ(mask_secrets(R"("{\\\"password\\\":\\\"ge\\\\\\\"heim\\\",\\\"b\\\":1}")"),
            R"("{\\\"password\\\":\\\"***\\\",\\\"b\\\":1}")");
  EXPECT_EQ(mask_secrets(R"({"password":"ge\"heim","b":1})"), R"({"password":"***","b":1})");
  EXPECT_EQ(mask_secrets(R"({"password":"geheim\\","b":1})"), R"({"password":"***","b":1})");
}

// A secret that ends behind the part of a line that is shown is known by its whole.
TEST(LineMask, LooksBeyondWhatIsShown) {
  const std::string before = "[error] " + std::string(480, 'x') + " http://";
  EXPECT_EQ(shown_line(before + "user:geheim-and-more@10.0.0.5/x"), before + "***@10.0.0.5/x");
  const std::string line = shown_fields({{"upstream", before + "user:geheim@10.0.0.5/x"}});
  EXPECT_EQ(line.find("user"), std::string::npos) << line;
}

TEST(LineMask, LeavesOutTheWordAtWhichItStopsToLook) {
  const std::string query = "GET /a?" + std::string(kMaxMaskedText - 30, 'x');
  EXPECT_EQ(mask_secrets(query + " http://user:geheim@10.0.0.5/x"), "GET /a?*** …");
  EXPECT_EQ(mask_secrets(std::string(kMaxMaskedText + 1, 'x')), "…");
  EXPECT_EQ(mask_secrets(std::string(kMaxMaskedText, 'x')), std::string(kMaxMaskedText, 'x'));
}

TEST(LineMask, KeepsWhatIsBesideASecret) {
  EXPECT_EQ(mask_secrets(R"(a="1" token="geheim" b="2")"), R"(a="1" token="***" b="2")");
  EXPECT_EQ(mask_secrets("a token=geheim b=2"), "a token=*** b=2");
  EXPECT_EQ(mask_secrets(R"("Cookie: a=geheim; b=geheim" 502)"), R"("Cookie: ***" 502)");
  EXPECT_EQ(mask_secrets("[id 7] side=\"b\" host: \"shop\" upstream: \"10.0.0.5:80\""),
            "[id 7] side=\"b\" host: \"shop\" upstream: \"10.0.0.5:80\"");
  EXPECT_EQ(mask_secrets("token=\"\""), "token=\"\"");
  EXPECT_EQ(mask_secrets("token"), "token");
  EXPECT_EQ(mask_secrets("token="), "token=");
  EXPECT_EQ(mask_secrets("token=\""), "token=\"");
  EXPECT_EQ(mask_secrets("token: ["), "token: [");
  EXPECT_EQ(mask_secrets(R"(token=\")"), R"(token=\")");
}

TEST(LineMask, TakesAnyText) {
  const std::array<std::string_view, 17> pieces{"token", "=",       ":",   "\"",  "'", "\\",
                                                "[",     "]",       "{",   " ",   "?", "@",
                                                "://",   "Basic x", "%22", "eyJ", "; "};
  uint32_t state = 1;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      state = state * 1'664'525 + 1'013'904'223;
      text += pieces[(state >> 16) % pieces.size()];
    }
    const std::string masked = mask_secrets(text);
    EXPECT_LE(masked.size(), 4 * text.size()) << text;
    EXPECT_EQ(masked.empty(), text.empty()) << text;
  }
}

constexpr std::string_view kHeaders =
    R"("headers":{"X-Tenant":["geheim"],"X-Api-Key":["geheim"],"X-Request-Id":["abc-1"]})";

TEST(EvidenceOfCaddy, HoldsNoHeader) {
  const std::string request =
      R"("request":{"method":"GET","host":"shop","uri":"/pay?card=geheim",)" +
      std::string(kHeaders) + "}";
  EXPECT_EQ(line_of({"edge", LogKind::Caddy},
                    R"({"level":"error","ts":1795370265.35,"logger":"http.log.error",)"
                    R"("msg":"dial tcp 10.0.0.5:80: connect: connection refused",)" +
                        request + R"(,"status":502})"),
            R"(level=error logger=http.log.error )"
            R"(msg="dial tcp 10.0.0.5:80: connect: connection refused" status=502 )"
            R"(request="GET /pay" host=shop request_id=abc-1)");
  EXPECT_EQ(line_of({"edge", LogKind::Caddy},
                    R"({"level":"error","ts":1795370265.35,"logger":"http.log.access",)"
                    R"("msg":"handled request",)" +
                        request + R"(,"status":502,"resp_headers":{"Set-Cookie":["a=geheim"]}})"),
            R"(level=error logger=http.log.access msg="handled request" status=502 )"
            R"(request="GET /pay" host=shop request_id=abc-1)");
}

TEST(EvidenceOfAccessLogs, HoldsNoFieldThatIsNotKnown) {
  EXPECT_EQ(line_of({"edge", LogKind::NginxAccess},
                    R"({"status":502,"request":"GET /pay?card=geheim HTTP/1.1",)"
                    R"("upstream_addr":"10.0.0.5:80","tenant":"geheim","http_cookie":"geheim"})"),
            R"(request="GET /pay" status=502 upstream_addr=10.0.0.5:80)");
  EXPECT_EQ(
      line_of({"edge", LogKind::NginxAccess},
              R"(::1 - - [22/Nov/2026:18:01:30 +0000] "GET /pay?a='b'geheim HTTP/1.1" 502 157 )"
              R"("https://x/geheim" "geheim" "geheim" http_cookie="geheim" upstream_status="502")"),
      R"(::1 - - [22/Nov/2026:18:01:30 +0000] "GET /pay?*** HTTP/1.1" 502 157 )"
      R"(upstream_status=502)");
}

TEST(EvidenceOfHaproxy, HoldsNothingThatWasCaptured) {
  EXPECT_EQ(line_of({"edge", LogKind::Haproxy},
                    "lb1 haproxy[1]: 10.0.0.9:36816 [22/Nov/2026:18:00:53.098] fe shop/s1 "
                    "0/0/-1/-1/3001 503 217 SID=geheim a=geheim SC-- 1/1/0/0/3 0/0 {abc-1|geheim} "
                    "{geheim} \"GET /pay?card=geheim HTTP/1.1\" geheim"),
            "[22/Nov/2026:18:00:53.098] fe shop/s1 0/0/-1/-1/3001 503 217 - - SC-- 1/1/0/0/3 0/0 "
            "\"GET /pay?*** HTTP/1.1\"");
}

TEST(EvidenceOfOwnPatterns, HoldsTheNamedGroupsAlone) {
  const auto pattern = OwnPattern::make(
      R"re(^(?P<time>\S+) (?:\S+) (?P<status>\d+) (?P<path>\S+) (?P<upstream>.*) #)re", {});
  EXPECT_EQ(line_of({"app", LogKind::Pattern, pattern.value()},
                    "2026-11-22T18:00:18Z geheim 502 /pay?x=geheim token=geheim # geheim"),
            R"(time=2026-11-22T18:00:18Z status=502 path=/pay upstream=token=***)");
}

// What is kept of the upstream, to be compared, is cut; what is shown is masked before it is.
TEST(EvidenceOfOwnPatterns, HoldsNoBeginningOfASecret) {
  const auto pattern = OwnPattern::make(R"re(^(?P<status>\d+) (?P<upstream>.*)$)re", {});
  const std::string line =
      line_of({"app", LogKind::Pattern, pattern.value()},
              "502 " + std::string(230, 'x') + " http://user:geheim-geheim@10.0.0.5/");
  EXPECT_EQ(line.find("geheim"), std::string::npos) << line;
}

TEST(EvidenceOfSquid, HoldsNoHeader) {
  const std::string line = line_of(
      {"edge", LogKind::Squid},
      "1795370265.350     12 10.0.0.9 TCP_MISS/502 4111 GET http://shop/pay - HIER_DIRECT/10.0.0.5 "
      "text/html [X-Tenant: geheim\\r\\nHost: shop]");
  EXPECT_NE(line.find("HIER_DIRECT/10.0.0.5"), std::string::npos);
  EXPECT_EQ(line.find("geheim"), std::string::npos);
}

TEST(EvidenceOfVarnish, HoldsTheFailureAndNoHeader) {
  LogReader varnish("edge", LogKind::Varnish);
  std::optional<GatewayEvent> event;
  for (const std::string line :
       {"*   << Request  >> 1", "-   Link           bereq 2 fetch", "-   RespStatus     503",
        "-   End", "**  << BeReq    >> 2",
        "--  FetchError     backend shop: fail errno 111 (Connection refused)", "--  End"}) {
    event = varnish.read(line, kNow);
  }
  EXPECT_EQ(event.value().line, "FetchError backend shop: fail errno 111 (Connection refused)");
  for (const std::string line :
       {"*   << Request  >> 3", "-   ReqURL         /pay?card=geheim",
        "-   ReqHeader      X-Tenant: geheim", "-   Link           bereq 4 fetch",
        "-   RespStatus     503", "-   End", "**  << BeReq    >> 4",
        "--  BogoHeader     Too many headers: X-Tenant: geheim", "--  End"}) {
    event = varnish.read(line, kNow);
  }
  EXPECT_EQ(event.value().line, "FetchError Too many headers");
}

// nginx shows a header between quotation marks and leaves the header's own as they are.
TEST(LineMask, HidesAHeadersValueWithQuotationMarksOfItsOwn) {
  EXPECT_EQ(
      mask_secrets("upstream sent invalid header: \"Set-Cookie: sess=\"geheim\"; Path=/\\x00...\" "
                   "while reading response header from upstream"),
      "upstream sent invalid header: \"Set-Cookie: ***\" while reading response header from "
      "upstream");
  EXPECT_EQ(
      mask_secrets("sent duplicate header line: \"X-A: a \"geheim\"\", previous value: \"X-A: "
                   "\"geheim\" b\" while reading"),
      "sent duplicate header line: \"X-A: ***\", previous value: \"X-A: ***\" while reading");
}

}  // namespace
}  // namespace gatewatch::logs
