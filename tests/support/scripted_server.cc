// SPDX-License-Identifier: MIT
//
// One thread accepts, one more for each connection plays. The destructor shuts all sockets down,
// which wakes whoever waits in them.
#include "tests/support/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <utility>

namespace gatewatch::testing {
namespace {

size_t content_length(const std::string& head) {
  constexpr std::string_view kName = "\r\ncontent-length:";
  const auto same = [](char a, char b) { return strncasecmp(&a, &b, 1) == 0; };
  const auto found = std::search(head.begin(), head.end(), kName.begin(), kName.end(), same);
  if (found == head.end()) {
    return 0;
  }
  return std::stoul(std::string(found + static_cast<long>(kName.size()), head.end()));
}

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

TlsContext make_tls_context(const ServerCertificate& certificate) {
  TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.certificate_file.c_str()) !=
          1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), certificate.key_file.c_str(), SSL_FILETYPE_PEM) !=
          1) {
    throw std::runtime_error("certificate not usable");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  const unsigned char id = 1;  // without one no session of a verified client is resumed
  SSL_CTX_set_session_id_context(context.get(), &id, sizeof id);
  return context;
}

std::string with_port(std::string bytes, uint16_t port) {
  constexpr std::string_view kPlaceholder = "{port}";
  for (size_t at = 0; (at = bytes.find(kPlaceholder, at)) != std::string::npos;) {
    bytes.replace(at, kPlaceholder.size(), std::to_string(port));
  }
  return bytes;
}

}  // namespace

Step read_request() {
  return {Step::Kind::ReadRequest};
}
Step read_some() {
  return {Step::Kind::ReadSome};
}
Step send(std::string bytes) {
  return {Step::Kind::Send, std::move(bytes)};
}
Step reset() {
  return {Step::Kind::Reset};
}
Step hang() {
  return {Step::Kind::Hang};
}

Step perform(Step::Action action) {
  return {Step::Kind::Perform, {}, std::move(action)};
}

Script answer(std::string_view status, std::string_view body, std::string_view fields) {
  std::string text = "HTTP/1.1 ";
  text.append(status).append("\r\nContent-Length: ").append(std::to_string(body.size()));
  text.append("\r\n").append(fields).append("\r\n").append(body);
  return {read_request(), send(text)};
}

struct ScriptedServer::Tls {
  TlsContext context;
};

Step accept_tls(const ServerCertificate& certificate) {
  return perform([certificate](int socket) {
    const TlsContext context = make_tls_context(certificate);
    const std::unique_ptr<SSL, decltype(&SSL_free)> session(SSL_new(context.get()), &SSL_free);
    SSL_set_fd(session.get(), socket);
    std::array<char, 1> byte{};
    while (SSL_accept(session.get()) == 1 && SSL_read(session.get(), byte.data(), 1) > 0) {
    }
    return false;
  });
}

// A connection's socket stays open until the server ends or its own thread closes it under the
// server's mutex, so that no other descriptor is ever shut down by mistake.
struct ScriptedServer::Connection {
  int socket = -1;
  SSL* tls = nullptr;
  std::thread player;

  [[nodiscard]] std::optional<std::string> read() const {
    std::array<char, 4096> buffer{};
    const ssize_t count = tls != nullptr
                              ? SSL_read(tls, buffer.data(), static_cast<int>(buffer.size()))
                              : recv(socket, buffer.data(), buffer.size(), 0);
    if (count <= 0) {
      return std::nullopt;
    }
    return std::string(buffer.data(), static_cast<size_t>(count));
  }

  [[nodiscard]] bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = tls != nullptr
                                ? SSL_write(tls, bytes.data(), static_cast<int>(bytes.size()))
                                : ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  // Empty where the peer closed before the request was whole.
  [[nodiscard]] std::optional<std::string> read_request() const {
    std::string request;
    for (;;) {
      const size_t end = request.find("\r\n\r\n");
      if (end != std::string::npos) {
        const size_t whole = end + 4 + content_length(request.substr(0, end));
        if (request.size() >= whole) {
          return request;
        }
      }
      const std::optional<std::string> more = read();
      if (!more) {
        return std::nullopt;
      }
      request += *more;
    }
  }
};

ScriptedServer::ScriptedServer(std::vector<Script> scripts, const ListenAt& at)
    : scripts_(std::move(scripts)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(at.port);
  inet_pton(AF_INET, at.address.c_str(), &address.sin_addr);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, length) != 0 || listen(listener_, 128) != 0 ||
      getsockname(listener_, generic, &length) != 0) {
    throw std::runtime_error("no port to listen on");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::ScriptedServer(std::vector<Script> scripts, const ServerCertificate& certificate)
    : ScriptedServer(std::move(scripts)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets whose peer may have gone
  // Nobody knows the port before the constructor has returned.
  tls_ = std::make_unique<Tls>(make_tls_context(certificate));
}

ScriptedServer::~ScriptedServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    for (const Connection& connection : connections_) {
      if (connection.socket >= 0) {
        shutdown(connection.socket, SHUT_RDWR);
      }
    }
  }
  acceptor_.join();
  for (Connection& connection : connections_) {
    connection.player.join();
  }
  close(listener_);
}

std::string ScriptedServer::url(std::string_view path) const {
  return (tls_ != nullptr ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) +
         std::string(path);
}

std::vector<std::string> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

size_t ScriptedServer::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

size_t ScriptedServer::client_certificates() const {
  const std::lock_guard lock(mutex_);
  return client_certificates_;
}

size_t ScriptedServer::resumed_sessions() const {
  const std::lock_guard lock(mutex_);
  return resumed_sessions_;
}

void ScriptedServer::accept_all() {
  for (;;) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (socket < 0 || stopping_) {
      if (socket >= 0) {
        close(socket);
      }
      return;
    }
    const Script& script = scripts_[std::min(connections_.size(), scripts_.size() - 1)];
    Connection& connection = connections_.emplace_back();
    connection.socket = socket;
    connection.player = std::thread([this, &connection, &script] { play(connection, script); });
  }
}

void ScriptedServer::play(Connection& connection, const Script& script) {
  bool open = true;
  if (tls_ != nullptr) {
    connection.tls = SSL_new(tls_->context.get());
    SSL_set_fd(connection.tls, connection.socket);
    open = SSL_accept(connection.tls) == 1;
    const std::lock_guard lock(mutex_);
    resumed_sessions_ += open && SSL_session_reused(connection.tls) != 0 ? 1U : 0U;
    client_certificates_ += open && SSL_get0_peer_certificate(connection.tls) != nullptr ? 1U : 0U;
  }
  for (auto step = script.begin(); open && step != script.end(); ++step) {
    switch (step->kind) {
      case Step::Kind::ReadRequest: {
        std::optional<std::string> request = connection.read_request();
        open = request.has_value();
        if (open) {
          const std::lock_guard lock(mutex_);
          requests_.push_back(std::move(*request));
        }
        break;
      }
      case Step::Kind::ReadSome:
        open = connection.read().has_value();
        break;
      case Step::Kind::Send:
        open = connection.write(with_port(step->bytes, port_));
        break;
      case Step::Kind::Reset: {
        const linger abort_at_close{1, 0};
        setsockopt(connection.socket, SOL_SOCKET, SO_LINGER, &abort_at_close,
                   sizeof abort_at_close);
        open = false;
        break;
      }
      case Step::Kind::Hang:
        while (connection.read()) {
        }
        break;
      case Step::Kind::Perform:
        open = step->action(connection.socket);
        break;
    }
  }
  if (connection.tls != nullptr) {
    if (open) {
      SSL_shutdown(connection.tls);
    }
    SSL_free(connection.tls);
  }
  const std::lock_guard lock(mutex_);
  close(std::exchange(connection.socket, -1));
}

}  // namespace gatewatch::testing
