// SPDX-License-Identifier: MIT
#include "probe/diagnosis/chain_step.h"

#include <utility>

#include "probe/diagnosis/finding_text.h"
#include "probe/http/http_engine.h"

namespace gatewatch::probe {
namespace {

std::string days_text(int days) {
  return std::to_string(days) + (days == 1 ? " day" : " days");
}

std::string line_of(const CertificateInfo& certificate) {
  return certificate.subject + "\n  issued by " + certificate.issuer + ", from " +
         format_utc(certificate.not_before) + " until " + format_utc(certificate.not_after);
}

}  // namespace

Finding judged(Finding planned, const Chain& chain, WallTime now) {
  const CertificateInfo* sooner = nullptr;
  std::string wrong;
  for (const auto& certificate : chain) {
    planned.evidence += (planned.evidence.empty() ? "" : "\n") + line_of(*certificate);
    if (sooner == nullptr || certificate->not_after < sooner->not_after) {
      sooner = certificate.get();
    }
    if (wrong.empty() && certificate->not_after < now) {
      wrong = certificate->subject + " has expired, " + format_utc(certificate->not_after);
    } else if (wrong.empty() && certificate->not_before > now) {
      wrong = certificate->subject + " is not valid before " + format_utc(certificate->not_before);
    }
  }
  if (sooner == nullptr) {
    planned.text = "no certificate was shown";
    return planned;
  }
  planned.outcome = wrong.empty() ? Outcome::Ok : Outcome::Tls;
  planned.result = result_of(planned.outcome);
  planned.text =
      !wrong.empty()
          ? wrong
          : std::to_string(chain.size()) + (chain.size() == 1 ? " certificate" : " certificates") +
                ", the first to expire in " +
                days_text(static_cast<int>((sooner->not_after - now) / std::chrono::hours(24)));
  return planned;
}

ChainStep::ChainStep(const ProbeServices& services, Peer peer, std::string host, TlsVersion least)
    : Step({{.check = Check::Certificate, .subject = host, .address = peer.address}}),
      loop_(services.loop),
      contexts_(services.http.tls_contexts()),
      peer_(std::move(peer)),
      host_(std::move(host)),
      least_(least),
      connection_(services.loop, [this] { on_ready(); }) {}

ChainStep::~ChainStep() {
  loop_.cancel(timer_);
}

void ChainStep::start(SteadyTime deadline, Done done) {
  done_ = std::move(done);
  timer_ = loop_.call_at(deadline, [this] {
    timer_ = Loop::TimerId::None;
    finish(skipped("there was no handshake in time").front());
  });
  const auto context = contexts_.find({.verify = false, .least = least_});
  if (!context) {
    loop_.cancel(timer_);
    timer_ = loop_.call_at(loop_.now(), [this, why = context.error()] {
      timer_ = Loop::TimerId::None;
      finish(skipped(why).front());
    });
    return;
  }
  connection_.begin(peer_, TlsUse{.context = *context, .host = host_});
}

void ChainStep::on_ready() {
  switch (connection_.advance()) {
    case Connection::State::Closed:
    case Connection::State::Connecting:
    case Connection::State::Handshaking:
      return;
    case Connection::State::Failed:
      finish(skipped("no handshake: " + connection_.error()).front());
      return;
    case Connection::State::Open:
      finish(judged(plan().front(), connection_.chain(), loop_.wall_now()));
      return;
  }
}

void ChainStep::finish(Finding finding) {
  loop_.cancel(std::exchange(timer_, Loop::TimerId::None));
  connection_.close();
  Done done = std::exchange(done_, nullptr);
  done({std::move(finding)});
}

}  // namespace gatewatch::probe
