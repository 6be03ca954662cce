// SPDX-License-Identifier: MIT
//
// Until the go-ahead the connection is one without TLS. It is read until nothing more is there, and
// only then taken to the handshake, so that bytes sent behind the go-ahead are seen in the clear.
#include "probe/kinds/tls_prober.h"

#include <array>
#include <utility>

#include "core/outcome.h"
#include "probe/expect/expectation_keys.h"
#include "probe/http/http_engine.h"
#include "probe/kinds/diagnosis_subject.h"
#include "probe/kinds/tls_keys.h"

namespace gatewatch::probe {
namespace {

constexpr size_t kReadBytes = 4096;

}  // namespace

TlsProber::TlsProber(const ProbeServices& services,
                     std::shared_ptr<const TlsProbeSettings> settings)
    : loop_(services.loop),
      contexts_(services.http.tls_contexts()),
      settings_(std::move(settings)),
      connection_(services.loop, [this] { on_ready(); }),
      run_(services, settings_->endpoint.host,
           host_and_port(settings_->endpoint.host, settings_->endpoint.port),
           {.proceed = [this](const Address& address) { connect(address); },
            .expire = [this](const std::string& late) { expire(late); },
            .stop = [this] { close(); }},
           settings_->found_by) {}

void TlsProber::connect(const Address& address) {
  std::optional<TlsUse> tls;
  talk_.reset();
  output_.clear();
  if (settings_->starttls) {
    talk_.emplace(*settings_->starttls);
    output_ = talk_->take_output();
  } else if (tls = tls_use(); !tls) {
    return;
  }
  Peer peer;
  peer.address = address.text;
  peer.port = settings_->found_by.port_or(settings_->endpoint.port);
  connection_.begin(peer, tls);
}

std::optional<TlsUse> TlsProber::tls_use() {
  const std::expected<ssl_ctx_st*, std::string> context = contexts_.find(settings_->tls);
  if (!context) {
    run_.finish(Outcome::Inconclusive, context.error());
    return std::nullopt;
  }
  return TlsUse{.context = *context, .host = settings_->endpoint.host};
}

void TlsProber::on_ready() {
  switch (connection_.advance()) {
    case Connection::State::Closed:
    case Connection::State::Connecting:
    case Connection::State::Handshaking:
      return;
    case Connection::State::Failed:
      run_.finish(connection_.failure(), connection_.error());
      return;
    case Connection::State::Open:
      if (connection_.has_tls()) {
        judge();
      } else {
        talk();
      }
      return;
  }
}

// Ends: the talk fails once it has heard kMaxStartTlsBytes.
void TlsProber::talk() {
  while (send() && receive()) {
  }
}

bool TlsProber::send() {
  while (!output_.empty()) {
    const auto [io, count] = connection_.write(output_);
    if (io == Connection::Io::Later) {
      return false;
    }
    if (io != Connection::Io::Some) {
      run_.finish(connection_.failure(), connection_.error());
      return false;
    }
    output_.erase(0, count);
  }
  return true;
}

bool TlsProber::receive() {
  std::array<char, kReadBytes> buffer;  // filled by read()
  const auto [io, count] = connection_.read(buffer);
  switch (io) {
    case Connection::Io::Some:
      if (talk_->take({buffer.data(), count}) == StartTlsTalk::State::Failed) {
        run_.finish(Outcome::Protocol, talk_->error());
        return false;
      }
      output_ = talk_->take_output();
      return true;
    case Connection::Io::Later:
      if (talk_->state() == StartTlsTalk::State::Go) {
        shake_hands();
      }
      return false;
    case Connection::Io::End:
      run_.finish(Outcome::Reset,
                  "the peer closed the connection before " +
                      std::string(talk_->state() == StartTlsTalk::State::Go ? "the TLS handshake"
                                                                            : talk_->awaited()));
      return false;
    case Connection::Io::Broken:
      run_.finish(connection_.failure(), connection_.error());
      return false;
  }
  return false;
}

void TlsProber::shake_hands() {
  if (const std::optional<TlsUse> tls = tls_use()) {
    connection_.start_tls(*tls);
    on_ready();
  }
}

void TlsProber::judge() {
  AnswerView answer;
  certificate_ = connection_.certificate(certificate_);
  if (certificate_ != nullptr) {
    run_.set_certificate(certificate_);
    answer.certificate_days = days_left(*certificate_, loop_.wall_now());
  }
  std::optional<Unmet> unmet = check(settings_->expectations, answer);
  run_.finish(unmet ? unmet->outcome : Outcome::Ok, unmet ? std::move(unmet->text) : "");
}

void TlsProber::expire(const std::string& late) {
  std::string stage = "connecting";
  if (connection_.state() == Connection::State::Handshaking) {
    stage = "in the TLS handshake";
  } else if (connection_.state() == Connection::State::Open) {
    stage = "waiting for " + std::string(talk_->awaited());
  }
  run_.finish(Outcome::Timeout, late + stage);
}

void TlsProber::close() {
  if (connection_.state() != Connection::State::Closed) {
    run_.phases().connect = connection_.connect_time();
    run_.phases().tls = connection_.tls_time();
    connection_.close();
  }
}

DiagnosisSubject TlsProber::subject() const {
  DiagnosisSubject subject{.host = settings_->endpoint.host,
                           .port = settings_->found_by.port_or(settings_->endpoint.port),
                           .has_tcp = true,
                           .found_by = settings_->found_by};
  if (!settings_->starttls) {
    subject.tls = settings_->tls;
  }
  return subject;
}

TlsProbeSettings read_tls_probe_keys(config::Table& settings) {
  static constexpr std::array<std::string_view, 5> kWords{"smtp", "imap", "pop3", "ftp",
                                                          "postgres"};
  static constexpr std::array<StartTls, 5> kProtocols{
      StartTls::Smtp, StartTls::Imap, StartTls::Pop3, StartTls::Ftp, StartTls::Postgres};
  TlsProbeSettings probe;
  probe.tls = read_tls_keys(settings);
  const std::string word = settings.one_of("starttls", "", kWords);
  for (size_t i = 0; i < kWords.size(); ++i) {
    if (word == kWords.at(i)) {
      probe.starttls = kProtocols.at(i);
    }
  }
  probe.expectations.min_certificate_days = read_certificate_days(settings);
  probe.found_by = read_address_keys(settings);
  return probe;
}

MakeProber read_tls(const Target& /*target*/, config::Table& settings) {
  TlsProbeSettings probe = read_tls_probe_keys(settings);
  std::optional<EndpointUrl> endpoint = read_host_and_port(settings);
  if (!endpoint) {
    return {};
  }
  probe.endpoint = *std::move(endpoint);
  return [shared = std::make_shared<const TlsProbeSettings>(std::move(probe))](
             const ProbeServices& services) -> std::unique_ptr<Prober> {
    return std::make_unique<TlsProber>(services, shared);
  };
}

}  // namespace gatewatch::probe
