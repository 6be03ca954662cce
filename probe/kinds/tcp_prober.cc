// SPDX-License-Identifier: MIT
//
// One read per turn of the loop, so that a peer that never stops talking cannot keep the loop.
#include "probe/kinds/tcp_prober.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "core/text.h"
#include "probe/kinds/diagnosis_subject.h"
#include "probe/net/connect_failure.h"
#include "probe/net/socket_address.h"

namespace gatewatch::probe {
namespace {

constexpr size_t kReadBytes = 4096;
constexpr size_t kMaxShown = 80;       // of what came
constexpr size_t kShortestHidden = 3;  // of a word that was sent

std::string message_of(int system_error) {
  return printable(std::generic_category().message(system_error));
}

// Closing will send RST instead of FIN.
void close_hard(int descriptor) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

// `answer`, in which each word of `sent` is "***", also one that is cut off at the end: a peer that
// echoes what it is told must not make a password show.
std::string without_words_of(std::string_view sent, std::string answer) {
  static constexpr std::string_view kSpace(" \t\r\n\0", 5);
  static constexpr std::string_view kHidden = "***";
  while (!sent.empty()) {
    const size_t end = std::min(sent.find_first_of(kSpace), sent.size());
    const std::string_view word = sent.substr(0, end);
    sent.remove_prefix(std::min(end + 1, sent.size()));
    if (word.size() < kShortestHidden) {
      continue;
    }
    for (size_t at = answer.find(word); at != std::string::npos;
         at = answer.find(word, at + kHidden.size())) {
      answer.replace(at, word.size(), kHidden);
    }
    size_t cut = std::min(word.size() - 1, answer.size());
    while (cut > 0 && !std::string_view(answer).ends_with(word.substr(0, cut))) {
      --cut;
    }
    if (cut > 0) {
      answer.replace(answer.size() - cut, cut, kHidden);
    }
  }
  return answer;
}

}  // namespace

TcpProber::TcpProber(const ProbeServices& services, std::shared_ptr<const TcpSettings> settings)
    : loop_(services.loop),
      settings_(std::move(settings)),
      socket_(services.loop),
      run_(services, settings_->endpoint.host,
           host_and_port(settings_->endpoint.host, settings_->endpoint.port),
           {.proceed = [this](const Address& address) { connect(address); },
            .expire = [this](const std::string& late) { expire(late); },
            .stop = [this] { close(); }},
           settings_->found_by) {}

void TcpProber::connect(const Address& address) {
  stage_ = Stage::Connecting;
  stage_started_ = loop_.precise_now();
  sent_ = 0;
  answer_.clear();
  const auto peer =
      to_socket_address(address.text, settings_->found_by.port_or(settings_->endpoint.port));
  if (!peer) {
    run_.finish(Outcome::Inconclusive, address.text + ": no such interface");
    return;
  }
  int error = socket_.open(peer->storage.ss_family, SOCK_STREAM, IPPROTO_TCP);
  if (error == 0 && ::connect(socket_.descriptor(), peer->get(), peer->length) != 0) {
    error = errno;
  }
  if (error != 0 && error != EINPROGRESS) {
    run_.finish(outcome_of_connect(error, Told::ByCall), message_of(error));
    return;
  }
  wait_for(EPOLLOUT);
}

void TcpProber::wait_for(uint32_t events) {
  if (!socket_.watch(events, [this](uint32_t ready) { on_ready(ready); })) {
    run_.finish(Outcome::Inconclusive, kNotWatched);
  }
}

void TcpProber::on_ready(uint32_t events) {
  switch (stage_) {
    case Stage::Connecting:
      on_connected();
      return;
    case Stage::Sending:
      // What came first is read first: it may say why nothing more can be sent.
      if ((events & EPOLLIN) != 0 && !settings_->expect.empty()) {
        receive();
      } else {
        send();
      }
      return;
    case Stage::Receiving:
      receive();
      return;
  }
}

void TcpProber::on_connected() {
  if (const int error = take_error(socket_.descriptor()); error != 0) {
    run_.finish(outcome_of_connect(error, Told::Later), message_of(error));
    return;
  }
  const SteadyTime now = loop_.precise_now();
  run_.phases().connect = now - std::exchange(stage_started_, now);
  stage_ = Stage::Sending;
  send();
}

void TcpProber::send() {
  const std::string& text = settings_->send.reveal();
  while (sent_ < text.size()) {  // bounded by kMaxTcpSend
    const ssize_t count =
        ::send(socket_.descriptor(), text.data() + sent_, text.size() - sent_, MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN) {
      const uint32_t answer = settings_->expect.empty() ? 0U : uint32_t{EPOLLIN};
      wait_for(EPOLLOUT | answer);
      return;
    }
    if (count < 0) {
      run_.finish(outcome_of_connect(errno, Told::Later), "sending: " + message_of(errno));
      return;
    }
    sent_ += static_cast<size_t>(count);
  }
  if (settings_->expect.empty()) {
    run_.finish(Outcome::Ok, {});
    return;
  }
  if (!text.empty()) {
    stage_started_ = loop_.precise_now();
  }
  stage_ = Stage::Receiving;
  wait_for(EPOLLIN);
}

void TcpProber::receive() {
  std::array<char, kReadBytes> buffer;  // filled by recv()
  const size_t room = std::min(buffer.size(), kMaxTcpAnswer - answer_.size());
  const ssize_t count = recv(socket_.descriptor(), buffer.data(), room, 0);
  if (count > 0) {
    on_bytes({buffer.data(), static_cast<size_t>(count)});
  } else if (count == 0) {
    on_closed();
  } else if (errno != EAGAIN) {
    run_.finish(outcome_of_connect(errno, Told::Later),
                "waiting for the answer: " + message_of(errno));
  }
}

void TcpProber::on_bytes(std::string_view bytes) {
  if (answer_.empty()) {
    run_.phases().first_byte = loop_.precise_now() - stage_started_;
  }
  const std::string& expect = settings_->expect;
  // The expected text may have begun in what came before.
  const size_t from = answer_.size() - std::min(answer_.size(), expect.size() - 1);
  answer_ += bytes;
  if (answer_.find(expect, from) != std::string::npos) {
    run_.finish(Outcome::Ok, {});
  } else if (answer_.size() >= kMaxTcpAnswer) {
    finish_unmet("not in the first " + std::to_string(kMaxTcpAnswer) + " bytes");
  }
}

void TcpProber::on_closed() {
  if (answer_.empty()) {
    run_.finish(Outcome::Reset, "the peer closed the connection without an answer");
  } else {
    finish_unmet("the peer closed the connection without it");
  }
}

void TcpProber::expire(const std::string& late) {
  if (!answer_.empty()) {
    finish_unmet(late + "without it");
    return;
  }
  const char* at = stage_ == Stage::Connecting ? "connecting"
                   : stage_ == Stage::Sending  ? "sending"
                                               : "waiting for the answer";
  run_.finish(Outcome::Timeout, late + at);
}

void TcpProber::finish_unmet(const std::string& why) {
  const std::string shown =
      without_words_of(settings_->send.reveal(), answer_.substr(0, 2 * kMaxShown));
  run_.finish(Outcome::Body, "expected text did not come: " + why + "; the answer begins with \"" +
                                 printable(shown, kMaxShown) + "\"");
}

void TcpProber::close() {
  const bool told_without_answer = sent_ > 0 && settings_->expect.empty();
  if (socket_.descriptor() >= 0 && !told_without_answer) {
    close_hard(socket_.descriptor());
  }
  socket_.close();
}

DiagnosisSubject TcpProber::subject() const {
  return {.host = settings_->endpoint.host,
          .port = settings_->found_by.port_or(settings_->endpoint.port),
          .has_tcp = true,
          .found_by = settings_->found_by};
}

TcpSettings read_tcp_keys(config::Table& settings) {
  TcpSettings tcp;
  tcp.send = settings.secret("send").value_or(Secret());
  if (tcp.send.reveal().size() > kMaxTcpSend) {
    settings.error("send", "send is longer than " + std::to_string(kMaxTcpSend) + " bytes");
  }
  tcp.expect = settings.string_or("expect", "");
  if (settings.has("expect") && tcp.expect.empty()) {
    settings.error("expect", "expect is empty", "leave it out where any answer, or none, will do");
  } else if (tcp.expect.size() > kMaxTcpExpect) {
    settings.error("expect", "expect is longer than " + std::to_string(kMaxTcpExpect) + " bytes");
  }
  tcp.found_by = read_address_keys(settings);
  return tcp;
}

MakeProber read_tcp(const Target& /*target*/, config::Table& settings) {
  TcpSettings tcp = read_tcp_keys(settings);
  std::optional<EndpointUrl> endpoint = read_host_and_port(settings);
  if (!endpoint) {
    return {};
  }
  tcp.endpoint = *std::move(endpoint);
  return [shared = std::make_shared<const TcpSettings>(std::move(tcp))](
             const ProbeServices& services) -> std::unique_ptr<Prober> {
    return std::make_unique<TcpProber>(services, shared);
  };
}

}  // namespace gatewatch::probe
