// SPDX-License-Identifier: MIT
#include "tests/unit/alerts/tcp_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "core/assert.h"

namespace gatewatch::testing {
namespace {

sockaddr_in any_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int bind_any(int descriptor) {
  sockaddr_in address = any_port();
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  GW_ASSERT(bind(descriptor, generic, size) == 0);
  GW_ASSERT(getsockname(descriptor, generic, &size) == 0);
  return ntohs(address.sin_port);
}

}  // namespace

std::string Connection::read_line() {
  while (!is_closed_ && buffer_.find('\n') == std::string::npos) {
    std::array<char, 4096> chunk{};
    const ssize_t got = recv(descriptor_, chunk.data(), chunk.size(), 0);
    is_closed_ = got <= 0;
    buffer_.append(chunk.data(), got > 0 ? static_cast<size_t>(got) : 0);
  }
  const size_t end = buffer_.find('\n');
  if (end == std::string::npos) {
    return {};
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  if (line.ends_with('\r')) {
    line.pop_back();
  }
  return line;
}

std::string Connection::read_bytes(size_t count) {
  while (!is_closed_ && buffer_.size() < count) {
    std::array<char, 4096> chunk{};
    const ssize_t got = recv(descriptor_, chunk.data(), chunk.size(), 0);
    is_closed_ = got <= 0;
    buffer_.append(chunk.data(), got > 0 ? static_cast<size_t>(got) : 0);
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, bytes.size());
  return bytes;
}

void Connection::write(std::string_view text) {
  while (!is_closed_ && !text.empty()) {
    const ssize_t sent = send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
    is_closed_ = sent <= 0;
    text.remove_prefix(sent > 0 ? static_cast<size_t>(sent) : 0);
  }
}

void Connection::wait_closed() {
  while (!is_closed_) {
    read_bytes(buffer_.size() + 1);
  }
}

TcpPeer::TcpPeer(std::function<void(Connection&)> serve)
    : serve_(std::move(serve)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  GW_ASSERT(listener_ >= 0);
  port_ = bind_any(listener_);
  GW_ASSERT(listen(listener_, 16) == 0);
  thread_ = std::thread([this] { run(); });
}

TcpPeer::~TcpPeer() {
  is_ending_ = true;
  shutdown(listener_, SHUT_RDWR);
  const int open = open_;
  if (open >= 0) {
    shutdown(open, SHUT_RDWR);
  }
  thread_.join();
  close(listener_);
}

void TcpPeer::run() {
  while (!is_ending_) {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) {
      continue;
    }
    open_ = descriptor;
    if (!is_ending_) {
      Connection connection(descriptor);
      serve_(connection);
    }
    open_ = -1;
    close(descriptor);
  }
}

int refused_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int port = bind_any(descriptor);
  close(descriptor);
  return port;
}

}  // namespace gatewatch::testing
