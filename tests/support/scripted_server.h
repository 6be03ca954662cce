// SPDX-License-Identifier: MIT
//
// A TCP server on 127.0.0.1 that plays what a test wrote down, however far from HTTP that is.
//
// Each connection plays the next script; when there are no more, the last one again. A script that
// ends closes the connection. "{port}" in what is sent is the server's own port.
//
// Thread: any; it has its own. Limits: none beyond the test's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace gatewatch::testing {

struct ServerCertificate {
  std::string certificate_file;  // PEM; those after the first are sent with it
  std::string key_file;
};

struct Step {
  enum class Kind { ReadRequest, ReadSome, Send, Reset, Hang, Perform };
  // Gets the connected socket, which blocks, and does not close it. False ends the connection.
  using Action = std::function<bool(int socket)>;

  Kind kind = Kind::Hang;
  std::string bytes = {};  // to send
  Action action = {};      // to perform
};
using Script = std::vector<Step>;

[[nodiscard]] Step read_request();  // an HTTP head and the body that its Content-Length tells
[[nodiscard]] Step read_some();     // whatever comes first
[[nodiscard]] Step send(std::string bytes);
[[nodiscard]] Step reset();  // ends the connection with RST
[[nodiscard]] Step hang();   // until the peer closes or the server ends
// Whatever else; below TLS, where that is spoken. It ends when the socket is shut down.
[[nodiscard]] Step perform(Step::Action action);
// Shakes hands as a TLS server and waits for the peer to close; the end of a script.
[[nodiscard]] Step accept_tls(const ServerCertificate& certificate);

// Reads a request and answers, e.g. answer("200 OK", "hello"); `fields` are whole lines.
[[nodiscard]] Script answer(std::string_view status, std::string_view body = "",
                            std::string_view fields = "");

// One of the addresses of loopback (127.0.0.0/8), and a port; 0: a free one.
struct ListenAt {
  std::string address = "127.0.0.1";
  uint16_t port = 0;
};

class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<Script> scripts, const ListenAt& at = {});
  // Speaks TLS before it plays.
  ScriptedServer(std::vector<Script> scripts, const ServerCertificate& certificate);
  // Ends all connections.
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] uint16_t port() const { return port_; }
  // "http://127.0.0.1:PORT/path", or https.
  [[nodiscard]] std::string url(std::string_view path = "/") const;

  // Whole requests, in the order they were read.
  [[nodiscard]] std::vector<std::string> requests() const;
  [[nodiscard]] size_t connections() const;
  // TLS handshakes that took up an earlier session.
  [[nodiscard]] size_t resumed_sessions() const;
  // TLS handshakes in which the client showed a certificate, any; all are asked for one.
  [[nodiscard]] size_t client_certificates() const;

 private:
  struct Connection;
  struct Tls;

  void accept_all();
  void play(Connection& connection, const Script& script);

  int listener_ = -1;
  uint16_t port_ = 0;
  std::vector<Script> scripts_;
  std::unique_ptr<Tls> tls_;

  mutable std::mutex mutex_;  // guards what follows
  bool stopping_ = false;
  std::vector<std::string> requests_;
  size_t resumed_sessions_ = 0;
  size_t client_certificates_ = 0;
  std::list<Connection> connections_;

  std::thread acceptor_;
};

}  // namespace gatewatch::testing
