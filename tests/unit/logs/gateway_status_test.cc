// SPDX-License-Identifier: MIT
#include "logs/gateway_status.h"

#include <gtest/gtest.h>

#include <string>

namespace gatewatch::logs {
namespace {

TEST(StubStatus, IsReadFromNginxsPage) {
  const auto status = parse_stub_status(
      "Active connections: 291 \nserver accepts handled requests\n 16630948 16630940 31070465 \n"
      "Reading: 6 Writing: 179 Waiting: 106 \n");
  GatewayStatus expected;
  expected.product = "nginx";
  expected.connections = 291;
  expected.accepted = 16'630'948;
  expected.dropped = 8;
  expected.requests = 31'070'465;
  expected.waiting = 106;
  EXPECT_EQ(status, expected);
}

TEST(StubStatus, IsNothingElse) {
  EXPECT_FALSE(parse_stub_status(""));
  EXPECT_FALSE(parse_stub_status("<html>404</html>"));
  EXPECT_FALSE(parse_stub_status("Active connections: many \n"));
}

constexpr std::string_view kHeader =
    "# pxname,svname,qcur,qmax,scur,status,lastchg,check_status,check_code,econ,eresp,last_chk,\n";

TEST(HaproxyStat, IsReadByTheNamesOfItsColumns) {
  const auto status = parse_haproxy(
      "Name: HAProxy\nMaxconn: 4000\nCurrConns: 17\nCumConns: 900\nCumReq: 1200\nUptime_sec: 60\n",
      std::string(kHeader) +
          "fe,FRONTEND,,,3,OPEN,,,,,,,\n"
          "shop,s1,2,5,1,DOWN,42,L7STS,503,7,1,\"a \"\"b\"\", c\",\n"
          "shop,s2,0,0,0,UP,60,L4OK,,0,0,,\n"
          "shop,BACKEND,0,0,1,UP,60,,,7,1,,\n\n");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->product, "haproxy");
  EXPECT_EQ(status->connections, 17U);
  EXPECT_EQ(status->connections_limit, 4'000U);
  EXPECT_EQ(status->requests, 1'200U);
  EXPECT_EQ(status->uptime_seconds, 60U);
  ASSERT_EQ(status->servers.size(), 2U);
  EXPECT_EQ(status->servers[0], (ServerStatus{.pool = "shop",
                                              .server = "s1",
                                              .status = "DOWN",
                                              .check = "L7STS/503",
                                              .sessions = 1,
                                              .queued = 2,
                                              .connect_errors = 7,
                                              .response_errors = 1,
                                              .seconds_in_status = 42}));
  EXPECT_EQ(status->servers[1].check, "L4OK");
}

TEST(HaproxyStat, IsReadWithoutInfoAndFromACutAnswer) {
  const auto status = parse_haproxy("", std::string(kHeader) + "shop,s1,2");
  ASSERT_TRUE(status);
  EXPECT_FALSE(status->connections);
  EXPECT_EQ(status->servers.front().queued, 2U);
  EXPECT_FALSE(status->servers.front().sessions);
}

TEST(HaproxyStat, TakesNoListeningSocketForAServer) {
  const auto status = parse_haproxy("",
                                    "# pxname,svname,status,type,\n"
                                    "fe,sock-1,OPEN,3,\n"
                                    "shop,s1,UP,2,\n");
  ASSERT_EQ(status->servers.size(), 1U);
  EXPECT_EQ(status->servers.front().server, "s1");
}

TEST(HaproxyStat, IsNothingElse) {
  EXPECT_FALSE(parse_haproxy("", ""));
  EXPECT_FALSE(parse_haproxy("", "Unknown command: 'show stat'\n"));
  EXPECT_FALSE(parse_haproxy("", "# pxname,svname,\nshop,s1,\n"));
}

TEST(HaproxyStat, HasALimitedNumberOfServers) {
  std::string stat(kHeader);
  for (size_t i = 0; i < kMaxServers + 1; ++i) {
    stat += "shop,s" + std::to_string(i) + ",,,,UP,\n";
  }
  const auto status = parse_haproxy("", stat);
  EXPECT_EQ(status->servers.size(), kMaxServers);
  EXPECT_TRUE(status->is_cut);
}

TEST(HaproxyStat, KnowsWhereItHasAllServers) {
  std::string stat(kHeader);
  for (size_t i = 0; i < kMaxServers; ++i) {
    stat += "shop,s" + std::to_string(i) + ",,,,UP,\n\n";
  }
  const auto status = parse_haproxy("", stat + "shop,BACKEND,,,,UP,\n");
  EXPECT_EQ(status->servers.size(), kMaxServers);
  EXPECT_FALSE(status->is_cut);
}

TEST(HaproxyStat, HasALimitedNumberOfColumns) {
  std::string header = "# pxname,svname,status";
  for (size_t i = 0; i < kMaxColumns; ++i) {
    header += ",c" + std::to_string(i);
  }
  EXPECT_FALSE(parse_haproxy("", header + "\nshop,s1,UP\n"));
}

}  // namespace
}  // namespace gatewatch::logs
