// SPDX-License-Identifier: MIT
//
// Reading a target's settings, through real configuration files.
#include "probe/kinds/kinds.h"

#include <gtest/gtest.h>

#include <fstream>

#include "config/config.h"
#include "probe/kinds/http_kind.h"
#include "tests/support/temp_dir.h"

namespace gatewatch::probe {
namespace {

// What reading one target with the given lines gives.
struct Reading {
  explicit Reading(const std::string& lines, const std::string& before = "") {
    const std::string path = directory.file("gatewatch.toml");
    std::ofstream(path) << before << "[[channel]]\nname = \"ops\"\nkind = \"webhook\"\n"
                        << "[[target]]\nname = \"shop\"\n"
                        << lines << '\n';
    std::optional<config::Config> loaded = config::load(path, {}, diagnostics);
    if (loaded && !loaded->targets.empty()) {
      config::TargetConfig& target = loaded->targets[0];
      shown_url = target.target.url;
      make = read_prober(target.target, target.settings);
      settings = read_http_keys(target.settings);
      target.settings.finish();
      check_defaults(loaded->defaults);
      loaded->defaults.finish();
    }
    for (const config::Diagnostic& diagnostic : diagnostics.sorted()) {
      messages += diagnostic.message + '\n';
    }
  }

  testing::TempDir directory;
  config::Diagnostics diagnostics;
  std::string messages;
  std::string shown_url;
  MakeProber make;
  HttpSettings settings;
};

TEST(ReadProber, TakesAUrlAndDefaults) {
  const Reading reading(R"(url = "https://shop.example.com/health")");
  EXPECT_EQ(reading.messages, "");
  EXPECT_TRUE(reading.make);
  EXPECT_EQ(reading.settings.method, "GET");
  EXPECT_TRUE(reading.settings.headers.empty());
  EXPECT_EQ(reading.settings.body, "");
  EXPECT_EQ(reading.settings.max_redirects, 5);
  EXPECT_TRUE(reading.settings.tls.verify);
  EXPECT_TRUE(reading.settings.expected.contains(200));
  EXPECT_TRUE(reading.settings.expected.contains(399));
  EXPECT_FALSE(reading.settings.expected.contains(199));
  EXPECT_FALSE(reading.settings.expected.contains(400));
}

TEST(ReadProber, ReadsAllKeysOfHttp) {
  const Reading reading(R"(url = "http://shop.example.com/"
method = "POST"
headers = { X-Key = "k3y", Host = "www" }
body = "ping"
expect_status = "200, 3xx"
follow_redirects = 0
verify = true
ca_file = "/etc/ca.pem"
expect_body = "pong"
max_latency = "2s"
resolver = "192.0.2.53"
ip_family = "6"
connect_to = "[2001:db8::1]:8443")");
  EXPECT_EQ(reading.messages, "");
  EXPECT_TRUE(reading.make);
  EXPECT_EQ(reading.settings.method, "POST");
  ASSERT_EQ(reading.settings.headers.size(), 2U);
  EXPECT_EQ(reading.settings.headers[0].first, "X-Key");
  EXPECT_EQ(reading.settings.headers[0].second.reveal(), "k3y");
  EXPECT_EQ(reading.settings.body, "ping");
  EXPECT_FALSE(reading.settings.expected.contains(201));
  EXPECT_EQ(reading.settings.max_redirects, 0);
  EXPECT_EQ(reading.settings.tls.ca_file, "/etc/ca.pem");
  EXPECT_TRUE(reading.settings.expectations.needs_body());
  EXPECT_EQ(reading.settings.expectations.max_latency, std::chrono::seconds(2));
  EXPECT_EQ(reading.settings.resolver, "192.0.2.53:53");
  EXPECT_EQ(reading.settings.ip_family, Address::Family::V6);
  EXPECT_EQ(reading.settings.connect_to, parse_endpoint("[2001:db8::1]:8443"));
}

TEST(ReadProber, DoesNotShowCredentialsOfAUrl) {
  const Reading reading(R"(url = "https://mon:geheim@shop.example.com/")");
  EXPECT_TRUE(reading.make);
  EXPECT_EQ(reading.shown_url.find("geheim"), std::string::npos) << reading.shown_url;
}

TEST(ReadProber, TellsAUrlThatIsOfNoUse) {
  const Reading scheme(R"(url = "shop.example.com/health")");
  EXPECT_FALSE(scheme.make);
  EXPECT_EQ(scheme.messages,
            "url does not begin with one of http://, https://, dns://, icmp://, tcp://, tls://\n");
  EXPECT_EQ(scheme.diagnostics.sorted()[0].hint, "put https:// or http:// before it");

  const Reading slip(R"(url = "htps://shop.example.com/health")");
  EXPECT_EQ(slip.diagnostics.sorted().at(0).hint, "did you mean https://?");

  const Reading host(R"(url = "https:///health")");
  EXPECT_FALSE(host.make);
  EXPECT_EQ(host.messages, "url has no host\n");
}

TEST(ReadProber, TellsEveryMistakeOfTheOtherKeys) {
  const Reading reading(R"(url = "http://shop.example.com/"
method = "get"
headers = { "X Key" = "a", X-Line = "a\r\nEvil: b", Content-Length = "5" }
expect_status = "20-30"
follow_redirects = 21
verify = "yes"
ca_file = ""
ip_family = "ipv4"
connect_to = "other.example.com")");
  for (const char* part :
       {"method is not the name of an HTTP method", "\"X Key\" is not the name of a header field",
        "expect_status is not a list of status codes", "follow_redirects", "verify",
        "ca_file is empty", "ip_family", "connect_to is not an address"}) {
    EXPECT_NE(reading.messages.find(part), std::string::npos) << part << "\n" << reading.messages;
  }
  EXPECT_TRUE(reading.diagnostics.has_errors());
}

TEST(ReadProber, TakesAResolverByItsAddressOnly) {
  const std::string url = "url = \"http://shop.example.com/\"\n";
  for (const auto& [written, read] :
       {std::pair("192.0.2.53:5353", "192.0.2.53:5353"),
        std::pair("2001:db8::53", "[2001:db8::53]:53"), std::pair("[::1]:5353", "[::1]:5353")}) {
    const Reading reading(url + "resolver = \"" + written + "\"");
    EXPECT_EQ(reading.messages, "");
    EXPECT_EQ(reading.settings.resolver, read);
  }
  for (const char* written : {"", "dns.example.com", "192.0.2.53:0", "192.0.2.53, 192.0.2.54"}) {
    const Reading reading(url + "resolver = \"" + written + "\"");
    EXPECT_EQ(reading.messages, "resolver is not the address of a name server\n") << written;
    EXPECT_TRUE(reading.diagnostics.has_errors());
  }
}

TEST(ReadProber, ReadsWhetherAllAddressesAreProbed) {
  const std::string url = "url = \"http://shop.example.com/\"\n";
  EXPECT_FALSE(Reading(url).settings.every_address);
  EXPECT_FALSE(Reading(url + "addresses = \"one\"").settings.every_address);
  const Reading all(url + "addresses = \"all\"");
  EXPECT_EQ(all.messages, "");
  EXPECT_TRUE(all.settings.every_address);
  EXPECT_TRUE(Reading(url + "addresses = \"every\"").diagnostics.has_errors());
  const Reading both(url + "addresses = \"all\"\nconnect_to = \"192.0.2.1\"");
  EXPECT_FALSE(both.diagnostics.has_errors());
  EXPECT_EQ(both.messages, "addresses = \"all\" is of no effect beside connect_to\n");
  EXPECT_FALSE(both.settings.every_address);
  for (const std::string other : {"proxy", "unix_socket"}) {
    const std::string way = other == "proxy" ? "\"http://proxy:3128\"" : "\"/run/shop.sock\"";
    std::string lines = url;
    lines += "addresses = \"all\"\n" + other + " = " + way;
    const Reading reading(lines);
    EXPECT_FALSE(reading.diagnostics.has_errors());
    EXPECT_EQ(reading.messages, "addresses = \"all\" is of no effect beside " + other + '\n');
    EXPECT_FALSE(reading.settings.every_address);
  }
}

TEST(ReadProber, WarnsThatAProxyIsNotPassedByForAnAddress) {
  const Reading reading(R"(url = "http://shop.example.com/"
proxy = "http://proxy:3128"
connect_to = "192.0.2.1")");
  EXPECT_FALSE(reading.diagnostics.has_errors());
  EXPECT_EQ(reading.messages, "connect_to is of no effect beside proxy\n");
  EXPECT_FALSE(reading.settings.connect_to);
}

TEST(ReadProber, TellsHeaderValuesThatWouldEndTheirLine) {
  const Reading reading(R"(url = "http://shop.example.com/"
headers = { X-Line = "geheim\r\nEvil: b" })");
  EXPECT_EQ(reading.messages, "the value of X-Line contains a line end or a NUL\n");
}

TEST(ReadProber, TellsTwoWaysOfAuthorizing) {
  const Reading reading(R"(url = "http://u:p@shop.example.com/"
headers = { authorization = "Bearer x" })");
  EXPECT_EQ(reading.messages, "Authorization is set, but the url carries credentials too\n");
}

TEST(ReadProber, WarnsOfExpectedRedirectsThatAreFollowed) {
  const Reading reading(R"(url = "http://shop.example.com/"
expect_status = "301")");
  EXPECT_TRUE(reading.make);
  EXPECT_FALSE(reading.diagnostics.has_errors());
  EXPECT_EQ(reading.messages, "only redirects are expected, but they are followed\n");
}

TEST(ReadProber, WarnsOfALatencyThatIsATimeoutFirst) {
  const Reading reading(R"(url = "http://shop.example.com/"
timeout = "5s"
max_latency = "5s")");
  EXPECT_TRUE(reading.make);
  EXPECT_FALSE(reading.diagnostics.has_errors());
  EXPECT_EQ(reading.messages, "max_latency is not below timeout, and so never exceeded\n");
}

TEST(ReadProber, TellsThatHttpHasNoCertificate) {
  const Reading own(R"(url = "http://shop.example.com/"
min_certificate_days = 14)");
  EXPECT_EQ(own.messages, "an http:// url has no certificate\n");
  const Reading https(R"(url = "https://shop.example.com/"
min_certificate_days = 14)");
  EXPECT_EQ(https.messages, "");
  EXPECT_EQ(https.settings.expectations.min_certificate_days, 14);
  const Reading by_default(R"(url = "http://shop.example.com/")",
                           "[defaults]\nmin_certificate_days = 14\n");
  EXPECT_EQ(by_default.messages, "");
  EXPECT_TRUE(by_default.make);
}

TEST(ReadProber, TellsAnExpectationThatIsATableOfTheWrongForm) {
  const Reading reading(R"(url = "http://shop.example.com/"
expect_json = "ok")");
  EXPECT_EQ(reading.messages, "expect_json must be a table, not a string\n");
  EXPECT_EQ(reading.diagnostics.sorted()[0].hint, "write expect_json = { KEY = … }");
}

TEST(ReadProber, ReadsExpectationsFromDefaults) {
  const Reading reading(R"(url = "http://shop.example.com/")",
                        "[defaults]\nexpect_json = { \"/status\" = \"ok\" }\n");
  EXPECT_EQ(reading.messages, "");
  EXPECT_EQ(reading.settings.expectations.json.size(), 1U);
}

TEST(ReadProber, ReadsWhatIsMissingFromDefaults) {
  const Reading reading(R"(url = "http://shop.example.com/")",
                        "[defaults]\nexpect_status = \"200\"\nheaders = { X-Key = \"k\" }\n");
  EXPECT_EQ(reading.messages, "");
  EXPECT_FALSE(reading.settings.expected.contains(204));
  EXPECT_EQ(reading.settings.headers.size(), 1U);
}

TEST(ReadProber, TellsAMistakeInDefaultsOnce) {
  const Reading reading(R"(url = "http://shop.example.com/")",
                        "[defaults]\nexpect_status = \"ok\"\n");
  EXPECT_EQ(reading.messages, "expect_status is not a list of status codes\n");
}

TEST(ReadProber, LeavesUnknownKeysToBeTold) {
  const Reading reading(R"(url = "http://shop.example.com/"
expect_statsu = "200")");
  EXPECT_NE(reading.messages.find("expect_statsu"), std::string::npos) << reading.messages;
}

}  // namespace
}  // namespace gatewatch::probe
