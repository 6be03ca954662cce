// SPDX-License-Identifier: MIT
#include "logs/gateway_reader.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/support/scripted_server.h"
#include "tests/support/temp_dir.h"

namespace gatewatch::logs {
namespace {

using testing::answer;
using testing::hang;
using testing::read_request;
using testing::ScriptedServer;

constexpr const char* kPage =
    "Active connections: 291 \nserver accepts handled requests\n 16 15 31 \n"
    "Reading: 6 Writing: 179 Waiting: 106 \n";

GatewaySettings nginx_at(const std::string& url) {
  GatewaySettings gateway;
  gateway.name = "edge";
  gateway.stub_status = url;
  return gateway;
}

GatewayAnswer read_once(GatewayReader& reader, const GatewaySettings& gateway) {
  auto promise = std::make_shared<std::promise<GatewayAnswer>>();
  auto answered = promise->get_future();
  EXPECT_TRUE(reader.read(
      gateway, [promise](GatewayAnswer answer) { promise->set_value(std::move(answer)); }));
  if (answered.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
    return std::unexpected("no answer");
  }
  return answered.get();
}

// A loaded machine may let a page's second pass.
GatewayAnswer read_with(GatewayReader& reader, const GatewaySettings& gateway) {
  GatewayAnswer answer = read_once(reader, gateway);
  for (int again = 0; again < 10 && !answer && answer.error() == "timed out"; ++again) {
    answer = read_once(reader, gateway);
  }
  return answer;
}

TEST(GatewayReader, ReadsNginxsPage) {
  ScriptedServer server({answer("200 OK", kPage)});
  GatewayReader reader;
  const GatewayAnswer answer = read_with(reader, nginx_at(server.url("/nginx_status")));
  ASSERT_TRUE(answer.has_value()) << answer.error();
  EXPECT_EQ(answer->product, "nginx");
  EXPECT_EQ(answer->connections, 291U);
  EXPECT_EQ(answer->dropped, 1U);
}

TEST(GatewayReader, TellsWhyAGatewayDoesNotTell) {
  ScriptedServer server({answer("200 OK", "hello")});
  GatewayReader reader;
  EXPECT_EQ(read_with(reader, nginx_at(server.url())).error(),
            "what it answers is no page of stub_status");
  const testing::TempDir dir;
  GatewaySettings haproxy;
  haproxy.stats_socket = dir.file("admin.sock");
  EXPECT_EQ(read_with(reader, haproxy).error(), "No such file or directory");
}

TEST(GatewayReader, AsksOthersWhileOneHangs) {
  ScriptedServer hanging({{read_request(), hang()}});
  ScriptedServer well({answer("200 OK", kPage)});
  GatewayReader reader;
  std::promise<void> given_up;
  ASSERT_TRUE(
      reader.read(nginx_at(hanging.url()), [&](const GatewayAnswer&) { given_up.set_value(); }));
  auto gives_up = given_up.get_future();
  EXPECT_TRUE(read_with(reader, nginx_at(well.url())).has_value());
  EXPECT_EQ(gives_up.wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST(GatewayReader, CallsNobodyAfterItsEndAndEndsSoon) {
  ScriptedServer hanging({{read_request(), hang()}});
  std::atomic<int> calls = 0;
  const SteadyTime before = system_clock().steady();
  {
    GatewayReader reader;
    for (size_t i = 0; i < 3 * kGatewaysAtOnce; ++i) {
      ASSERT_TRUE(reader.read(nginx_at(hanging.url()), [&](const GatewayAnswer&) { ++calls; }));
    }
  }
  EXPECT_EQ(calls, 0);
  EXPECT_LT(system_clock().steady() - before, std::chrono::seconds(10));
}

TEST(GatewayReader, LetsALimitedNumberWait) {
  ScriptedServer hanging({{read_request(), hang()}});
  GatewayReader reader;
  size_t taken = 0;
  while (taken < 10 * kMaxGatewaysWaiting &&
         reader.read(nginx_at(hanging.url()), [](const GatewayAnswer&) {})) {
    ++taken;
  }
  EXPECT_GE(taken, kMaxGatewaysWaiting);
  EXPECT_LE(taken, kMaxGatewaysWaiting + kGatewaysAtOnce);
}

}  // namespace
}  // namespace gatewatch::logs
