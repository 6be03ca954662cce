// SPDX-License-Identifier: MIT
//
// Reading the settings of the kinds that are not HTTP.
#include <gtest/gtest.h>

#include "config/config.h"
#include "probe/kinds/kinds.h"
#include "probe/kinds/push_prober.h"
#include "probe/kinds/tcp_prober.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

// What reading one target with the given lines gives.
struct Reading {
  explicit Reading(const std::string& lines, const std::string& defaults = "") {
    config::Config loaded = config::load_text(
        "t",
        defaults +
            "[[channel]]\nname = \"ops\"\nkind = \"webhook\"\n[[target]]\nname = \"shop\"\n" +
            lines + '\n',
        {}, diagnostics);
    config::TargetConfig& target = loaded.targets.at(0);
    shown_url = target.target.url;
    make = read_prober(target.target, target.settings);
    target.settings.finish();
    check_defaults(loaded.defaults);
    loaded.defaults.finish();
    settings = target.settings;
    for (const config::Diagnostic& diagnostic : diagnostics.sorted()) {
      messages += diagnostic.message + '\n';
    }
  }

  config::Diagnostics diagnostics;
  std::string messages;
  std::string shown_url;
  MakeProber make;
  std::optional<config::Table> settings;
};

// Lines of a target, and what is told about them; nothing for good ones.
struct Row {
  const char* lines;
  const char* messages;
};

void expect_messages(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const Reading reading(row.lines);
    EXPECT_EQ(reading.messages, row.messages) << row.lines;
    EXPECT_TRUE(reading.make || *row.messages != '\0') << row.lines;
  }
}

TEST(ReadTcp, TellsGoodFromBad) {
  expect_messages({
      {R"(url = "tcp://mail.example.com:25")", ""},
      {R"(url = "TCP://[2001:db8::1]:25/")", ""},
      {R"(url = "tcp://mail.example.com:25"
          send = "EHLO mon\r\n"
          expect = "250"
          resolver = "192.0.2.53"
          ip_family = "4"
          connect_to = "192.0.2.25")",
       ""},
      {R"(url = "tcp://mail.example.com")", "url has no port\n"},
      {R"(url = "tcp://mail.example.com:smtp")",
       "url has a port that is not a number from 1 to 65535\n"},
      {R"(url = "tcp://mail.example.com:25/inbox")", "url has something after the port\n"},
      {R"(url = "tcp://mail.example.com:25?x")", "url has something after the port\n"},
      {R"(url = "tcp://mail:25"
          expect = "")",
       "expect is empty\n"},
      {R"(url = "tcp://mail:25"
          expect = 220)",
       "expect must be a string, not an integer\n"},
      {R"(url = "tcp://mail:25"
          expect_status = "200")",
       "unknown key \"expect_status\" in [[target]]\n"},
  });
  const std::string long_text(kMaxTcpExpect + 1, 'x');
  EXPECT_EQ(Reading("url = \"tcp://mail:25\"\nexpect = \"" + long_text + '"').messages,
            "expect is longer than 1024 bytes\n");
  const std::string longer_text(kMaxTcpSend + 1, 'x');
  EXPECT_EQ(Reading("url = \"tcp://mail:25\"\nsend = \"" + longer_text + '"').messages,
            "send is longer than 65536 bytes\n");
}

TEST(ReadTcp, ReadsTheEscapesOfToml) {
  Reading reading("url = \"tcp://mail:25\"\nsend = \"A\\r\\n\\u0001\"\nexpect = \"\\t\"");
  ASSERT_EQ(reading.messages, "");
  const TcpSettings tcp = read_tcp_keys(*reading.settings);
  EXPECT_EQ(tcp.send.reveal(), "A\r\n\x01");
  EXPECT_EQ(tcp.expect, "\t");
}

TEST(ReadTls, TellsGoodFromBad) {
  expect_messages({
      {R"(url = "tls://ldap.example.com:636")", ""},
      {R"(url = "tls://mail.example.com:25"
          starttls = "smtp"
          min_certificate_days = 14
          verify = true
          ca_file = "/etc/ca.pem"
          tls_min_version = "1.3"
          client_certificate_file = "/etc/mon.pem"
          client_key_file = "/etc/mon.key"
          resolver = "192.0.2.53"
          ip_family = "6"
          connect_to = "[2001:db8::25]:2525")",
       ""},
      {R"(url = "tls://mail.example.com")", "url has no port\n"},
      {R"(url = "tls://mail:25/x")", "url has something after the port\n"},
      {R"(url = "tls://mail:25"
          starttls = "SMTP")",
       "starttls cannot be \"SMTP\"; it is one of smtp, imap, pop3, ftp, postgres\n"},
      {R"(url = "tls://mail:25"
          min_certificate_days = 0)",
       "min_certificate_days must be between 1 and 3650, not 0\n"},
      {R"(url = "tls://mail:25"
          expect = "220")",
       "unknown key \"expect\" in [[target]]\n"},
  });
}

TEST(ReadDns, TellsGoodFromBad) {
  expect_messages({
      {R"(url = "dns://192.0.2.53/shop.example.com")", ""},
      {R"(url = "dns://ns1.example.com:5353/_dmarc.example.com."
          record = "TXT"
          expect_record = ["v=DMARC1; p=none"])",
       ""},
      {R"(url = "dns://192.0.2.53/gone.example.com"
          expect_rcode = "NXDOMAIN")",
       ""},
      {R"(url = "dns://192.0.2.53")", "url has no name to ask for\n"},
      {R"(url = "dns:///shop.example.com")", "url has no host\n"},
      {R"(url = "dns://192.0.2.53/shop.example.com?type=MX")", "url has a \"?\"\n"},
      {R"(url = "dns://192.0.2.53/a/b")", "url asks for what is not a name\n"},
      {R"(url = "dns://192.0.2.53/shop"
          record = "CNAME")",
       "record cannot be \"CNAME\"; it is one of A, AAAA, CAA, MX, NS, PTR, SRV, TXT\n"},
      {R"(url = "dns://192.0.2.53/shop"
          expect_rcode = "nxdomain")",
       "expect_rcode cannot be \"nxdomain\"; it is one of NOERROR, NXDOMAIN, REFUSED, SERVFAIL, "
       "FORMERR, NOTIMP\n"},
      {R"(url = "dns://192.0.2.53/shop"
          expect_record = ["192.0.2.1", "2001:db8::1"])",
       "\"2001:db8::1\" cannot be a record of type A\n"},
      {R"(url = "dns://192.0.2.53/shop"
          expect_record = [])",
       "expect_record is empty\n"},
      {R"(url = "dns://192.0.2.53/shop"
          expect_rcode = "NXDOMAIN"
          expect_record = ["192.0.2.1"])",
       "an answer with NXDOMAIN has no records\n"},
  });
}

TEST(ReadIcmp, TellsGoodFromBad) {
  expect_messages({
      {R"(url = "icmp://router.example.com")", ""},
      {R"(url = "icmp://[fe80::1%eth0]/")", ""},
      {R"(url = "icmp://router:7")", "url has a port, but a ping goes to a host\n"},
      {R"(url = "icmp://router/x")", "url has something after the host\n"},
      {R"(url = "icmp://")", "url has no host\n"},
      {R"(url = "icmp://fe80::1")", "url has an IPv6 address without brackets around it\n"},
      {R"(url = "icmp://router"
          expect = "x")",
       "unknown key \"expect\" in [[target]]\n"},
  });
}

TEST(ReadPush, TellsGoodFromBad) {
  expect_messages({
      {R"(kind = "push"
          token = "0123456789abcdef0123456789abcdef"
          every = "24h")",
       ""},
      {R"(kind = "push"
          token = "kJ3xQ0z-_8vLw2PqRt7YbA"
          every = "90d"
          grace = "0s")",
       ""},
      {R"(kind = "push"
          token = "geheim"
          every = "24h")",
       "token can be guessed: it has fewer than 22 characters\n"},
      {R"(kind = "push"
          token = "0123456789abcdef0123456789abcdef"
          every = "500ms")",
       "every must be between 1s and 366d, not 500ms\n"},
      {R"(kind = "push"
          url = "push://backup"
          token = "0123456789abcdef0123456789abcdef"
          every = "24h")",
       "a push target has no url\n"},
      {R"(url = "push://backup")",
       "url does not begin with one of http://, https://, dns://, icmp://, tcp://, tls://\n"},
      {R"(kind = "push")",
       "this push target has no \"every\"\nthis push target has no \"token\" of its own\n"},
      {R"(kind = "push"
          token = "0123456789abcdef0123456789abcdef"
          every = "24h"
          max_silence = "25h")",
       "unknown key \"max_silence\" in [[target]]\n"},
  });
}

TEST(ReadPush, DoesNotRepeatAToken) {
  for (const char* token : {"ab/geheim/cd", "geheimgeheimgeheim"}) {
    const Reading reading("kind = \"push\"\nevery = \"1h\"\ntoken = \"" + std::string(token) + '"');
    EXPECT_NE(reading.messages, "");
    for (const config::Diagnostic& diagnostic : reading.diagnostics.sorted()) {
      EXPECT_EQ(config::to_string(diagnostic).find("geheim"), std::string::npos);
    }
  }
}

TEST(ReadPush, HasAGraceOfHalfThePeriodOrAnHour) {
  for (const auto& [every, grace] : {std::pair("10m", 5min), std::pair("24h", 60min)}) {
    Reading reading(std::string("kind = \"push\"\ntoken = \"0123456789abcdef0123456789abcdef\"\n") +
                    "every = \"" + every + '"');
    ASSERT_EQ(reading.messages, "");
    EXPECT_EQ(read_push_keys(*reading.settings).grace, grace) << every;
  }
}

TEST(ReadPush, TakesPeriodAndGraceButNoTokenFromTheDefaults) {
  const std::string target = "kind = \"push\"\ntoken = \"0123456789abcdef0123456789abcdef\"";
  EXPECT_EQ(Reading(target, "[defaults]\nevery = \"1h\"\ngrace = \"5m\"\n").messages, "");
  EXPECT_EQ(Reading("kind = \"push\"\nevery = \"1h\"",
                    "[defaults]\ntoken = \"0123456789abcdef0123456789abcdef\"\n")
                .messages,
            "this push target has no \"token\" of its own\n");
}

TEST(ReadProber, TakesTheKindByItsNameToo) {
  expect_messages({
      {R"(kind = "tcp"
          url = "tcp://mail:25")",
       ""},
      {R"(kind = "tcp"
          url = "tls://mail:25")",
       "kind is \"tcp\", but url does not begin with tcp://\n"},
      {R"(kind = "tcp")", "this tcp target has no \"url\"\n"},
      {R"(kind = "pusch")",
       "kind cannot be \"pusch\"; it is one of http, https, dns, icmp, tcp, tls, push\n"},
  });
  EXPECT_EQ(Reading("kind = \"push\"").shown_url, "push");
}

TEST(CheckDefaults, KnowsTheKeysOfEveryKind) {
  const Reading reading(R"(url = "tcp://mail:25")",
                        "[defaults]\nexpect_status = \"200\"\nexpect = \"220\"\n");
  EXPECT_EQ(reading.messages, "");
  EXPECT_EQ(Reading(R"(url = "http://shop/")", "[defaults]\nexpect = \"\"\n").messages,
            "expect is empty\n");
}

TEST(UrlToShow, ShowsEndpointsAsTheyAreWritten) {
  for (const char* url : {"tcp://mail.example.com:25", "tcp://[2001:db8::1]:25", "icmp://router",
                          "icmp://[::1]", "dns://192.0.2.53/shop.example.com"}) {
    EXPECT_EQ(config::url_to_show(url), url);
  }
  EXPECT_EQ(config::url_to_show("tcp://mon:geheim@mail:25"), "tcp://***@mail:25");
}

}  // namespace
}  // namespace gatewatch::probe
