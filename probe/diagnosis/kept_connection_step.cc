// SPDX-License-Identifier: MIT
#include "probe/diagnosis/kept_connection_step.h"

#include <utility>

#include "probe/diagnosis/finding_text.h"
#include "probe/http/http_engine.h"
#include "probe/http/http_request.h"
#include "probe/kinds/evidence.h"

namespace gatewatch::probe {

KeptConnectionStep::KeptConnectionStep(const ProbeServices& services,
                                       std::shared_ptr<const HttpSettings> settings, Peer peer,
                                       const std::string& subject, OnResult on_result)
    : Step({{.check = Check::FreshConnection, .subject = subject, .address = peer.address},
            {.check = Check::ReusedConnection, .subject = subject, .address = peer.address}},
           2),
      loop_(services.loop),
      contexts_(services.http.tls_contexts()),
      settings_(std::move(settings)),
      peer_(std::move(peer)),
      on_result_(std::move(on_result)),
      connection_(services.loop, [this] { on_ready(); }) {}

KeptConnectionStep::~KeptConnectionStep() {
  loop_.cancel(timer_);
}

void KeptConnectionStep::start(SteadyTime deadline, Done done) {
  done_ = std::move(done);
  deadline_ = deadline;
  timer_ = loop_.call_at(deadline, [this] { on_deadline(); });
  std::optional<TlsUse> tls;
  if (settings_->url.scheme == "https") {
    const auto context = contexts_.find(settings_->tls);
    if (!context) {
      findings_ = skipped(context.error());
      loop_.cancel(timer_);
      timer_ = loop_.call_at(loop_.now(), [this] { finish(); });
      return;
    }
    tls = TlsUse{.context = *context, .host = settings_->url.host};
  }
  begin_request();
  connection_.begin(peer_, tls);
}

void KeptConnectionStep::begin_request() {
  parser_.begin({.kept_body = kBodyStart});
  unsent_ = write_request(
      {.url = &settings_->url, .fields = &settings_->headers, .keeps_connection = true});
  first_byte_.reset();
  request_began_ = loop_.precise_now();
  sent_at_ = request_began_;
}

void KeptConnectionStep::on_ready() {
  if (connection_.state() != Connection::State::Open) {
    const Connection::State state = connection_.advance();
    if (state == Connection::State::Failed) {
      fail(connection_.failure(), connection_.error());
      return;
    }
    if (state != Connection::State::Open) {
      return;
    }
  }
  if (!send()) {
    return;
  }
  for (int reads = 0; reads < kMaxReadsPerTurn; ++reads) {
    if (!receive()) {
      return;
    }
  }
  connection_.come_back();
}

bool KeptConnectionStep::send() {
  while (!unsent_.empty()) {
    const auto [io, bytes] = connection_.write(unsent_);
    if (io == Connection::Io::Later) {
      return false;
    }
    if (io != Connection::Io::Some) {
      fail(Outcome::Reset, "the connection ended before the request was sent");
      return false;
    }
    unsent_.erase(0, bytes);
    sent_at_ = loop_.precise_now();
  }
  return true;
}

bool KeptConnectionStep::receive() {
  std::array<char, kReadBuffer> buffer;  // filled by read()
  const auto [io, bytes] = connection_.read(buffer);
  switch (io) {
    case Connection::Io::Later:
      return false;
    case Connection::Io::Some:
      if (!first_byte_) {
        first_byte_ = loop_.precise_now() - sent_at_;
      }
      parser_.take({buffer.data(), bytes});
      break;
    case Connection::Io::End:
      parser_.take_end(HttpParser::End::Closed);
      break;
    case Connection::Io::Broken:
      parser_.take_end(HttpParser::End::Reset);
      break;
  }
  if (!parser_.ended()) {
    return true;
  }
  on_answer();
  return false;
}

void KeptConnectionStep::on_answer() {
  ProbeResult result;
  result.outcome = parser_.failure();
  result.error = evidence_words(parser_.error(), *settings_);
  if (parser_.status() >= kFirstFinalStatus) {
    result.status = parser_.status();
    result.reason = evidence_words(parser_.reason(), *settings_);
  }
  if (parser_.head_complete() && !settings_->expected.contains(parser_.status())) {
    result.outcome = outcome_of_unexpected_status(parser_.status());
  }
  if (result.outcome != Outcome::Ok) {
    result.head = evidence_head(std::string(parser_.head()), *settings_);
    result.body = evidence_body(std::string(parser_.body()), *settings_);
  }
  const bool may_go_on = parser_.state() == HttpParser::State::Done && !parser_.ends_connection() &&
                         !parser_.body_cut();
  const bool was_second = is_second();
  note(std::move(result));
  if (was_second || !may_go_on) {
    finish();
  } else {
    begin_request();
    connection_.come_back();
  }
}

void KeptConnectionStep::fail(Outcome outcome, const std::string& error) {
  ProbeResult result;
  result.outcome = outcome;
  result.error = evidence_words(error, *settings_);
  note(std::move(result));
  finish();
}

void KeptConnectionStep::note(ProbeResult result) {
  result.address = peer_.address;
  result.latency = loop_.precise_now() - request_began_;
  if (!is_second()) {
    result.phases.connect = connection_.connect_time();
    result.phases.tls = connection_.tls_time();
  }
  result.phases.first_byte = first_byte_;
  findings_.push_back(judged(plan()[findings_.size()], result));
  on_result_(result);
}

void KeptConnectionStep::on_deadline() {
  timer_ = Loop::TimerId::None;
  const Duration overdue = loop_.now() - deadline_;
  if (overdue >= kStandstill) {
    fail(Outcome::Inconclusive, "gatewatch stood still");
  } else {
    fail(Outcome::Timeout, "no whole answer in time");
  }
}

void KeptConnectionStep::finish() {
  loop_.cancel(std::exchange(timer_, Loop::TimerId::None));
  connection_.close();
  if (findings_.size() == 1) {
    findings_.push_back(skipped("the first answer left no connection to use again").back());
  }
  Done done = std::exchange(done_, nullptr);
  done(std::move(findings_));
}

}  // namespace gatewatch::probe
