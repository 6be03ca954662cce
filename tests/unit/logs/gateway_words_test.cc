// SPDX-License-Identifier: MIT
#include "logs/gateway_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatewatch::logs {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

GatewayStatus nginx(uint64_t connections, uint64_t idle, uint64_t accepted, uint64_t dropped) {
  GatewayStatus status;
  status.product = "nginx";
  status.connections = connections;
  status.waiting = idle;
  status.accepted = accepted;
  status.dropped = dropped;
  return status;
}

ServerStatus server(const std::string& pool, const std::string& name, const std::string& status,
                    const std::string& check = "") {
  ServerStatus server;
  server.pool = pool;
  server.server = name;
  server.status = status;
  server.check = check;
  return server;
}

GatewayStatus haproxy(std::vector<ServerStatus> servers) {
  GatewayStatus status;
  status.product = "haproxy";
  status.connections = 17;
  status.connections_limit = 4'000;
  status.uptime_seconds = 1'000;
  status.servers = std::move(servers);
  return status;
}

GatewayReport report(const GatewayStatus& now, const std::vector<std::string>& backends = {}) {
  return report_of("edge", now, std::nullopt, backends);
}

TEST(GatewayWords, TellWhatNginxDroppedSinceItWasWell) {
  const GatewayReport told =
      report_of("edge", nginx(812, 640, 5'031, 40), EarlierStatus{nginx(3, 2, 1'000, 9), 250s}, {});
  EXPECT_EQ(told.gateway, "edge");
  EXPECT_EQ(told.product, "nginx");
  EXPECT_THAT(told.lines, ElementsAre("812 connections open, 640 of them idle, 31 accepted but "
                                      "not handled in the last 4 min 10 s"));
  EXPECT_TRUE(told.drops_clients);
  EXPECT_TRUE(told.without_server.empty());
}

TEST(GatewayWords, HoldNothingAgainstNginxThatItDroppedBefore) {
  const GatewayReport same =
      report_of("edge", nginx(1, 0, 5'031, 9), EarlierStatus{nginx(3, 2, 1'000, 9), 10s}, {});
  EXPECT_FALSE(same.drops_clients);
  EXPECT_THAT(same.lines, ElementsAre("1 connection open, 0 of them idle, 0 accepted but not "
                                      "handled in the last 10 s"));
  const GatewayReport first = report(nginx(1, 0, 5'031, 9));
  EXPECT_FALSE(first.drops_clients);
  EXPECT_THAT(first.lines, ElementsAre(HasSubstr("9 accepted but not handled since its start")));
  const GatewayReport anew =
      report_of("edge", nginx(1, 0, 50, 12), EarlierStatus{nginx(3, 2, 1'000, 9), 10s}, {});
  EXPECT_FALSE(anew.drops_clients) << "a restart sets the counters back";
}

TEST(GatewayWords, NameTheServersOfHaproxyThatAreDown) {
  ServerStatus down = server("web", "web2", "DOWN", "L4CON");
  down.seconds_in_status = 42;
  down.queued = 3;
  const GatewayReport told = report(haproxy(
      {server("web", "web1", "UP", "L4OK"), down, server("web", "web3", "DOWN 1/2", "L7STS/503")}));
  EXPECT_THAT(told.lines, ElementsAre("17 of at most 4000 connections open, 3 requests queued for "
                                      "a server",
                                      "backend web: 1 of 3 servers up; web2 DOWN (L4CON) for 42 s, "
                                      "web3 DOWN 1/2 (L7STS/503)"));
  EXPECT_TRUE(told.without_server.empty());
  EXPECT_FALSE(told.is_full);
}

TEST(GatewayWords, TellThatABackendHasNoServerLeft) {
  const GatewayReport down =
      report(haproxy({server("web", "a", "DOWN", "L4CON"), server("web", "b", "MAINT")}));
  EXPECT_EQ(down.without_server, CauseSet{Cause::MarkedDown});
  EXPECT_FALSE(down.taken_out_by_hand);
  const GatewayReport unresolved = report(haproxy({server("web", "a", "MAINT (resolution)")}));
  EXPECT_EQ(unresolved.without_server, CauseSet{Cause::Dns});
  EXPECT_FALSE(unresolved.taken_out_by_hand);
  const GatewayReport by_hand =
      report(haproxy({server("web", "a", "MAINT"), server("web", "b", "DRAIN")}));
  EXPECT_EQ(by_hand.without_server, CauseSet{Cause::MarkedDown});
  EXPECT_TRUE(by_hand.taken_out_by_hand);
}

TEST(GatewayWords, TakeAServerOnItsWayDownOrWithoutChecksForOneThatServes) {
  EXPECT_TRUE(report(haproxy({server("web", "a", "UP 1/3")})).without_server.empty());
  EXPECT_TRUE(report(haproxy({server("web", "a", "no check")})).without_server.empty());
}

TEST(GatewayWords, DecideNothingWhereOneOfSeveralBackendsStillServes) {
  const GatewayStatus status = haproxy(
      {server("admin", "a", "DOWN", "L4CON"), server("web", "b", "UP"), server("img", "c", "UP")});
  const GatewayReport all = report(status);
  EXPECT_TRUE(all.without_server.empty());
  EXPECT_THAT(all.lines,
              ElementsAre(HasSubstr("17 of"), "backend admin: 0 of 1 server up; a DOWN (L4CON)",
                          "2 further backends with all servers up"));
  EXPECT_EQ(report(status, {"admin"}).without_server, CauseSet{Cause::MarkedDown});
  EXPECT_THAT(report(status, {"web"}).lines,
              ElementsAre(HasSubstr("17 of"), "backend web: 1 of 1 server up"));
  EXPECT_TRUE(report(status, {"admin", "web"}).without_server.empty());
}

TEST(GatewayWords, TellOfABackendThatIsNotThere) {
  const GatewayReport told = report(haproxy({server("web", "a", "DOWN")}), {"wbe", "web", "img"});
  EXPECT_THAT(told.lines, ElementsAre(HasSubstr("17 of"), "no server in backend wbe, img",
                                      "backend web: 0 of 1 server up; a DOWN"));
  EXPECT_TRUE(told.without_server.empty());
}

TEST(GatewayWords, TellWhatServersFailedAtSinceAllWasWell) {
  ServerStatus before = server("web", "a", "UP");
  before.connect_errors = 2;
  before.response_errors = 5;
  ServerStatus now = before;
  now.connect_errors = 3;
  now.response_errors = 19;
  const GatewayReport told =
      report_of("edge", haproxy({now, server("web", "b", "UP")}),
                EarlierStatus{haproxy({before, server("web", "b", "UP")}), 30s}, {});
  EXPECT_THAT(told.lines,
              ElementsAre(HasSubstr("17 of"),
                          "backend web: 2 of 2 servers up; 1 connection and 14 responses of a "
                          "failed in the last 30 s"));
  GatewayStatus anew = haproxy({now});
  anew.uptime_seconds = 5;
  EXPECT_THAT(report_of("edge", anew, EarlierStatus{haproxy({before}), 30s}, {}).lines,
              ElementsAre(HasSubstr("17 of"), "backend web: 1 of 1 server up"));
}

TEST(GatewayWords, TellThatHaproxyTakesNoMoreConnections) {
  GatewayStatus full = haproxy({server("web", "a", "UP")});
  full.connections = 4'000;
  EXPECT_TRUE(report(full).is_full);
}

TEST(GatewayWords, AreFewForManyServersAndBackends) {
  std::vector<ServerStatus> servers;
  for (int pool = 0; pool < 30; ++pool) {
    for (int i = 0; i < 30; ++i) {
      servers.push_back(server("pool" + std::to_string(pool), std::string(200, 'n'), "DOWN"));
    }
  }
  const GatewayReport told = report(haproxy(servers));
  EXPECT_THAT(told.lines, SizeIs(1 + kMaxPoolsTold + 1));
  for (const std::string& line : told.lines) {
    EXPECT_LE(line.size(), kMaxGatewayLine);
  }
  EXPECT_EQ(told.lines.back(), "trouble in 26 further backends");
}

TEST(GatewayWords, TakeAFewConnectionsOnTheirWayForNoneDropped) {
  const GatewayReport told =
      report_of("edge", nginx(5, 0, 500'000, 4), EarlierStatus{nginx(5, 0, 1'000, 1), 13s}, {});
  EXPECT_FALSE(told.drops_clients);
}

TEST(GatewayWords, DecideNothingWhereTheyDoNotKnowAllServers) {
  GatewayStatus cut = haproxy({{.pool = "consul", .server = "s1", .status = "DOWN"}});
  EXPECT_FALSE(report(cut).without_server.empty());
  cut.is_cut = true;
  EXPECT_TRUE(report(cut).without_server.empty());
  const GatewayReport named = report(cut, {"web"});
  EXPECT_TRUE(named.without_server.empty());
  EXPECT_THAT(named.lines, Contains(HasSubstr("more servers than the first 1000")));
  EXPECT_THAT(named.lines, Not(Contains(HasSubstr("no server in backend"))));
}

}  // namespace
}  // namespace gatewatch::logs
