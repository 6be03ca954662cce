// SPDX-License-Identifier: MIT
//
// Diagnoses of http targets, against servers that answer by method, path and turn.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>

#include "core/diagnosis_text.h"
#include "tests/support/certificate_authority.h"
#include "tests/unit/probe/diagnosis_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

bool is_head(const std::string& request) {
  return request.starts_with("HEAD ");
}

std::string path_of(const std::string& request) {
  const size_t begin = request.find(' ') + 1;
  return request.substr(begin, request.find(' ', begin) - begin);
}

std::string head_answer(const std::string& status) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: 5\r\n\r\n";
}

TEST(DiagnoserHttp, TellsThatHeadWorksWhileGetDoesNot) {
  const testing::ScriptedServer server({answering([](const std::string& request) {
    return is_head(request) ? head_answer("200 OK") : kept_answer("502 Bad Gateway");
  })});
  ProbeWorld world;
  const Diagnosed told = diagnose(world, server.url("/health"));
  EXPECT_EQ(told.conclusions(), "get_fails_head_works every_path_fails");
  EXPECT_EQ(told.one(Check::Get).subject, "GET /health");
  EXPECT_EQ(told.one(Check::Get).status, 502);
  EXPECT_EQ(told.one(Check::Head).status, 200);
  EXPECT_EQ(told.one(Check::Connect).result, FindingResult::Ok);
  const Finding answer = told.one(Check::Answer);
  EXPECT_EQ(answer.evidence, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_NE(to_text(told.diagnosis).find("GET answers 502, HEAD 200"), std::string::npos);
}

TEST(DiagnoserHttp, TellsOnePathFromTheOthers) {
  const testing::ScriptedServer server({answering([](const std::string& request) {
    const std::string status = path_of(request) == "/api?key=geheim" ? "502 Bad Gateway"
                               : path_of(request) == "/"             ? "200 OK"
                                                                     : "404 Not Found";
    return is_head(request) ? head_answer(status) : kept_answer(status);
  })});
  ProbeWorld world;
  const Diagnosed told = diagnose(world, server.url("/api?key=geheim"));
  EXPECT_EQ(told.conclusions(), "only_this_path_fails");
  const std::vector<Finding> others = told.of(Check::OtherPath);
  ASSERT_EQ(others.size(), 2U);
  EXPECT_EQ(others[0].text, "200 OK");
  EXPECT_EQ(others[1].subject, "GET /gatewatch-diagnosis-unknown-path");
  EXPECT_EQ(others[1].result, FindingResult::Ok);
  EXPECT_EQ(to_text(told.diagnosis).find("geheim"), std::string::npos);
}

TEST(DiagnoserHttp, TellsThatAConnectionMustNotBeUsedAgain) {
  const testing::ScriptedServer server({{testing::perform([](int socket) {
    std::array<char, 4096> buffer{};
    for (const std::string status : {"200 OK", "502 Bad Gateway"}) {
      const ssize_t count = recv(socket, buffer.data(), buffer.size(), 0);
      if (count <= 0) {
        return false;
      }
      const bool head = buffer[0] == 'H';
      const std::string text = head ? head_answer(status) : kept_answer(status);
      (void)::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    }
    return false;
  })}});
  ProbeWorld world;
  const Diagnosed told = diagnose(world, server.url());
  EXPECT_EQ(told.conclusions(), "reused_connection_fails");
  EXPECT_TRUE(told.one(Check::Answer).evidence.starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST(DiagnoserHttp, CallsAlternatingAnswersByTheirName) {
  std::atomic<int> asked = 0;
  const testing::ScriptedServer server({answering([&](const std::string& request) {
    if (is_head(request)) {
      return head_answer("200 OK");
    }
    const bool is_other = path_of(request) != "/health";
    return kept_answer(!is_other && asked++ % 2 == 0 ? "502 Bad Gateway" : "200 OK");
  })});
  ProbeWorld world;
  EXPECT_EQ(diagnose(world, server.url("/health")).conclusions(), "answers_alternate");
}

TEST(DiagnoserHttp, NamesTheAddressThatFails) {
  const testing::ScriptedServer good({answering([](const std::string& request) {
    return is_head(request) ? head_answer("200 OK") : kept_answer("200 OK");
  })});
  const testing::ScriptedServer bad(
      {answering([](const std::string&) { return kept_answer("503 Service Unavailable"); })},
      {"127.0.0.2", good.port()});
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1", "127.0.0.2", "127.0.0.3"}}}});
  HttpSettings settings = settings_for("http://shop.test:" + std::to_string(good.port()) + "/x");
  DiagnosisRequest request = request_for(settings);
  request.address = "127.0.0.1";
  const Diagnosed told = diagnose(world, request);
  EXPECT_EQ(told.one(Check::Get).address, "127.0.0.1");
  EXPECT_EQ(told.of(Check::Connect).size(), 3U);
  EXPECT_EQ(told.of(Check::Ipv4).size(), 2U);  // nobody listens at the third
  EXPECT_NE(told.conclusions().find("some_addresses_fail"), std::string::npos);
  EXPECT_NE(to_text(told.diagnosis).find("127.0.0.2 and 127.0.0.3 fail (503), 127.0.0.1 works"),
            std::string::npos)
      << to_text(told.diagnosis);

  request.address = "127.0.0.2";
  EXPECT_EQ(diagnose(world, request).one(Check::Get).status, 503);
}

TEST(DiagnoserHttp, MakesASampleOfEachRequestToTheUrl) {
  const testing::ScriptedServer server({answering([](const std::string& request) {
    return is_head(request) ? head_answer("200 OK") : kept_answer("502 Bad Gateway");
  })});
  ProbeWorld world;
  const Diagnosed told = diagnose(world, server.url("/health"));
  // GET, HEAD, fresh, reused, and once more at the only address; but not the other paths.
  EXPECT_EQ(told.samples.size(), 5U);
  EXPECT_EQ(told.diagnosis.requests, 7);
  EXPECT_EQ(std::count_if(told.samples.begin(), told.samples.end(),
                          [](const Sample& one) { return one.result.status == 502; }),
            4);
  std::set<WallTime> times;
  for (const Sample& sample : told.samples) {
    EXPECT_EQ(sample.purpose, Purpose::Diagnosis);
    EXPECT_EQ(sample.target, "shop");
    EXPECT_EQ(sample.result.address, "127.0.0.1");
    EXPECT_EQ(sample.result.outcome == Outcome::Ok, sample.result.head.empty());
    times.insert(sample.at);
  }
  EXPECT_EQ(times.size(), 5U);
}

// A POST might order something; a GET must not.
TEST(DiagnoserHttp, SendsNothingButGetAndHeadWithoutABody) {
  std::mutex mutex;
  std::vector<std::string> seen;
  const testing::ScriptedServer server({answering([&](const std::string& request) {
    const std::lock_guard lock(mutex);
    seen.push_back(request);
    return is_head(request) ? head_answer("405 Method Not Allowed")
                            : kept_answer("405 Method Not Allowed");
  })});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url("/order"));
  settings.method = "POST";
  settings.body = "one=more";
  settings.headers = {{"Authorization", Secret("Bearer sehr-geheim")}};
  const Diagnosed told = diagnose(world, settings);
  EXPECT_EQ(seen.size(), 7U);
  for (const std::string& request : seen) {
    EXPECT_TRUE(request.starts_with("GET ") || request.starts_with("HEAD ")) << request;
    EXPECT_EQ(request.find("Content-Length"), std::string::npos) << request;
    EXPECT_NE(request.find("Bearer sehr-geheim"), std::string::npos) << request;
  }
  EXPECT_NE(told.one(Check::Get).text.find("the target's probes send POST"), std::string::npos);
  EXPECT_EQ(told.one(Check::Head).result, FindingResult::Ok);
  EXPECT_EQ(to_text(told.diagnosis).find("sehr-geheim"), std::string::npos);
}

TEST(DiagnoserHttp, MasksWhatTheServerRepeatsOfOurSecrets) {
  const testing::ScriptedServer server({answering(
      [](const std::string& request) { return kept_answer("502 Bad Gateway", request); })});
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.headers = {{"X-Key", Secret("sehr-geheim")}};
  const Diagnosed told = diagnose(world, settings);
  EXPECT_NE(told.one(Check::Answer).evidence.find("X-Key: ***"), std::string::npos)
      << told.one(Check::Answer).evidence;
}

TEST(DiagnoserHttp, EndsWithinItsTimeWhereNobodyAnswers) {
  const testing::ScriptedServer server({{testing::hang()}});
  ProbeWorld world;
  const SteadyTime began = world.loop.precise_now();
  const Diagnosed told =
      diagnose(world, server.url(), {.total = 350ms, .request = 300ms, .reach = 300ms});
  EXPECT_LT(world.loop.precise_now() - began, 5s);
  EXPECT_EQ(told.one(Check::Get).outcome, Outcome::Timeout);
  const auto no_time =
      std::count_if(told.diagnosis.findings.begin(), told.diagnosis.findings.end(),
                    [](const Finding& finding) { return finding.text == "no time was left"; });
  EXPECT_GE(no_time, 1);
  EXPECT_EQ(told.one(Check::ReusedConnection).result, FindingResult::Skipped);
}

TEST(DiagnoserHttp, SendsNoMoreRequestsThanItMay) {
  const testing::ScriptedServer server({answering([](const std::string& request) {
    return is_head(request) ? head_answer("200 OK") : kept_answer("200 OK");
  })});
  ProbeWorld world;
  const Diagnosed told = diagnose(world, server.url(), {.requests = 3});
  EXPECT_EQ(told.diagnosis.requests, 3);
  EXPECT_EQ(told.one(Check::ReusedConnection).text, "a diagnosis sends no more than 3 requests");
  EXPECT_LE(server.requests().size(), 3U);
}

TEST(DiagnoserHttp, OnlyGetsWhereNoConnectionStands) {
  ProbeWorld world;
  const ClosedPort closed;
  const Diagnosed told = diagnose(world, closed.url());
  EXPECT_EQ(told.one(Check::Connect).outcome, Outcome::Refused);
  EXPECT_EQ(told.one(Check::Get).outcome, Outcome::Refused);
  EXPECT_EQ(told.one(Check::Head).text, "no connection stands");
  EXPECT_EQ(told.diagnosis.requests, 1);
  EXPECT_NE(told.conclusions().find("no_address_connects"), std::string::npos);
}

TEST(DiagnoserHttp, ReadsNoEndlessBody) {
  const testing::ScriptedServer server({{testing::perform([](int socket) {
    std::string text = "HTTP/1.1 502 Bad Gateway\r\n\r\n" + std::string(100'000, 'x');
    while (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) > 0) {
      text.assign(100'000, 'x');
    }
    return false;
  })}});
  ProbeWorld world;
  const Diagnosed told = diagnose(world, server.url());
  EXPECT_EQ(told.one(Check::Get).status, 502);
  EXPECT_LE(told.one(Check::Answer).evidence.size(), kMaxFindingEvidence);
}

TEST(DiagnoserHttp, SpeaksTlsAndListsTheChain) {
  testing::CertificateAuthority authority;
  const testing::ServerCertificate certificate = authority.issue({.intermediates = 1});
  const testing::ScriptedServer server({testing::answer("502 Bad Gateway", "no")}, certificate);
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = authority.certificate_file();
  const Diagnosed told = diagnose(world, settings);
  EXPECT_EQ(told.one(Check::Tls).result, FindingResult::Ok) << told.one(Check::Tls).text;
  EXPECT_EQ(told.one(Check::Get).status, 502);
  EXPECT_EQ(told.one(Check::Http2).text, "the server offers HTTP/1.1 only");
  EXPECT_EQ(told.one(Check::Certificate).text, "2 certificates, the first to expire in 1 day");
}

TEST(DiagnoserHttp, ComparesATargetOfHttp2WithHttp1) {
  testing::CertificateAuthority authority;
  const testing::ServerCertificate certificate = authority.issue({});
  const testing::ScriptedServer server({testing::answer("200 OK", "yes")}, certificate);
  ProbeWorld world;
  HttpSettings settings = settings_for(server.url());
  settings.tls.ca_file = authority.certificate_file();
  settings.http2 = true;
  const Diagnosed told = diagnose(world, settings);
  EXPECT_EQ(told.one(Check::Http2).subject, "HTTP/1.1");
  EXPECT_EQ(told.one(Check::Http2).text, "200 OK");
  EXPECT_TRUE(told.of(Check::FreshConnection).empty());
  EXPECT_EQ(told.one(Check::ReusedConnection).text, "the target is probed over HTTP/2");
  EXPECT_EQ(told.conclusions(), "");
}

}  // namespace
}  // namespace gatewatch::probe
