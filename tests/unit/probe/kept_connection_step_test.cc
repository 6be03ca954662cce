// SPDX-License-Identifier: MIT
#include "probe/diagnosis/kept_connection_step.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>

#include "tests/support/test_certificate.h"
#include "tests/unit/probe/diagnosis_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

struct Kept {
  Findings findings;
  std::vector<ProbeResult> results;
};

Kept run(ProbeWorld& world, const testing::ScriptedServer& server, HttpSettings settings,
         Duration timeout = 5s) {
  Kept told;
  KeptConnectionStep step(world.services, std::make_shared<const HttpSettings>(std::move(settings)),
                          {.address = "127.0.0.1", .port = server.port()}, "GET /",
                          [&](const ProbeResult& result) { told.results.push_back(result); });
  told.findings = run_step(world, step, timeout);
  EXPECT_EQ(told.findings.size(), 2U);
  told.findings.resize(2);
  return told;
}

Kept run(const testing::ScriptedServer& server, Duration timeout = 5s) {
  ProbeWorld world;
  return run(world, server, settings_for(server.url()), timeout);
}

TEST(KeptConnection, AsksTwiceOnOneConnection) {
  std::atomic<int> asked = 0;
  const testing::ScriptedServer server({answering([&](const std::string& request) {
    EXPECT_NE(request.find("Connection: keep-alive\r\n"), std::string::npos);
    return kept_answer(++asked == 1 ? "200 OK" : "502 Bad Gateway");
  })});
  const Kept told = run(server);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(told.findings[0].check, Check::FreshConnection);
  EXPECT_EQ(told.findings[0].text, "200 OK");
  EXPECT_EQ(told.findings[1].check, Check::ReusedConnection);
  EXPECT_EQ(told.findings[1].outcome, Outcome::BadGateway);
  ASSERT_EQ(told.results.size(), 2U);
  EXPECT_TRUE(told.results[0].phases.connect);
  EXPECT_FALSE(told.results[1].phases.connect);
  EXPECT_TRUE(told.results[1].phases.first_byte);
}

TEST(KeptConnection, SkipsTheSecondWhereTheServerEndsTheConnection) {
  const testing::ScriptedServer server({testing::answer("200 OK", "x", "Connection: close\r\n")});
  const Kept told = run(server);
  EXPECT_EQ(told.findings[0].outcome, Outcome::Ok);
  EXPECT_EQ(told.findings[1].result, FindingResult::Skipped);
  EXPECT_EQ(told.results.size(), 1U);
}

TEST(KeptConnection, SeesThatTheSecondRequestIsDropped) {
  std::atomic<int> asked = 0;
  const testing::ScriptedServer server(
      {answering([&](const std::string&) { return ++asked == 1 ? kept_answer("200 OK") : ""; })});
  const Kept told = run(server);
  EXPECT_EQ(told.findings[0].outcome, Outcome::Ok);
  EXPECT_EQ(told.findings[1].outcome, Outcome::Reset);
  EXPECT_EQ(told.findings[1].result, FindingResult::Failed);
}

TEST(KeptConnection, IsRefusedWhereNobodyListens) {
  ProbeWorld world;
  const ClosedPort closed;
  KeptConnectionStep step(
      world.services, std::make_shared<const HttpSettings>(settings_for(closed.url())),
      {.address = "127.0.0.1", .port = closed.port()}, "GET /", [](const ProbeResult&) {});
  const Findings findings = run_step(world, step);
  EXPECT_EQ(findings.at(0).outcome, Outcome::Refused);
  EXPECT_EQ(findings.at(1).result, FindingResult::Skipped);
}

TEST(KeptConnection, TimesOut) {
  const testing::ScriptedServer silent({{testing::hang()}});
  const Kept told = run(silent, 100ms);
  EXPECT_EQ(told.findings[0].outcome, Outcome::Timeout);
  EXPECT_EQ(told.findings[1].result, FindingResult::Skipped);

  std::atomic<int> asked = 0;
  const testing::ScriptedServer half({answering([&](const std::string&) {
    return ++asked == 1 ? kept_answer("200 OK") : "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx";
  })});
  const Kept second = run(half, 300ms);
  EXPECT_EQ(second.findings[0].outcome, Outcome::Ok);
  EXPECT_EQ(second.findings[1].outcome, Outcome::Timeout);
}

TEST(KeptConnection, ReadsNoEndlessBody) {
  const testing::ScriptedServer server({{testing::perform([](int socket) {
    std::string text = "HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x');
    while (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) > 0) {
      text.assign(100'000, 'x');
    }
    return false;
  })}});
  const Kept told = run(server, 10s);
  EXPECT_EQ(told.findings[0].outcome, Outcome::Ok);
  EXPECT_EQ(told.findings[1].result, FindingResult::Skipped);
}

TEST(KeptConnection, SpeaksTls) {
  const testing::TestCertificate certificate("127.0.0.1");
  const testing::ScriptedServer server(
      {{testing::read_request(), testing::send(kept_answer("200 OK")), testing::read_request(),
        testing::send(kept_answer("404 Not Found"))}},
      certificate.files());
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = certificate.files().certificate_file;
  const Kept told = run(world, server, settings);
  EXPECT_EQ(told.findings[0].text, "200 OK");
  EXPECT_EQ(told.findings[1].text, "404 Not Found");
  EXPECT_TRUE(told.results.at(0).phases.tls);
  EXPECT_EQ(server.connections(), 1U);
}

}  // namespace
}  // namespace gatewatch::probe
