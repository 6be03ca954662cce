// SPDX-License-Identifier: MIT
#include "alerts/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <future>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "alerts/signature.h"
#include "core/text.h"
#include "tests/unit/alerts/sample_message.h"
#include "tests/unit/alerts/tcp_peer.h"

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;
using gatewatch::testing::Connection;
using gatewatch::testing::resolved_message;
using gatewatch::testing::sample_message;
using gatewatch::testing::TcpPeer;
using ::testing::HasSubstr;
using Kind = SendResult::Kind;

struct Request {
  std::string line;
  std::map<std::string, std::string> headers;  // by lower-case name
  std::string body;
};

Request read_request(Connection& connection) {
  Request request;
  request.line = connection.read_line();
  while (true) {
    const std::string line = connection.read_line();
    if (line.empty()) {
      break;
    }
    const size_t colon = line.find(':');
    request.headers[ascii_lower(line.substr(0, colon))] =
        line.substr(std::min(colon + 2, line.size()));
  }
  if (request.headers.contains("content-length")) {
    request.body = connection.read_bytes(std::stoul(request.headers["content-length"]));
  }
  return request;
}

// Reads requests and answers each with the same bytes.
class Receiver {
 public:
  explicit Receiver(std::string answer)
      : answer_(std::move(answer)), peer_([this](Connection& connection) { serve(connection); }) {}

  std::string url() const { return "http://127.0.0.1:" + std::to_string(peer_.port()) + "/hook"; }
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve(Connection& connection) {
    while (!connection.is_closed()) {
      Request request = read_request(connection);
      if (request.line.empty()) {
        return;
      }
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
      }
      connection.write(answer_);
    }
  }

  const std::string answer_;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  TcpPeer peer_;
};

WebhookSettings settings_for(const std::string& url) {
  return {.url = Secret(url), .key = {}, .headers = {}, .ca_file = {}};
}

Notification notification(const std::string& body = "{}") {
  return {.id = "msg_1",
          .incident_id = "A",
          .channel = "ops",
          .type = "incident.opened",
          .body = body,
          .created_at = {}};
}

constexpr WallTime kAttempt{1'700'000'000s + 999ms};

SendResult result_of(const std::string& answer) {
  Receiver receiver(answer);
  return make_webhook(settings_for(receiver.url()))->send(notification(), kAttempt);
}

TEST(Webhook, RendersTheContractsDocument) {
  const auto channel = make_webhook(settings_for("http://127.0.0.1/"));
  EXPECT_EQ(channel->render(sample_message()),
            R"({"type":"incident.opened","timestamp":"2026-11-22T10:15:30.123Z","data":{)"
            R"("source":{"host":"mon1","version":"0.1.0"},)"
            R"("incident":{"id":"01KAMP0000000000000000SHOP","target":"shop",)"
            R"("url":"https://shop.example.com/health","tags":["prod"],"rule":"bad-gateway",)"
            R"("severity":"critical","opened_at":"2026-11-22T10:15:30.123Z","resolved_at":null,)"
            R"("class":"undetermined","class_reason":"","failing":null,)"
            R"("detected_by":"rate","bad":7,"probes":20,"rate":0.35,)"
            R"("rate_502":0.35,"rate_gateway":0.4,"threshold":0.2,"window_seconds":300},)"
            R"("verdict":{"fault":"unknown",)"
            R"("summary":"Not enough is known to say where the fault lies.",)"
            R"("evidence":["7 of 20 probes answered 502"],"causes":[]},"text":"what happened"}})");
}

TEST(Webhook, RendersWhyAnIncidentEndedWithoutRecovery) {
  const auto channel = make_webhook(settings_for("http://127.0.0.1/"));
  Message message = resolved_message(12min);
  const auto recovered = nlohmann::json::parse(channel->render(message));
  EXPECT_EQ(recovered["type"], "incident.resolved");
  EXPECT_EQ(recovered["data"]["incident"]["resolved_at"], "2026-11-22T10:27:30.123Z");
  EXPECT_FALSE(recovered["data"]["incident"].contains("reason"));
  message.incident.reason = "removed";
  const auto removed = nlohmann::json::parse(channel->render(message));
  EXPECT_EQ(removed["data"]["incident"]["reason"], "removed");
}

TEST(Webhook, RendersATestWithoutAnIncident) {
  const auto channel = make_webhook(settings_for("http://127.0.0.1/"));
  EXPECT_EQ(channel->render(sample_message(MessageType::Test)),
            R"({"type":"test","timestamp":"2026-11-22T10:15:30.123Z","data":{)"
            R"("source":{"host":"mon1","version":"0.1.0"},"text":"what happened"}})");
}

TEST(Webhook, RoundsSharesAndReplacesWhatIsNotText) {
  const auto channel = make_webhook(settings_for("http://127.0.0.1/"));
  Message message = sample_message();
  message.window = {.probes = 3, .bad = 1, .bad_502 = 2, .gateway = 2};
  message.rule.window = 1500ms;
  message.text = "bad \xFF byte";
  const auto json = nlohmann::json::parse(channel->render(message));
  EXPECT_EQ(json["data"]["incident"]["rate"], 0.3333);
  EXPECT_EQ(json["data"]["incident"]["rate_502"], 0.6667);
  EXPECT_EQ(json["data"]["incident"]["window_seconds"], 1.5);
  EXPECT_EQ(json["data"]["text"], "bad \xEF\xBF\xBD byte");
}

TEST(Webhook, PostsTheFrozenBodyWithIdAndTimeOfTheAttempt) {
  Receiver receiver("HTTP/1.1 204 No Content\r\n\r\n");
  WebhookSettings settings = settings_for(receiver.url());
  settings.headers = {{"Authorization", Secret("Bearer abc")}, {"X-Empty", Secret()}};
  const auto channel = make_webhook(settings);
  const std::string body(5000, 'x');  // long enough for libcurl to ask with Expect by itself
  EXPECT_EQ(channel->send(notification(body), kAttempt).kind, Kind::Delivered);
  ASSERT_EQ(receiver.requests().size(), 1U);
  Request request = receiver.requests().front();
  EXPECT_EQ(request.line, "POST /hook HTTP/1.1");
  EXPECT_EQ(request.body, body);
  EXPECT_EQ(request.headers["content-type"], "application/json");
  EXPECT_EQ(request.headers["webhook-id"], "msg_1");
  EXPECT_EQ(request.headers["webhook-timestamp"], "1700000000");
  EXPECT_EQ(request.headers["user-agent"], "gatewatch/" GATEWATCH_VERSION);
  EXPECT_EQ(request.headers["authorization"], "Bearer abc");
  EXPECT_TRUE(request.headers.contains("x-empty"));
  EXPECT_FALSE(request.headers.contains("expect"));
  EXPECT_FALSE(request.headers.contains("webhook-signature"));
}

// The expected value was computed with Python's hmac.
TEST(Webhook, SignsIdTimeAndBody) {
  const std::string text = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  const std::string expected = "v1,AMaOha7DUT/0J0JMycRuYOBSvbx3WtwLd2khXXbaVj4=";
  const std::optional<Secret> key = parse_signing_key(text);
  ASSERT_TRUE(key);
  EXPECT_EQ(sign(*key, "msg_1", "1700000000", R"({"a":1})"), expected);

  Receiver receiver("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  WebhookSettings settings = settings_for(receiver.url());
  settings.key = *key;
  ASSERT_EQ(make_webhook(settings)->send(notification(R"({"a":1})"), kAttempt).kind,
            Kind::Delivered);
  EXPECT_EQ(receiver.requests().front().headers["webhook-signature"], expected);
}

TEST(Webhook, TakesSigningKeysOfRightFormAndLengthOnly) {
  const std::string key24 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  EXPECT_TRUE(parse_signing_key("whsec_" + key24));
  EXPECT_EQ(parse_signing_key("whsec_" + key24)->reveal().size(), 24U);
  EXPECT_EQ(parse_signing_key("whsec_" + std::string(86, 'A') + "==")->reveal().size(), 64U);
  EXPECT_FALSE(parse_signing_key(key24)) << "no prefix";
  EXPECT_FALSE(parse_signing_key("whsec_")) << "no key";
  EXPECT_FALSE(parse_signing_key("whsec_" + std::string(31, 'A') + "=")) << "23 bytes";
  EXPECT_FALSE(parse_signing_key("whsec_" + std::string(87, 'A') + "=")) << "65 bytes";
  EXPECT_FALSE(parse_signing_key("whsec_" + std::string(31, 'A') + "-")) << "another alphabet";
  EXPECT_FALSE(parse_signing_key("whsec_" + std::string(31, 'A'))) << "no padding";
  EXPECT_FALSE(parse_signing_key("whsec_=" + std::string(31, 'A'))) << "padding in front";
  EXPECT_FALSE(parse_signing_key("whsec_" + std::string(29, 'A') + "===")) << "too much padding";
}

struct Case {
  std::string answer;
  Kind kind;
  std::string detail;
};

TEST(Webhook, DecidesByTheStatus) {
  const std::vector<Case> cases{
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", Kind::Delivered, "HTTP 200: ok"},
      {"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", Kind::Delivered, "HTTP 202"},
      {"HTTP/1.1 500 Oops\r\nContent-Length: 6\r\n\r\nbroken", Kind::Retry, "HTTP 500: broken"},
      {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", Kind::Retry, "HTTP 502"},
      {"HTTP/1.1 408 Slow\r\nContent-Length: 0\r\n\r\n", Kind::Retry, "HTTP 408"},
      {"HTTP/1.1 425 Early\r\nContent-Length: 0\r\n\r\n", Kind::Retry, "HTTP 425"},
      {"HTTP/1.1 429 Much\r\nContent-Length: 0\r\n\r\n", Kind::Retry, "HTTP 429"},
      {"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", Kind::RetrySlowly, "HTTP 401"},
      {"HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n", Kind::RetrySlowly, "HTTP 404"},
      {"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", Kind::StopChannel, "HTTP 410"},
      {"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\n\x1B[2J", Kind::Retry, "HTTP 500: \\x1B[2J"},
  };
  for (const Case& one : cases) {
    const SendResult result = result_of(one.answer);
    EXPECT_EQ(result.kind, one.kind) << one.answer;
    EXPECT_EQ(result.detail, one.detail);
    EXPECT_FALSE(result.retry_after);
  }
}

TEST(Webhook, FollowsNoRedirect) {
  Receiver elsewhere("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const SendResult result = result_of("HTTP/1.1 301 Moved\r\nLocation: " + elsewhere.url() +
                                      "\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(result.kind, Kind::RetrySlowly);
  EXPECT_TRUE(elsewhere.requests().empty());
}

TEST(Webhook, PassesOnRetryAfter) {
  const auto with = [](const std::string& value) {
    return result_of("HTTP/1.1 429 Much\r\nRetry-After: " + value + "\r\nContent-Length: 0\r\n\r\n")
        .retry_after;
  };
  EXPECT_EQ(with("7"), Duration(7s));
  EXPECT_EQ(with("31536000"), Duration(24h));
  EXPECT_EQ(with("999999999999999999999999999"), std::nullopt);
  EXPECT_EQ(with("-5"), std::nullopt);
  EXPECT_EQ(with("Mon, 01 Jan 2001 00:00:00 GMT"), std::nullopt);
  EXPECT_EQ(with("soon"), std::nullopt);
}

TEST(Webhook, TakesTheStatusOfTheFinalAnswer) {
  EXPECT_EQ(result_of("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
                      "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
                .kind,
            Kind::Retry);
}

TEST(Webhook, IsNotDeliveredByHalfAHead) {
  const TcpPeer peer([](Connection& connection) {
    read_request(connection);
    connection.write("HTTP/1.1 200 OK\r\nContent-Le");
  });
  const std::string url = "http://127.0.0.1:" + std::to_string(peer.port());
  const SendResult result = make_webhook(settings_for(url))->send(notification(), kAttempt);
  EXPECT_EQ(result.kind, Kind::Retry);
  EXPECT_NE(result.detail, "");
}

TEST(Webhook, ReadsOnlyTheBeginningOfAnEndlessBody) {
  std::atomic<size_t> written = 0;
  const TcpPeer peer([&](Connection& connection) {
    read_request(connection);
    connection.write("HTTP/1.1 200 OK\r\n\r\n");
    const std::string chunk(4096, 'x');
    while (!connection.is_closed()) {
      connection.write(chunk);
      written += chunk.size();
    }
  });
  const std::string url = "http://127.0.0.1:" + std::to_string(peer.port());
  const SendResult result = make_webhook(settings_for(url))->send(notification(), kAttempt);
  EXPECT_EQ(result.kind, Kind::Delivered);
  EXPECT_LE(result.detail.size(), kMaxRemoteText);
}

TEST(Webhook, UnpacksNoTransferCodingThatItDidNotAskFor) {
  const TcpPeer peer([&](Connection& connection) {
    read_request(connection);
    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, gzip, gzip\r\n\r\n\x1f\x8b");
    connection.wait_closed();
  });
  const std::string url = "http://127.0.0.1:" + std::to_string(peer.port());
  EXPECT_EQ(make_webhook(settings_for(url))->send(notification(), kAttempt).kind, Kind::Retry);
}

TEST(Webhook, RetriesWhereNobodyListens) {
  const std::string url = "http://127.0.0.1:" + std::to_string(gatewatch::testing::refused_port());
  const SendResult result = make_webhook(settings_for(url))->send(notification(), kAttempt);
  EXPECT_EQ(result.kind, Kind::Retry);
  EXPECT_THAT(result.detail, HasSubstr("127.0.0.1"));
}

TEST(Webhook, EndsAHangingSendWhenCancelled) {
  std::promise<void> asked;
  const TcpPeer peer([&](Connection& connection) {
    read_request(connection);
    asked.set_value();
    connection.wait_closed();
  });
  const std::string url = "http://127.0.0.1:" + std::to_string(peer.port());
  const auto channel = make_webhook(settings_for(url));
  std::thread canceller([&] {
    asked.get_future().wait();
    channel->cancel();
  });
  const SteadyTime begin = system_clock().steady();
  EXPECT_EQ(channel->send(notification(), kAttempt).kind, Kind::Retry);
  EXPECT_LT(system_clock().steady() - begin, kSendTimeout / 2);
  canceller.join();
}

TEST(Webhook, UsesNoProxyOfTheEnvironment) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  EXPECT_EQ(result_of("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").kind, Kind::Delivered);
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

TEST(Webhook, KeepsItsConnectionForTheNextMessage) {
  std::atomic<int> connections = 0;
  const TcpPeer peer([&](Connection& connection) {
    ++connections;
    while (!read_request(connection).line.empty()) {
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  });
  const std::string url = "http://127.0.0.1:" + std::to_string(peer.port());
  const auto channel = make_webhook(settings_for(url));
  EXPECT_EQ(channel->send(notification(), kAttempt).kind, Kind::Delivered);
  EXPECT_EQ(channel->send(notification(), kAttempt).kind, Kind::Delivered);
  EXPECT_EQ(connections, 1);
}

}  // namespace
}  // namespace gatewatch::alerts
