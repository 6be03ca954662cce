// SPDX-License-Identifier: MIT
#include "alerts/webhook.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "alerts/channel_settings.h"
#include "alerts/curl_send.h"
#include "alerts/signature.h"
#include "core/text.h"

namespace gatewatch::alerts {
namespace {

using Json = nlohmann::ordered_json;

// Evidence is for people; the specification wants bodies under 20 kB.
constexpr size_t kMostEvidence = 20;
constexpr size_t kLongestEvidence = 500;

constexpr std::array<std::string_view, 9> kOwnHeaders{
    "connection", "content-length",    "content-type", "expect", "host", "keep-alive",
    "te",         "transfer-encoding", "user-agent",
};
constexpr std::string_view kOwnHeaderPrefix = "webhook-";

double rounded(double share) {
  return std::round(share * 10'000) / 10'000;
}

Json incident_of(const Message& message) {
  const Incident& incident = message.incident;
  const Counts& window = message.window;
  Json json;
  json["id"] = incident.id;
  json["target"] = incident.target;
  json["url"] = incident.url;
  json["tags"] = incident.tags;
  json["rule"] = incident.rule;
  json["severity"] = to_string(incident.severity);
  json["opened_at"] = format_utc(incident.opened_at);
  json["resolved_at"] = incident.resolved_at ? Json(format_utc(*incident.resolved_at)) : Json();
  if (!incident.reason.empty()) {
    json["reason"] = incident.reason;
  }
  json["class"] = to_string(incident.incident_class);
  json["class_reason"] = incident.class_reason;
  json["failing"] = incident.failing.empty() ? Json() : Json(incident.failing);
  json["detected_by"] = incident.detected_by;
  json["bad"] = window.bad;
  json["probes"] = window.probes;
  json["rate"] = rounded(window.rate());
  json["rate_502"] = rounded(window.rate_502());
  json["rate_gateway"] = rounded(window.rate_gateway());
  if (!message.rule.has_window()) {
    json["threshold"] = nullptr;
    json["window_seconds"] = nullptr;
    return json;
  }
  json["threshold"] = rounded(message.rule.threshold);
  const double seconds = to_seconds(message.rule.window);
  json["window_seconds"] = seconds == std::floor(seconds) ? Json(static_cast<int64_t>(seconds))
                                                          : Json(std::round(seconds * 1000) / 1000);
  return json;
}

Json verdict_of(const Verdict& verdict) {
  Json json;
  json["fault"] = to_string(verdict.fault);
  json["summary"] = verdict.summary;
  json["evidence"] = Json::array();
  for (size_t i = 0; i < std::min(verdict.evidence.size(), kMostEvidence); ++i) {
    json["evidence"].push_back(printable(verdict.evidence[i], kLongestEvidence));
  }
  json["causes"] = verdict.causes.words();
  return json;
}

SendResult::Kind kind_of(int status) {
  if (status >= 200 && status < 300) {
    return SendResult::Kind::Delivered;
  }
  if (status == 410) {
    return SendResult::Kind::StopChannel;
  }
  const bool may_pass =
      status == 0 || status == 408 || status == 425 || status == 429 || status >= 500;
  return may_pass ? SendResult::Kind::Retry : SendResult::Kind::RetrySlowly;
}

std::string detail_of(const HttpAnswer& answer) {
  if (answer.status == 0) {
    return printable(answer.error);
  }
  const std::string text = "HTTP " + std::to_string(answer.status);
  const size_t end = answer.body.find_last_not_of(" \t\r\n");
  return end == std::string::npos ? text : printable(text + ": " + answer.body.substr(0, end + 1));
}

class Webhook final : public Channel {
 public:
  explicit Webhook(WebhookSettings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] bool tells(MessageType /*type*/) const override { return true; }

  [[nodiscard]] std::string render(const Message& message) const override {
    Json json;
    json["type"] = to_string(message.type);
    json["timestamp"] = format_utc(message.at);
    Json& data = json["data"];
    data["source"]["host"] = message.source.host;
    data["source"]["version"] = message.source.version;
    if (message.type != MessageType::Test) {
      data["incident"] = incident_of(message);
      data["verdict"] = verdict_of(message.incident.verdict);
    }
    data["text"] = message.text;
    // What is not UTF-8 is replaced: a message must not be lost for its spelling.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  SendResult send(const Notification& notification, WallTime now) override {
    HttpRequest request{.url = settings_.url.reveal(),
                        .headers = headers_for(notification, now),
                        .body = notification.body,
                        .ca_file = settings_.ca_file};
    const HttpAnswer answer = sender_.post(request);
    return {.kind = kind_of(answer.status),
            .retry_after = answer.retry_after,
            .detail = detail_of(answer)};
  }

  void cancel() override { sender_.cancel(); }

 private:
  [[nodiscard]] std::vector<std::string> headers_for(const Notification& notification,
                                                     WallTime now) const {
    const std::string timestamp =
        std::to_string(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
    std::vector<std::string> headers{
        "content-type: application/json",
        "user-agent: gatewatch/" GATEWATCH_VERSION,
        "expect:",  // libcurl must not ask and wait before it sends a longer body
        "webhook-id: " + notification.id,
        "webhook-timestamp: " + timestamp,
    };
    if (!settings_.key.empty()) {
      headers.push_back("webhook-signature: " +
                        sign(settings_.key, notification.id, timestamp, notification.body));
    }
    for (const auto& [name, value] : settings_.headers) {
      // libcurl wants a semicolon where it is to send a header without a value.
      headers.push_back(value.empty() ? name + ';' : name + ": " + value.reveal());
    }
    return headers;
  }

  WebhookSettings settings_;
  CurlSender sender_;
};

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool read_url(config::Table& table, WebhookSettings& settings) {
  const SecretState state = read_required_secret(table, "url", settings.url);
  if (state != SecretState::Read) {
    return state == SecretState::Unread;
  }
  const std::optional<Url> url = parse_url(settings.url.reveal());
  if (url && (url->scheme == "http" || url->scheme == "https")) {
    return true;
  }
  // The address itself is not shown: it may carry a token.
  table.error("url", "not an http:// or https:// address",
              "such as https://hooks.example.com/path");
  return false;
}

bool read_key(config::Table& table, WebhookSettings& settings) {
  Secret secret;
  const SecretState state = read_secret(table, "secret", secret);
  if (state != SecretState::Read) {
    return state != SecretState::Wrong;
  }
  if (std::optional<Secret> key = parse_signing_key(secret.reveal())) {
    settings.key = *std::move(key);
    return true;
  }
  table.error("secret", "not \"whsec_\" and the base64 of 24 to 64 bytes",
              "make one: echo \"whsec_$(openssl rand -base64 32)\"");
  return false;
}

bool read_headers(config::Table& table, WebhookSettings& settings) {
  bool is_good = true;
  for (auto& [name, value] : table.secrets_by_name("headers")) {
    const std::string lower = ascii_lower(name);
    const bool is_own =
        lower.starts_with(kOwnHeaderPrefix) ||
        std::find(kOwnHeaders.begin(), kOwnHeaders.end(), lower) != kOwnHeaders.end();
    if (is_own) {
      table.error("headers", "header \"" + printable(name) + "\" is set by gatewatch itself");
    } else if (!is_token(name)) {
      table.error("headers", "\"" + printable(name) + "\" is not a header name",
                  "letters, digits and hyphens");
    } else if (!is_printable_utf8(value.reveal())) {
      table.error("headers", "header \"" + name + "\" has line breaks or control characters");
    } else {
      settings.headers.emplace_back(name, std::move(value));
      continue;
    }
    is_good = false;
  }
  return is_good;
}

}  // namespace

std::shared_ptr<Channel> make_webhook(WebhookSettings settings) {
  return std::make_shared<Webhook>(std::move(settings));
}

std::shared_ptr<Channel> read_webhook(config::Table& table) {
  WebhookSettings settings;
  bool is_good = read_url(table, settings);
  is_good &= read_key(table, settings);
  is_good &= read_headers(table, settings);
  is_good &= read_ca_file(table, settings.ca_file);
  return is_good ? make_webhook(std::move(settings)) : nullptr;
}

}  // namespace gatewatch::alerts
