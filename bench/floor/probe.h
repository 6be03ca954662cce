// SPDX-License-Identifier: MIT
//
// One target of the floor: a non-blocking socket, TLS on it where a context is given, one request,
// and the first bytes of the answer. Nothing is parsed beyond "HTTP/1.1 ", nothing kept.
//
// Thread: one. Lifetime: the context outlives the probes; a probe must not move while it runs.
#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <string>

namespace gatewatch::bench {

class Probe {
 public:
  enum class State { Idle, Going, Done, Failed };

  // `path` begins with a slash. `tls` may be null: plain HTTP. A full handshake is made in each
  // `full_every`-th probe, the others take up the session of the one before; 1: always.
  Probe(const sockaddr_in& peer, const std::string& path, SSL_CTX* tls, uint32_t full_every);
  ~Probe() { close(); }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  // Opens a socket and watches it, edge-triggered, as number `index`. Requires: not Going.
  State start(int epoll, uint32_t index);
  // Does what can be done now. Requires: Going. Closes the socket where the result is not Going.
  State advance();
  // Gives up. Nothing happens where it is not Going.
  void close();

  [[nodiscard]] bool is_going() const { return socket_ >= 0; }

  // For the context's callback of new sessions; takes the session over.
  void keep(SSL_SESSION* session);

 private:
  State end(State state);
  void begin_tls();
  // Positive: bytes; 0: nothing now; negative: over.
  int read_some();
  int write_request();

  sockaddr_in peer_{};
  std::string host_;
  std::string request_;
  SSL_CTX* tls_;
  uint32_t full_every_;
  uint32_t made_ = 0;
  SSL_SESSION* session_ = nullptr;

  int socket_ = -1;
  SSL* ssl_ = nullptr;
  bool shaken_ = false;
  bool sent_ = false;
};

// One context for all probes: trusts the authorities in `ca_file` alone, verifies, keeps sessions
// in their probes. Null where the file cannot be read.
SSL_CTX* make_tls_context(const std::string& ca_file);

}  // namespace gatewatch::bench
