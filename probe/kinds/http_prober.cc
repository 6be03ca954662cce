// SPDX-License-Identifier: MIT
#include "probe/kinds/http_prober.h"

#include <functional>
#include <utility>

#include "core/assert.h"
#include "core/text.h"
#include "probe/http/http_request.h"
#include "probe/kinds/evidence.h"
#include "probe/net/socket_address.h"

namespace gatewatch::probe {
namespace {

void add(std::optional<Duration>& sum, const std::optional<Duration>& more) {
  if (more) {
    sum = sum.value_or(Duration::zero()) + *more;
  }
}

std::string in_ms(Duration duration) {
  return std::to_string(std::chrono::round<std::chrono::milliseconds>(duration).count()) + " ms";
}

}  // namespace

HttpProber::HttpProber(const ProbeServices& services, std::shared_ptr<const HttpSettings> settings,
                       const std::optional<Endpoint>& pin)
    : loop_(services.loop),
      resolver_(services.resolver),
      http_(services.http),
      curl_(services.curl),
      signatures_(services.signatures),
      settings_(std::move(settings)),
      pin_(pin ? pin : settings_->connect_to),
      foreign_fields_(fields_for_strangers(settings_->headers)),
      foreign_tls_(tls_for_strangers(settings_->tls)),
      by_curl_(settings_->http2 || settings_->proxy),
      make_request_id_(has_field(settings_->headers, "x-request-id") ? nullptr
                                                                     : services.make_request_id),
      // Targets that share a host do not all begin with its first address.
      turn_(std::hash<std::string>{}(settings_->url.text)) {}

HttpProber::~HttpProber() {
  stop();
}

void HttpProber::start(SteadyTime deadline, Done done) {
  start(loop_.precise_now(), deadline, std::move(done));
}

void HttpProber::start(SteadyTime began, SteadyTime deadline, Done done) {
  GW_ASSERT(!done_);
  done_ = std::move(done);
  started_ = began;
  deadline_ = deadline;
  deadline_timer_ = loop_.call_at(deadline, [this] {
    deadline_timer_ = Loop::TimerId::None;
    on_deadline();
  });
  result_ = {};
  met_.clear();
  ++turn_;
  url_ = &settings_->url;
  method_ = settings_->method;
  send_body_ = true;
  at_home_ = true;
  redirects_ = 0;
  begin_hop();
}

void HttpProber::abort(std::string_view error) {
  if (!done_) {
    return;
  }
  if (const std::optional<TransferResult> partial = stop()) {
    note(*partial);
  }
  finish(Outcome::Inconclusive, printable(error));
}

void HttpProber::begin_hop() {
  if (at_home_ && !settings_->unix_socket.empty()) {
    result_.address = "unix:" + settings_->unix_socket;
    begin_transfer({});
    return;
  }
  if (!settings_->proxy && pin_ && url_->host == settings_->url.host) {
    connect_to(pin_->address.text, url_->port == settings_->url.port ? pin_->port : uint16_t{0});
    return;
  }
  const std::string& wanted = peer().host;
  if (peer().is_address) {
    connect_to(wanted);
    return;
  }
  for (const auto& [host, address] : met_) {
    if (host == wanted) {
      connect_to(address);
      return;
    }
  }
  result_.address.clear();
  hop_started_ = loop_.precise_now();
  Resolver::Query query;
  query.host = wanted;
  query.server = settings_->resolver;
  query.family = settings_->ip_family;
  query.patience = (deadline_ - hop_started_) / 2;
  lookup_ = resolver_.resolve(std::move(query), [this, host = wanted](Resolution resolution) {
    lookup_ = Resolver::RequestId::None;
    on_resolved(host, std::move(resolution));
  });
}

const Url& HttpProber::peer() const {
  return settings_->proxy ? *settings_->proxy : *url_;
}

void HttpProber::on_resolved(const std::string& host, Resolution resolution) {
  add(result_.phases.dns, loop_.precise_now() - hop_started_);
  if (resolution.outcome != Outcome::Ok) {
    result_.met = {Cause::Dns};
    finish(resolution.outcome, host + ": " + resolution.error);
    return;
  }
  result_.dns_stale = result_.dns_stale || resolution.is_stale;
  const Address& address = resolution.addresses[turn_ % resolution.addresses.size()];
  met_.emplace_back(host, address.text);
  connect_to(address.text);
}

void HttpProber::connect_to(const std::string& address, uint16_t port) {
  result_.address = address;
  begin_transfer(address, port);
}

void HttpProber::begin_transfer(const std::string& address, uint16_t port) {
  if (!is_named(address) && is_metadata_address(address)) {
    finish_later(Outcome::Protocol, no_connection_to(address));
    return;
  }
  // A proxy would go wherever a redirect says.
  if (settings_->proxy && !is_named(url_->host) && is_metadata_address(url_->host)) {
    finish_later(Outcome::Protocol, no_connection_to(url_->host));
    return;
  }
  if (!is_named(address) && is_unspecified_address(address)) {
    finish_later(Outcome::Protocol, address + " is no server's; it leads to this machine");
    return;
  }
  TransferRequest request;
  request.url = url_;
  request.address = address;
  request.port = port;
  request.method = method_;
  request.fields = at_home_ ? &settings_->headers : &foreign_fields_;
  request.body = send_body_ ? std::string_view(settings_->body) : std::string_view();
  if (at_home_ && make_request_id_) {
    result_.request_id = make_request_id_(loop_.wall_now());  // a line of a log for each request
    request.request_id = result_.request_id;
  }
  request.tls = at_home_ ? &settings_->tls : &foreign_tls_;
  request.session = at_home_ ? session_to_use() : nullptr;
  request.known_certificate = certificate_;
  request.unix_socket = at_home_ ? settings_->unix_socket : std::string();
  request.proxy = settings_->proxy ? &*settings_->proxy : nullptr;
  request.http2 = settings_->http2;
  request.ends_at_redirect = settings_->max_redirects > 0;
  request.wants_fields = !settings_->expectations.headers.empty();
  request.wants_body = settings_->expectations.needs_body();
  const auto started = start_transfer(request);
  if (started) {
    transfer_ = *started;
  } else {
    finish_later(Outcome::Inconclusive, started.error());
  }
}

std::expected<TransferId, std::string> HttpProber::start_transfer(const TransferRequest& request) {
  TransferDone done = [this](TransferResult answer) {
    transfer_ = TransferId::None;
    on_answer(std::move(answer));
  };
  return by_curl_ ? curl_.start(request, std::move(done)) : http_.start(request, std::move(done));
}

bool HttpProber::is_named(const std::string& address) const {
  return address == settings_->url.host ||
         (settings_->proxy && address == settings_->proxy->host) ||
         (settings_->connect_to && address == settings_->connect_to->address.text);
}

TlsSession* HttpProber::session_to_use() {
  if (settings_->tls_full_every == 1) {
    return nullptr;
  }
  if (redirects_ == 0 && --until_full_ < 0) {
    until_full_ = settings_->tls_full_every - 1;
    session_.forget();
  }
  return &session_;
}

void HttpProber::note(const TransferResult& answer) {
  add(result_.phases.connect, answer.phases.connect);
  add(result_.phases.tls, answer.phases.tls);
  add(result_.phases.first_byte, answer.phases.first_byte);
  result_.tls_resumed = result_.tls_resumed || answer.tls_resumed;
  result_.status = answer.status;
  result_.reason = answer.reason;
  result_.certificate = answer.certificate;
  if (answer.certificate != nullptr) {
    certificate_ = answer.certificate;
  }
}

bool HttpProber::is_followed(const TransferResult& answer) const {
  return answer.head_complete && is_redirect(answer.status) && !answer.location.empty() &&
         settings_->max_redirects > 0;
}

void HttpProber::on_answer(TransferResult answer) {
  note(answer);
  if (!is_followed(answer)) {
    judge(std::move(answer));
  } else if (redirects_ >= settings_->max_redirects) {
    answer.failure = Outcome::HttpError;
    answer.error = "more than " + std::to_string(settings_->max_redirects) + " redirects";
    finish_with(answer);
  } else if (const std::string refusal = follow(answer); !refusal.empty()) {
    answer.failure = Outcome::Protocol;
    answer.error = refusal;
    finish_with(answer);
  } else {
    begin_hop();
  }
}

// Before the failure is overwritten by what the status says: it tells whether the answer is whole.
void HttpProber::note_maker(const TransferResult& answer) {
  const bool is_http = answer.failure != Outcome::Protocol || answer.status != 0;
  if (answer.is_of_proxy ||
      (is_http && !(answer.head_complete && answer.status >= kLeastStatusRead))) {
    return;
  }
  // To HEAD nobody sends a body, so that none says nothing.
  is_whole_ = answer.failure == Outcome::Ok && method_ != "HEAD";
  result_.answered_by =
      signatures_.read({.status = answer.status,
                        .reason = answer.reason,
                        .head = answer.head,
                        .body = std::string_view(answer.body).substr(0, kBodyStart),
                        .is_whole = is_whole_ && answer.body.size() <= kBodyStart,
                        .is_http = is_http});
}

void HttpProber::judge(TransferResult answer) {
  note_maker(answer);
  const bool is_expected = !answer.is_of_proxy && settings_->expected.contains(answer.status);
  if (answer.head_complete && !is_expected) {
    answer.failure = outcome_of_unexpected_status(answer.status);
  }
  if (answer.failure != Outcome::Ok) {
    finish_with(answer);
  } else {
    judge_content(answer);
  }
}

// Requires: the answer is complete, and its status is expected.
void HttpProber::judge_content(TransferResult& answer) {
  std::optional<int> days;
  if (answer.certificate != nullptr) {
    days = days_left(*answer.certificate, loop_.wall_now());
  }
  std::optional<Unmet> unmet =
      check(settings_->expectations, {.fields = answer.fields,
                                      .body = answer.body,
                                      .body_cut = answer.body_cut,
                                      .latency = loop_.precise_now() - started_,
                                      .certificate_days = days});
  if (unmet) {
    answer.failure = unmet->outcome;
    answer.error = std::move(unmet->text);
  }
  if (unmet || settings_->keeps_answer) {
    finish_with(answer);
  } else {
    finish(Outcome::Ok, {});
  }
}

void HttpProber::finish_with(const TransferResult& answer) {
  const bool is_server_error = answer.head_complete && answer.status >= kLeastStatusRead;
  if (answer.failure != Outcome::Ok && !is_server_error) {
    result_.met = answer.met;
  } else if (answer.failure != Outcome::Ok && !answer.is_of_proxy) {
    result_.met = met_in_server_error(
        {.status = answer.status, .head = answer.head, .is_whole = is_whole_}, result_.answered_by);
  }
  result_.head = evidence_head(answer.head, *settings_);
  result_.body = evidence_body(answer.body, *settings_);
  result_.reason = evidence_words(result_.reason, *settings_);
  finish(answer.failure, evidence_words(answer.error, *settings_));
}

std::string HttpProber::follow(const TransferResult& answer) {
  std::expected<Url, std::string> next = resolve_location(*url_, answer.location);
  if (!next) {
    return "the redirect's location " + next.error();
  }
  if (url_->scheme == "https" && next->scheme == "http") {
    return "a redirect from https to http is not followed";
  }
  ++redirects_;
  at_home_ = at_home_ && next->same_origin(settings_->url);
  const bool to_get = (answer.status == 303 && method_ != "HEAD") ||
                      ((answer.status == 301 || answer.status == 302) && method_ == "POST");
  if (to_get) {
    method_ = "GET";
    send_body_ = false;
  }
  if (!at_home_ && send_body_ && !settings_->body.empty()) {
    return "a redirect that would take the body to another origin is not followed";
  }
  redirect_ = std::move(*next);
  result_.status = 0;  // those were of the redirect
  result_.reason.clear();
  if (at_home_) {  // credentials of a Location were dropped; the target's own still apply
    redirect_.user = settings_->url.user;
    redirect_.password = settings_->url.password;
  }
  url_ = &redirect_;
  return {};
}

void HttpProber::on_deadline() {
  const bool resolving = lookup_ != Resolver::RequestId::None;
  const Resolution unresolved = resolver_.give_up(std::exchange(lookup_, {}));
  std::optional<TransferResult> partial = stop();
  std::string stage = resolving ? "resolving " + peer().host + ": " + unresolved.error : "starting";
  if (partial) {
    note(*partial);
    stage = partial->stage;
  }
  const Duration overdue = loop_.now() - deadline_;
  if (overdue >= kStandstill) {
    finish(Outcome::Inconclusive, "gatewatch stood still for " + in_ms(overdue) + ", " + stage);
    return;
  }
  std::string error = "timed out after " + in_ms(loop_.precise_now() - started_) + ", " + stage;
  if (!partial) {
    result_.met = resolving ? CauseSet{Cause::Dns} : CauseSet();
    finish(resolving ? unresolved.outcome : Outcome::Timeout, std::move(error));
    return;
  }
  partial->failure = Outcome::Timeout;
  partial->error = std::move(error);
  if (is_followed(*partial)) {
    finish_with(*partial);
  } else {
    judge(std::move(*partial));
  }
}

std::optional<TransferResult> HttpProber::stop() {
  loop_.cancel(std::exchange(deadline_timer_, Loop::TimerId::None));
  loop_.cancel(std::exchange(finish_timer_, Loop::TimerId::None));
  resolver_.cancel(std::exchange(lookup_, Resolver::RequestId::None));
  const TransferId transfer = std::exchange(transfer_, TransferId::None);
  return by_curl_ ? curl_.cancel(transfer) : http_.cancel(transfer);
}

void HttpProber::finish_later(Outcome outcome, std::string error) {
  finish_timer_ = loop_.call_at(loop_.now(), [this, outcome, text = std::move(error)]() mutable {
    finish_timer_ = Loop::TimerId::None;
    finish(outcome, std::move(text));
  });
}

void HttpProber::finish(Outcome outcome, std::string error) {
  loop_.cancel(std::exchange(deadline_timer_, Loop::TimerId::None));
  if (outcome != Outcome::Ok) {
    until_full_ = 0;  // after an error a full handshake
  }
  result_.outcome = outcome;
  result_.error = std::move(error);
  result_.latency = loop_.precise_now() - started_;
  Done done = std::exchange(done_, nullptr);
  done(std::move(result_));
}

}  // namespace gatewatch::probe
