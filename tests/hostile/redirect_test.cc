// SPDX-License-Identifier: MIT
//
// Servers that send the probe elsewhere.
#include "tests/hostile/hostile.h"
#include "tests/hostile/hostile_dns.h"
#include "tests/support/test_certificate.h"

namespace gatewatch::probe {
namespace {

using testing::a_record;
using testing::answer;
using testing::dns_reply;
using testing::DnsQuery;
using testing::HostileDns;
using testing::repeated;
using testing::Script;
using testing::ScriptedServer;
using testing::TestCertificate;

Script redirect_to(const std::string& location) {
  return answer("302 Found", "", "Location: " + location + "\r\n");
}

// 64, 65, 66, 70: where it leads nowhere.
Row dead_end(int number, const std::string& name, const std::string& location,
             const std::string& why) {
  return {.number = number,
          .name = name,
          .scripts = {redirect_to(location), answer("200 OK", "elsewhere")},
          .outcome = Outcome::Protocol,
          .status = 302,
          .why = why,
          .error = "redirect"};
}

// Where it leads to an answer.
Row followed(int number, const std::string& name, const std::string& location,
             const std::string& why) {
  return {.number = number,
          .name = name,
          .scripts = {redirect_to(location), answer("200 OK", "elsewhere")},
          .outcome = Outcome::Ok,
          .status = 200,
          .why = why};
}

std::vector<Row> rows() {
  const std::string only_web = "only http and https are spoken";
  return {
      {.number = 64,
       .name = "LoopIsHttpError",
       .scripts = {redirect_to("/again")},
       .outcome = Outcome::HttpError,
       .status = 302,
       .why = "five redirects are followed, the sixth is the answer",
       .error = "more than 5 redirects"},
      {.number = 65,
       .name = "ChainOfFiftyIsHttpError",
       .scripts = std::vector<Script>(50, redirect_to("http://127.0.0.1:{port}/next")),
       .outcome = Outcome::HttpError,
       .status = 302,
       .why = "five redirects are followed, the sixth is the answer",
       .error = "more than 5 redirects"},
      dead_end(66, "ToAFileIsProtocol", "file:///etc/passwd", only_web),
      dead_end(66, "ToGopherIsProtocol", "gopher://127.0.0.1:{port}/_GET", only_web),
      dead_end(66, "ToJavascriptIsProtocol", "javascript:alert(1)", only_web),
      followed(67, "ToLoopbackIsFollowed", "http://127.0.0.1:{port}/",
               "services of one's own machine and network are what many watch"),
      followed(67, "ToLoopbackMappedToIpv6IsFollowed", "http://[::ffff:127.0.0.1]:{port}/",
               "one more spelling"),
      followed(67, "ToLoopbackInHexIsFollowed", "http://0x7f.1:{port}/", "one more spelling"),
      dead_end(70, "LocationOf64KilobytesIsProtocol", "/" + repeated("x", 60'000),
               "longer than any url that is taken"),
      {.number = 70,
       .name = "EmptyLocationIsTheAnswer",
       .scripts = {redirect_to("")},
       .outcome = Outcome::Ok,
       .status = 302,
       .why = "a redirect that names no place is an answer like any other"},
      followed(70, "RelativeLocationIsFollowed", "../other?x=1#part", "as browsers do"),
      dead_end(70, "HomographIsProtocol", "http://sh\xD0\xBEp.test:{port}/",
               "a host name has ASCII letters only; its other form shows what it is"),
      {.number = 70,
       .name = "LocationWithCarriageReturnIsProtocol",
       .scripts = {redirect_to("/a\rX-Injected: yes"), answer("200 OK", "elsewhere")},
       .outcome = Outcome::Protocol,
       .status = 302,
       .why = "a control character in a value"},
  };
}

void play_foreign_host(Hostile& test) {
  ScriptedServer well_behaved({answer("200 OK")});
  test.begin();
  test.befriend({well_behaved.url()});
  {
    ScriptedServer other({answer("200 OK", "elsewhere")});
    ScriptedServer server({redirect_to(other.url())});
    const std::string url = "http://user:secret@127.0.0.1:" + std::to_string(server.port()) + "/";
    const ProbeResult result =
        test.probe({url, "headers = { Cookie = \"session=secret\", X-Api-Key = \"secret\" }\n"});
    expect_result(result, Outcome::Ok, 200);
    ASSERT_EQ(server.requests().size(), 1U);
    EXPECT_NE(server.requests()[0].find("Authorization: Basic"), std::string::npos);
    EXPECT_NE(server.requests()[0].find("X-Api-Key: secret"), std::string::npos);
    ASSERT_EQ(other.requests().size(), 1U);
    EXPECT_EQ(other.requests()[0].find("Authorization"), std::string::npos);
    EXPECT_EQ(other.requests()[0].find("secret"), std::string::npos);
  }
  test.expect_unharmed();
}

void play_to_plain(Hostile& test) {
  const TestCertificate certificate("127.0.0.1");
  const std::string lines = "ca_file = \"" + certificate.files().certificate_file + "\"\n";
  ScriptedServer well_behaved({answer("200 OK")}, certificate.files());
  test.begin();
  test.befriend({well_behaved.url(), lines});
  {
    ScriptedServer plain({answer("200 OK", "elsewhere")});
    ScriptedServer server({redirect_to(plain.url())}, certificate.files());
    const ProbeResult result = test.probe({server.url(), lines});
    expect_result(result, Outcome::Protocol, 302);
    EXPECT_EQ(plain.connections(), 0U);
  }
  test.expect_unharmed();
}

// What the server that the redirect leads to reads begins with `request_line` and holds none of
// `absent`.
void play_location(Hostile& test, const std::string& location, const std::string& request_line,
                   const std::string& absent) {
  ScriptedServer well_behaved({answer("200 OK")});
  test.begin();
  test.befriend({well_behaved.url()});
  {
    ScriptedServer server({redirect_to(location), answer("200 OK", "elsewhere")});
    expect_result(test.probe({server.url()}), Outcome::Ok, 200);
    ASSERT_EQ(server.requests().size(), 2U);
    const std::string request = server.requests()[1];
    EXPECT_TRUE(request.starts_with(request_line)) << request;
    EXPECT_EQ(request.find(absent), std::string::npos) << request;
  }
  test.expect_unharmed();
}

void play_rebinding(Hostile& test) {
  ScriptedServer server({redirect_to("/secret"), answer("200 OK", "elsewhere")});
  ScriptedServer well_behaved({answer("200 OK")});
  HostileDns dns([](const DnsQuery& query) -> std::vector<std::string> {
    if (!query.is(DnsQuery::Type::A)) {
      return {dns_reply(query, {})};
    }
    return {dns_reply(query, {a_record(query.earlier == 0 ? "127.0.0.1" : "127.0.0.2")})};
  });
  test.begin({}, dns.servers());
  test.befriend({"http://well.test:" + std::to_string(well_behaved.port()) + "/"});
  const ProbeResult result =
      test.probe({"http://shop.test:" + std::to_string(server.port()) + "/"});
  expect_result(result, Outcome::Ok, 200);
  EXPECT_EQ(result.address, "127.0.0.1");
  test.expect_unharmed();
}

[[maybe_unused]] const bool kRows = add_rows("Redirect", rows());
[[maybe_unused]] const bool kScenes = add_scenes(
    "Redirect",
    {
        {68, "CredentialsDoNotLeaveTheirOrigin", "another port is another origin",
         &play_foreign_host},
        {69, "FromHttpsToHttpIsProtocol", "what was asked for in secret is not asked in the open",
         &play_to_plain},
        {70, "EncodedLineEndsStayEncoded", "nothing decodes a path",
         [](Hostile& test) {
           play_location(test, "/a%0d%0aX-Injected:%20yes",
                         "GET /a%0d%0aX-Injected:%20yes HTTP/1.1\r\n", "\nX-Injected");
         }},
        {70, "CredentialsOfALocationAreNotSent", "the server could have them logged elsewhere",
         [](Hostile& test) {
           play_location(test, "http://user:secret@127.0.0.1:{port}/x", "GET /x HTTP/1.1\r\n",
                         "Authorization");
         }},
        {71, "NameThatChangesItsAddressIsNotAskedAgain", "one probe stays with one address",
         &play_rebinding},
    });

}  // namespace
}  // namespace gatewatch::probe
