// SPDX-License-Identifier: MIT
#include "bench/floor/probe.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace gatewatch::bench {
namespace {

int on_new_session(SSL* ssl, SSL_SESSION* session) {
  static_cast<Probe*>(SSL_get_app_data(ssl))->keep(session);
  return 1;
}

}  // namespace

SSL_CTX* make_tls_context(const std::string& ca_file) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) != 1) {
    SSL_CTX_free(context);
    return nullptr;
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, on_new_session);
  return context;
}

Probe::Probe(const sockaddr_in& peer, const std::string& path, SSL_CTX* tls, uint32_t full_every)
    : peer_(peer), tls_(tls), full_every_(full_every) {
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &peer_.sin_addr, text.data(), text.size());
  host_ = text.data();
  request_ = "GET " + path + " HTTP/1.1\r\nHost: " + host_ +
             "\r\nConnection: close\r\nUser-Agent: floor\r\n\r\n";
}

void Probe::keep(SSL_SESSION* session) {
  SSL_SESSION_free(std::exchange(session_, session));
}

Probe::State Probe::start(int epoll, uint32_t index) {
  shaken_ = tls_ == nullptr;
  sent_ = false;
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how sockets take addresses
  const auto* peer = reinterpret_cast<const sockaddr*>(&peer_);
  if (socket_ < 0 || (::connect(socket_, peer, sizeof peer_) != 0 && errno != EINPROGRESS)) {
    return end(State::Failed);
  }
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.u32 = index}};
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket_, &event);
  return State::Going;
}

void Probe::begin_tls() {
  ssl_ = SSL_new(tls_);
  SSL_set_app_data(ssl_, this);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), host_.c_str());
  if (made_++ % full_every_ != 0 && session_ != nullptr) {
    SSL_set_session(ssl_, session_);
  }
  SSL_set_fd(ssl_, socket_);
}

Probe::State Probe::advance() {
  if (!shaken_) {
    if (ssl_ == nullptr) {
      begin_tls();
    }
    const int result = SSL_connect(ssl_);
    if (result != 1) {
      const int why = SSL_get_error(ssl_, result);
      const bool waits = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
      return waits ? State::Going : end(State::Failed);
    }
    shaken_ = true;
  }
  if (!sent_) {
    const int wrote = write_request();
    if (wrote <= 0) {
      return wrote == 0 ? State::Going : end(State::Failed);
    }
    sent_ = true;
    return State::Going;
  }
  const int got = read_some();
  return got == 0 ? State::Going : end(got > 0 ? State::Done : State::Failed);
}

int Probe::write_request() {
  if (ssl_ != nullptr) {
    return SSL_write(ssl_, request_.data(), static_cast<int>(request_.size()));
  }
  const ssize_t sent = ::send(socket_, request_.data(), request_.size(), MSG_NOSIGNAL);
  if (sent < 0) {
    return errno == EAGAIN ? 0 : -1;
  }
  return sent == static_cast<ssize_t>(request_.size()) ? 1 : -1;
}

int Probe::read_some() {
  std::array<char, 4096> answer{};
  ssize_t got = 0;
  if (ssl_ != nullptr) {
    // A session ticket ends a call as if nothing had come: asked again as long as something does.
    uint64_t before = 0;
    do {
      before = BIO_number_read(SSL_get_rbio(ssl_));
      got = SSL_read(ssl_, answer.data(), static_cast<int>(answer.size()));
    } while (got <= 0 && BIO_number_read(SSL_get_rbio(ssl_)) != before);
    if (got <= 0 && SSL_get_error(ssl_, static_cast<int>(got)) == SSL_ERROR_WANT_READ) {
      return 0;
    }
  } else {
    got = ::recv(socket_, answer.data(), answer.size(), 0);
    if (got < 0 && errno == EAGAIN) {
      return 0;
    }
  }
  return got > 12 && std::string_view(answer.data(), 9) == "HTTP/1.1 " ? 1 : -1;
}

Probe::State Probe::end(State state) {
  close();
  return state;
}

void Probe::close() {
  if (ssl_ != nullptr) {
    // Otherwise OpenSSL takes the session for one that must not be taken up again.
    SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(std::exchange(ssl_, nullptr));
  }
  if (socket_ >= 0) {
    ::close(std::exchange(socket_, -1));
  }
}

}  // namespace gatewatch::bench
