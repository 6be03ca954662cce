// SPDX-License-Identifier: MIT
//
// Name servers that do not answer, or lie.
#include <set>
#include <utility>

#include "tests/hostile/hostile.h"
#include "tests/hostile/hostile_dns.h"

namespace gatewatch::probe {
namespace {

using testing::a_record;
using testing::aaaa_record;
using testing::cname_record;
using testing::dns_reply;
using testing::DnsQuery;
using testing::DnsRcode;
using testing::DnsRecord;
using testing::HostileDns;
using testing::ScriptedServer;
using Packets = std::vector<std::string>;

struct DnsRow {
  int number = 0;
  std::string name;
  HostileDns::Answer answer;  // to queries for shop.test
  Outcome outcome = Outcome::Dns;
  int status = 0;
  std::string why;
  std::string address = {};  // that the probe tells
  Duration timeout = kLong;
};

std::string url_of(const std::string& host, const ScriptedServer& server) {
  return "http://" + host + ":" + std::to_string(server.port()) + "/";
}

void play(Hostile& test, const DnsRow& row) {
  ScriptedServer server({testing::answer("200 OK", "hello")});
  HostileDns dns(row.answer);
  test.begin({}, dns.servers());
  test.befriend({url_of("well.test", server)});
  const ProbeResult result = test.probe({url_of("shop.test", server), "", row.timeout});
  expect_result(result, row.outcome, row.status);
  EXPECT_EQ(result.address, row.address);
  test.expect_unharmed();
}

bool add_dns_rows(std::vector<DnsRow> rows) {
  std::vector<Scene> scenes;
  for (DnsRow& row : rows) {
    auto shared = std::make_shared<const DnsRow>(std::move(row));
    scenes.push_back({shared->number, shared->name, shared->why,
                      [shared](Hostile& test) { play(test, *shared); }});
  }
  return add_scenes("Dns", std::move(scenes));
}

// The record for queries of its own type, nothing for others.
HostileDns::Answer always(const DnsRecord& record) {
  return [record](const DnsQuery& query) -> Packets {
    return {
        dns_reply(query, query.is(record.type) ? std::vector{record} : std::vector<DnsRecord>())};
  };
}

Packets thousand_addresses(const DnsQuery& query) {
  if (!query.is(DnsQuery::Type::A)) {
    return {dns_reply(query, {})};
  }
  if (!query.over_tcp) {
    return {dns_reply(query, {}, DnsRcode::NoError, true)};
  }
  std::vector<DnsRecord> records;
  for (int i = 0; i < 1000; ++i) {
    records.push_back(
        a_record("127.0." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1)));
  }
  return {dns_reply(query, records)};
}

std::vector<DnsRow> rows() {
  return {
      {.number = 86,
       .name = "UnknownNameIsDns",
       .answer = [](const DnsQuery& query) -> Packets {
         return {dns_reply(query, {}, DnsRcode::NxDomain)};
       },
       .why = "the name does not exist"},
      {.number = 87,
       .name = "ServerFailureIsDnsFailure",
       .answer = [](const DnsQuery& query) -> Packets {
         return {dns_reply(query, {}, DnsRcode::ServFail)};
       },
       .outcome = Outcome::DnsFailure,
       .why = "the name's own servers do not answer as they should"},
      {.number = 88,
       .name = "SilenceIsDnsTimeout",
       .answer = [](const DnsQuery&) -> Packets { return {}; },
       .outcome = Outcome::DnsTimeout,
       .why = "the server answers for the root, but not for this name",
       .timeout = kLong},
      {.number = 89,
       .name = "CutAnswerWithoutTcpIsInconclusive",
       .answer = [](const DnsQuery& query) -> Packets {
         return {dns_reply(query, {}, DnsRcode::NoError, true)};
       },
       .outcome = Outcome::Inconclusive,
       .why = "our own resolver refuses the connection over which the answer would be whole"},
      {.number = 90,
       .name = "LoopOfAliasesIsDns",
       .answer = [](const DnsQuery& query) -> Packets {
         return {dns_reply(query, {cname_record("shop.test", "cart.test"),
                                   cname_record("cart.test", "shop.test")})};
       },
       .why = "the name leads to no address"},
      {.number = 92,
       .name = "UnspecifiedIpv4AddressIsDns",
       .answer = always(a_record("0.0.0.0")),
       .why = "it would lead to this machine, not to the target"},
      {.number = 92,
       .name = "UnspecifiedIpv6AddressIsDns",
       .answer = always(aaaa_record("::")),
       .why = "it would lead to this machine, not to the target"},
      {.number = 94,
       .name = "EmptyPacketBeforeTheAnswerIsPassedOver",
       .answer = [](const DnsQuery& query) -> Packets {
         return {"", query.is(DnsQuery::Type::A) ? dns_reply(query, {a_record("127.0.0.1")})
                                                 : dns_reply(query, {})};
       },
       .outcome = Outcome::Ok,
       .status = 200,
       .why = "anybody can send a packet",
       .address = "127.0.0.1"},
      {.number = 94,
       .name = "EmptyPacketsOnlyAreDnsTimeout",
       .answer = [](const DnsQuery&) -> Packets { return {""}; },
       .outcome = Outcome::DnsTimeout,
       .why = "they are no answer",
       .timeout = kLong},
  };
}

void play_thousand_addresses(Hostile& test) {
  constexpr size_t kProbes = kMaxAddresses + 4;
  ScriptedServer server({testing::answer("200 OK", "hello")});
  HostileDns dns(&thousand_addresses, HostileDns::Tcp::Served);
  test.begin({}, dns.servers());
  test.befriend({url_of("well.test", server)});
  const Ask ask{url_of("shop.test", server)};
  const std::unique_ptr<Prober> prober = test.prober_of(ask);
  std::set<std::string> addresses;
  for (size_t i = 0; i < kProbes; ++i) {
    const ProbeResult result = test.probe(*prober, ask.timeout);
    EXPECT_EQ(result.outcome, result.address == "127.0.0.1" ? Outcome::Ok : Outcome::Refused);
    addresses.insert(result.address);
  }
  EXPECT_EQ(addresses.size(), kMaxAddresses);
  EXPECT_TRUE(addresses.contains("127.0.0.1"));
  test.expect_unharmed();
}

void play_flip(Hostile& test) {
  ScriptedServer server({testing::answer("200 OK", "hello")});
  HostileDns dns([](const DnsQuery& query) -> Packets {
    if (!query.is(DnsQuery::Type::A)) {
      return {dns_reply(query, {})};
    }
    return {dns_reply(query, {a_record(query.earlier % 2 == 0 ? "127.0.0.1" : "127.0.0.2")})};
  });
  test.begin({}, dns.servers());
  test.befriend({url_of("well.test", server)});
  const Ask ask{url_of("shop.test", server)};
  const std::unique_ptr<Prober> prober = test.prober_of(ask);
  std::vector<std::pair<std::string, Outcome>> seen;
  for (int i = 0; i < 4; ++i) {
    const ProbeResult result = test.probe(*prober, ask.timeout);
    seen.emplace_back(result.address, result.outcome);
  }
  const std::pair<std::string, Outcome> good{"127.0.0.1", Outcome::Ok};
  const std::pair<std::string, Outcome> bad{"127.0.0.2", Outcome::Refused};
  EXPECT_EQ(seen, (std::vector{good, bad, good, bad}));
  test.expect_unharmed();
}

[[maybe_unused]] const bool kRows = add_dns_rows(rows());
[[maybe_unused]] const bool kScenes = add_scenes(
    "Dns",
    {{91, "OfAThousandAddressesSixteenAreTaken", "each of them is probed in its turn",
      &play_thousand_addresses},
     {93, "AnswerThatFlipsIsToldByItsAddress", "each probe tells whom it talked to", &play_flip}});

}  // namespace
}  // namespace gatewatch::probe
