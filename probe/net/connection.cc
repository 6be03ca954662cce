// SPDX-License-Identifier: MIT
//
// How it works: the socket is watched once, for both directions and edge-triggered, which saves a
// system call per change of direction. So every step goes on until the kernel has nothing more, and
// come_back() stands for what was told but not used up.
#include "probe/net/connection.h"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/assert.h"
#include "core/text.h"
#include "probe/net/address.h"
#include "probe/net/certificate.h"
#include "probe/net/connect_failure.h"
#include "probe/net/socket_address.h"

namespace gatewatch::probe {
namespace {

// Who ends a connection there may dislike the handshake, or any connection.
constexpr CauseSet kEndedInHandshake{Cause::TlsProtocol, Cause::Closed, Cause::Reset};

constexpr int kMaxEmptyRecords = 8;  // in one turn of the loop

std::string without_last_dot(const std::string& host) {
  return host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

// Asks for `host` (SNI, but for an address), and has the certificate checked for it, as browsers
// do: by its alternative names alone. Where the certificate is not verified the name is neither.
bool expect_name(SSL* ssl, const std::string& host) {
  SSL_set_hostflags(ssl,
                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (parse_address(host)) {
    const std::string without_zone = host.substr(0, host.find('%'));
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), without_zone.c_str()) == 1;
  }
  std::string name = without_last_dot(host);
  return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1 &&
         SSL_set1_host(ssl, name.c_str()) == 1;
}

// The outcome is the same, the words are for people.
std::string explain_alert(unsigned long code) {
  switch (ERR_GET_REASON(code)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return "the server does not speak TLS on this port";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return "the server speaks no TLS version that is allowed";
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return "the connection was closed within the TLS handshake";
    default: {
      const char* reason = ERR_reason_error_string(code);
      return std::string("TLS: ") + (reason != nullptr ? reason : "unknown failure");
    }
  }
}

}  // namespace

void Connection::begin(const Peer& peer, const std::optional<TlsUse>& tls) {
  GW_ASSERT(state_ == State::Closed);
  tls_ = tls;
  told_error_ = false;
  peer_ended_ = false;
  connect_time_.reset();
  tls_time_.reset();
  failure_ = Outcome::Ok;
  met_ = {};
  error_.clear();
  state_ = State::Connecting;
  phase_began_ = loop_.precise_now();
  connect_to(peer);
  if (state_ == State::Failed) {
    come_back();
  }
}

void Connection::connect_to(const Peer& peer) {
  const std::optional<SocketAddress> address = peer.unix_path.empty()
                                                   ? to_socket_address(peer.address, peer.port)
                                                   : to_socket_address(peer.unix_path);
  if (!address) {
    fail(Outcome::Inconclusive, "cannot connect to " + printable(peer.address + peer.unix_path));
    return;
  }
  socket_ = socket(address->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) {
    fail(outcome_of_connect(errno, Told::ByCall), std::strerror(errno));
    return;
  }
  if (peer.unix_path.empty() && tls_) {
    const int on = 1;  // a handshake is many small segments
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  if (connect(socket_, address->get(), address->length) != 0 && errno != EINPROGRESS) {
    fail(outcome_of_connect(errno, Told::ByCall), std::strerror(errno), cause_of_connect(errno));
    return;
  }
  const auto on_events = [this](uint32_t events) {
    // What is not writable yet is not connected: there is nothing to go on with.
    if (state_ != State::Connecting || (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
      told_error_ = (events & (EPOLLERR | EPOLLHUP)) != 0;
      on_ready_();
    }
  };
  if (!loop_.watch(socket_, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, on_events)) {
    fail(Outcome::Inconclusive, kNotWatched);
  }
}

Connection::State Connection::advance() {
  if (state_ == State::Connecting) {
    check_connected();
  }
  if (state_ == State::Handshaking) {
    shake_hands();
  }
  return state_;
}

void Connection::check_connected() {
  int error = 0;
  socklen_t length = sizeof error;
  if (told_error_) {
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &length);
  }
  // Who accepts, answers and resets at once was connected to; what it said can still be read.
  const bool was_accepted = error == ECONNRESET && !tls_;
  if (error != 0 && !was_accepted) {
    fail(outcome_of_connect(error, Told::Later), std::strerror(error), cause_of_connect(error));
    return;
  }
  const SteadyTime now = loop_.precise_now();
  connect_time_ = now - phase_began_;
  phase_began_ = now;
  if (tls_) {
    make_tls(*tls_);
  } else {
    state_ = State::Open;
  }
}

void Connection::start_tls(const TlsUse& tls) {
  GW_ASSERT(state_ == State::Open && ssl_ == nullptr);
  phase_began_ = loop_.precise_now();
  make_tls(tls);
}

void Connection::make_tls(const TlsUse& tls) {
  state_ = State::Handshaking;
  ssl_ = SSL_new(tls.context);
  GW_ASSERT(ssl_ != nullptr);
  if (!expect_name(ssl_, tls.host)) {
    fail(Outcome::Inconclusive, "no certificate can be for " + printable(tls.host));
    return;
  }
  SSL_set_app_data(ssl_, tls.session);
  if (tls.session != nullptr && tls.session->get() != nullptr) {
    SSL_set_session(ssl_, tls.session->get());
  }
  SSL_set_fd(ssl_, socket_);
}

void Connection::shake_hands() {
  ERR_clear_error();
  const int result = SSL_connect(ssl_);
  if (result == 1) {
    SSL_set_msg_callback(ssl_, nullptr);  // the limit was the handshake's
    tls_time_ = loop_.precise_now() - phase_began_;
    state_ = State::Open;
    return;
  }
  const int system_error = errno;
  const int code = SSL_get_error(ssl_, result);
  if (code == SSL_ERROR_WANT_READ || code == SSL_ERROR_WANT_WRITE) {
    return;
  }
  if (code == SSL_ERROR_SYSCALL && system_error != 0) {
    const Outcome outcome = outcome_of_break(system_error);
    fail(outcome == Outcome::Reset ? Outcome::Tls : outcome,
         std::string("TLS handshake: ") + std::strerror(system_error), kEndedInHandshake);
  } else if (code == SSL_ERROR_SYSCALL || code == SSL_ERROR_ZERO_RETURN) {
    fail(Outcome::Tls, "the connection was closed within the TLS handshake", kEndedInHandshake);
  } else {
    fail_tls();
  }
}

void Connection::fail_tls() {
  const long verdict = SSL_get_verify_result(ssl_);
  const unsigned long error = ERR_peek_last_error();
  if (verdict != X509_V_OK && ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    fail(Outcome::Tls, std::string("certificate: ") + X509_verify_cert_error_string(verdict),
         {Cause::TlsCertificate});
  } else {
    fail(Outcome::Tls, explain_alert(error), {Cause::TlsProtocol});
  }
  ERR_clear_error();
}

Connection::Transferred Connection::read(std::span<char> buffer) {
  GW_ASSERT(state_ == State::Open);
  if (ssl_ != nullptr) {
    return read_tls(buffer);
  }
  const ssize_t got = recv(socket_, buffer.data(), buffer.size(), 0);
  if (got > 0) {
    return {Io::Some, static_cast<size_t>(got)};
  }
  if (got == 0) {
    peer_ended_ = true;
    return {Io::End};
  }
  return broken(errno);
}

// A record may be no data (a session ticket, a key update): OpenSSL then asks to be called again
// just as if nothing had come, but for the count of bytes. A server that sends nothing else gets
// other connections' turns in between.
Connection::Transferred Connection::read_tls(std::span<char> buffer) {
  for (int records = 0; records < kMaxEmptyRecords; ++records) {
    ERR_clear_error();
    const uint64_t before = BIO_number_read(SSL_get_rbio(ssl_));
    const int result = SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()));
    if (result > 0 || SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ) {
      return tls_result(result);
    }
    if (BIO_number_read(SSL_get_rbio(ssl_)) == before) {
      return {Io::Later};
    }
  }
  come_back();
  return {Io::Later};
}

Connection::Transferred Connection::write(std::string_view bytes) {
  GW_ASSERT(state_ == State::Open && !bytes.empty());
  if (ssl_ != nullptr) {
    ERR_clear_error();
    return tls_result(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())));
  }
  const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return sent >= 0 ? Transferred{Io::Some, static_cast<size_t>(sent)} : broken(errno);
}

Connection::Transferred Connection::tls_result(int result) {
  if (result > 0) {
    return {Io::Some, static_cast<size_t>(result)};
  }
  const int system_error = errno;
  const int code = SSL_get_error(ssl_, result);
  switch (code) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {Io::Later};
    case SSL_ERROR_ZERO_RETURN:  // close_notify; the FIN may be far behind
      return {Io::End};
    case SSL_ERROR_SYSCALL:
      return broken(system_error);
    default:
      failure_ = Outcome::Tls;
      met_ = {Cause::TlsProtocol};
      error_ = explain_alert(ERR_peek_last_error());
      ERR_clear_error();
      return {Io::Broken};
  }
}

Connection::Transferred Connection::broken(int system_error) {
  if (system_error == EAGAIN || system_error == EINTR) {
    return {Io::Later};
  }
  failure_ = outcome_of_break(system_error);
  met_ = cause_of_connect(system_error);
  error_ = std::strerror(system_error);
  return {Io::Broken};
}

void Connection::come_back() {
  if (come_back_timer_ == Loop::TimerId::None) {
    come_back_timer_ = loop_.call_at(loop_.now(), [this] {
      come_back_timer_ = Loop::TimerId::None;
      on_ready_();
    });
  }
}

void Connection::fail(Outcome outcome, std::string error, CauseSet met) {
  state_ = State::Failed;
  failure_ = outcome;
  met_ = met;
  error_ = std::move(error);
}

bool Connection::is_resumed() const {
  return ssl_ != nullptr && SSL_session_reused(ssl_) == 1;
}

std::shared_ptr<const CertificateInfo> Connection::certificate(
    const std::shared_ptr<const CertificateInfo>& known) const {
  return ssl_ != nullptr && tls_time_ ? peer_certificate(ssl_, known) : nullptr;
}

std::vector<std::shared_ptr<const CertificateInfo>> Connection::chain() const {
  return ssl_ != nullptr && tls_time_ ? peer_chain(ssl_)
                                      : std::vector<std::shared_ptr<const CertificateInfo>>();
}

void Connection::close() {
  if (state_ == State::Closed) {
    return;
  }
  loop_.cancel(std::exchange(come_back_timer_, Loop::TimerId::None));
  if (ssl_ != nullptr) {
    // Otherwise OpenSSL takes the session for one that must not be taken up again.
    SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(std::exchange(ssl_, nullptr));
  }
  if (socket_ >= 0) {
    if (!peer_ended_) {
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    loop_.close(std::exchange(socket_, -1));
  }
  state_ = State::Closed;
}

}  // namespace gatewatch::probe
