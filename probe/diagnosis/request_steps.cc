// SPDX-License-Identifier: MIT
#include "probe/diagnosis/request_steps.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "probe/diagnosis/finding_text.h"
#include "probe/diagnosis/kept_connection_step.h"
#include "probe/kinds/http_prober.h"

namespace gatewatch::probe {
namespace {

constexpr int kMethodNotAllowed = 405;
constexpr int kNotImplemented = 501;

std::string text_of(const Address& address) {
  return address.text;
}

std::string text_of(const std::optional<Address>& pin) {
  return pin ? pin->text : "";
}

const char* version_word(bool is_2) {
  return is_2 ? "HTTP/2" : "HTTP/1.1";
}

// What the answer looked like; of a good one the head alone.
Finding raw_answer(Finding planned, const ProbeResult& result) {
  planned.address = planned.address.empty() ? result.address : planned.address;
  if (result.head.empty() && result.body.empty()) {
    planned.text = "no answer came";
    return planned;
  }
  planned.outcome = result.status != 0 ? Outcome::Ok : result.outcome;
  planned.result = result_of(planned.outcome);
  planned.status = result.status;
  planned.text = result.status != 0 ? "its head, and the beginning of its body" : result.error;
  planned.evidence = result.head;
  if (!result.body.empty() && result.outcome != Outcome::Ok) {
    planned.evidence += (result.head.ends_with("\n\r\n") ? "" : "\r\n") + result.body;
  }
  return planned;
}

Finding judged_head(Finding planned, const ProbeResult& result) {
  Finding finding = judged(std::move(planned), result);
  if (result.status == kMethodNotAllowed || result.status == kNotImplemented) {
    finding.outcome = Outcome::Ok;
    finding.result = FindingResult::Ok;
    finding.text += "; HEAD is not served here";
  }
  return finding;
}

}  // namespace

RequestSteps::RequestSteps(const ProbeServices& services, const DiagnosisSubject& subject,
                           OnResult on_result)
    : services_(services),
      subject_(subject),
      http_(*subject.http),
      on_result_(std::move(on_result)),
      path_(printable(http_.url.target.substr(0, http_.url.target.find('?')))) {}

std::string RequestSteps::subject_of(const std::string& method) const {
  return method + ' ' + path_;
}

// What is expected of an answer's content holds for the target's own method only.
HttpSettings RequestSteps::settings_for(const std::string& method) const {
  HttpSettings settings = http_;
  if (method != http_.method) {
    settings.expectations = {};
  }
  settings.method = method;
  settings.body.clear();
  settings.tls_full_every = 1;
  settings.every_address = false;
  settings.keeps_answer = true;
  return settings;
}

std::unique_ptr<Prober> RequestSteps::prober(HttpSettings settings,
                                             const std::optional<Address>& pin) const {
  std::optional<Endpoint> endpoint;
  if (pin) {
    endpoint = Endpoint{*pin, http_.connect_to ? http_.connect_to->port : uint16_t{0}};
  }
  return std::make_unique<HttpProber>(
      services_, std::make_shared<const HttpSettings>(std::move(settings)), endpoint);
}

std::unique_ptr<Step> RequestSteps::get(const std::optional<Address>& pin) {
  Findings plan{{.check = Check::Get, .subject = subject_of("GET"), .address = text_of(pin)},
                {.check = Check::Answer, .subject = subject_of("GET"), .address = text_of(pin)}};
  return std::make_unique<ProbeStep>(
      std::move(plan), prober(settings_for("GET"), pin),
      [this](Findings planned, const ProbeResult& result) {
        on_result_(result);
        planned[0] = judged(std::move(planned[0]), result);
        if (http_.method != "GET" && http_.method != "HEAD") {
          planned[0].text +=
              "; the target's probes send " + http_.method + ", a diagnosis does not";
        }
        planned[1] = raw_answer(std::move(planned[1]), result);
        return planned;
      },
      1);
}

std::unique_ptr<Step> RequestSteps::head(const std::optional<Address>& pin) {
  Findings plan{{.check = Check::Head, .subject = subject_of("HEAD"), .address = text_of(pin)}};
  return std::make_unique<ProbeStep>(
      std::move(plan), prober(settings_for("HEAD"), pin),
      [this](Findings planned, const ProbeResult& result) {
        on_result_(result);
        planned[0] = judged_head(std::move(planned[0]), result);
        return planned;
      },
      1);
}

std::unique_ptr<Step> RequestSteps::other_path(const std::optional<Address>& pin,
                                               const std::string& path) {
  HttpSettings settings = settings_for("GET");
  settings.expectations = {};
  if (auto url = resolve_location(http_.url, path)) {
    url->user = http_.url.user;
    url->password = http_.url.password;
    settings.url = std::move(*url);
  }
  Findings plan{{.check = Check::OtherPath, .subject = "GET " + path, .address = text_of(pin)}};
  return std::make_unique<ProbeStep>(
      std::move(plan), prober(std::move(settings), pin),
      [](Findings planned, const ProbeResult& result) {
        planned[0] = judged_as_any_answer(std::move(planned[0]), result);
        return planned;
      },
      1);
}

std::unique_ptr<Step> RequestSteps::other_version(const std::optional<Address>& pin) {
  if (http_.url.scheme != "https") {
    return nullptr;
  }
  HttpSettings settings = settings_for("GET");
  settings.http2 = !http_.http2;
  Findings planned{
      {.check = Check::Http2, .subject = version_word(settings.http2), .address = text_of(pin)}};
  return std::make_unique<ProbeStep>(
      std::move(planned), prober(std::move(settings), pin),
      [this, asks_for_2 = !http_.http2](Findings plan, const ProbeResult& result) {
        on_result_(result);
        if (asks_for_2 && result.status != 0 && !result.head.starts_with("HTTP/2")) {
          plan[0].text = "the server offers HTTP/1.1 only";
        } else {
          plan[0] = judged(std::move(plan[0]), result);
        }
        return plan;
      },
      1);
}

std::unique_ptr<Step> RequestSteps::kept_connection(const std::optional<Address>& pin) {
  if (http_.proxy || http_.http2) {
    return nullptr;
  }
  Peer peer{.address = text_of(pin), .port = subject_.found_by.port_or(subject_.port)};
  peer.unix_path = http_.unix_socket;
  return std::make_unique<KeptConnectionStep>(
      services_, std::make_shared<const HttpSettings>(settings_for("GET")), std::move(peer),
      subject_of("GET"), on_result_);
}

std::unique_ptr<Step> RequestSteps::at_address(const Address& address) {
  Findings plan{{.check = address.family == Address::Family::V4 ? Check::Ipv4 : Check::Ipv6,
                 .subject = text_of(address),
                 .address = text_of(address)}};
  return std::make_unique<ProbeStep>(
      std::move(plan), prober(settings_for("GET"), address),
      [this](Findings planned, const ProbeResult& result) {
        on_result_(result);
        planned[0] = judged(std::move(planned[0]), result);
        return planned;
      },
      1);
}

std::vector<std::string> RequestSteps::other_paths() const {
  std::vector<std::string> paths{"/", kUnknownPath};
  std::erase(paths, path_);
  return paths;
}

Findings RequestSteps::left_out() const {
  Findings findings;
  if (http_.url.scheme != "https") {
    findings.push_back({.check = Check::Http2,
                        .subject = version_word(!http_.http2),
                        .text = "HTTP/2 is asked for over TLS only"});
  }
  if (http_.proxy || http_.http2) {
    findings.push_back({.check = Check::ReusedConnection,
                        .subject = subject_of("GET"),
                        .text = http_.proxy ? "the target is probed through a proxy"
                                            : "the target is probed over HTTP/2"});
  }
  return findings;
}

}  // namespace gatewatch::probe
