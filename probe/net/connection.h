// SPDX-License-Identifier: MIT
//
// One new connection to one address, by TCP or a Unix socket, with TLS or without, on the loop. It
// never blocks: its owner is called when something can go on, and then asks it to.
//
// Thread: the loop's. Lifetime: the loop and what begin() is given outlive it, or it is closed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/answered_by.h"
#include "core/certificate.h"
#include "core/outcome.h"
#include "core/time.h"
#include "probe/loop/epoll_loop.h"
#include "probe/net/tls_context.h"

struct ssl_st;  // NOLINT(readability-identifier-naming): OpenSSL's own

namespace gatewatch::probe {

// Where to connect to.
struct Peer {
  std::string address;  // numeric, without brackets, with a zone where it has one
  uint16_t port = 0;
  std::string unix_path;  // instead of both
};

// How to speak TLS once connected.
struct TlsUse {
  ssl_ctx_st* context = nullptr;
  std::string host;               // for SNI and for the name in the certificate
  TlsSession* session = nullptr;  // taken up, and renewed; null: a full handshake
};

class Connection {
 public:
  enum class State : uint8_t { Closed, Connecting, Handshaking, Open, Failed };

  // `on_ready` is called each time something came, left or failed, and never from within a call of
  // ours. It may close the connection and begin anew, not destroy it.
  Connection(EpollLoop& loop, std::function<void()> on_ready)
      : loop_(loop), on_ready_(std::move(on_ready)) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects. Requires: closed.
  void begin(const Peer& peer, const std::optional<TlsUse>& tls);

  // Goes on with connecting and the handshake as far as can be.
  State advance();
  // Begins a handshake on an open connection (STARTTLS). Requires: Open, without TLS.
  void start_tls(const TlsUse& tls);

  enum class Io : uint8_t {
    Some,   // `bytes` were taken or given
    Later,  // on_ready tells when
    End,    // the peer sends no more
    Broken  // the connection failed: failure() and error() say how
  };
  struct Transferred {
    Io io = Io::Later;
    size_t bytes = 0;
  };
  // Reads what is there. Requires: Open.
  Transferred read(std::span<char> buffer);
  // Requires: Open; `bytes` not empty.
  Transferred write(std::string_view bytes);
  // Has on_ready called in the loop's next turn: what was told once is not told again until it
  // changes, so whoever stops before Later must come back.
  void come_back();

  // Ends the connection; on_ready is called no more. Where the peer has not ended it before, with
  // RST instead of FIN: the one who closes first keeps the port for a minute (TIME_WAIT), and at
  // 1,000 connections a second to one address the ports would be used up.
  void close();

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool has_tls() const { return ssl_ != nullptr; }
  // Of a failed one: refused, reset, timeout, tls or inconclusive; and why, printable.
  [[nodiscard]] Outcome failure() const { return failure_; }
  [[nodiscard]] const std::string& error() const { return error_; }
  // The same as ProbeResult::met.
  [[nodiscard]] CauseSet met() const { return met_; }

  // How long each took, where it was completed.
  [[nodiscard]] std::optional<Duration> connect_time() const { return connect_time_; }
  [[nodiscard]] std::optional<Duration> tls_time() const { return tls_time_; }
  // The handshake took up a session.
  [[nodiscard]] bool is_resumed() const;
  // What the peer showed; null without TLS, and before the handshake has ended. `known` as of
  // peer_certificate().
  [[nodiscard]] std::shared_ptr<const CertificateInfo> certificate(
      const std::shared_ptr<const CertificateInfo>& known) const;
  // As peer_chain(); empty where certificate() is null.
  [[nodiscard]] std::vector<std::shared_ptr<const CertificateInfo>> chain() const;

 private:
  void connect_to(const Peer& peer);
  void check_connected();
  void make_tls(const TlsUse& tls);
  void shake_hands();
  void fail(Outcome outcome, std::string error, CauseSet met = {});
  void fail_tls();
  Transferred read_tls(std::span<char> buffer);
  Transferred broken(int system_error);
  Transferred tls_result(int result);

  EpollLoop& loop_;
  const std::function<void()> on_ready_;
  int socket_ = -1;
  ssl_st* ssl_ = nullptr;
  State state_ = State::Closed;
  bool told_error_ = false;  // with the socket's readiness; getsockopt() has it
  bool peer_ended_ = false;
  std::optional<TlsUse> tls_;
  Loop::TimerId come_back_timer_ = Loop::TimerId::None;
  SteadyTime phase_began_;
  std::optional<Duration> connect_time_;
  std::optional<Duration> tls_time_;
  Outcome failure_ = Outcome::Ok;
  std::string error_;
  CauseSet met_;
};

}  // namespace gatewatch::probe
