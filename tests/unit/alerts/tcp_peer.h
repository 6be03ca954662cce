// SPDX-License-Identifier: MIT
//
// A server on 127.0.0.1 that does what a test tells it, for one connection after another.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace gatewatch::testing {

// One accepted connection, on the peer's thread. After the client or the peer has closed it, reads
// give nothing and writes do nothing.
class Connection {
 public:
  explicit Connection(int descriptor) : descriptor_(descriptor) {}

  // A line without its line end; empty at the end of the stream too.
  std::string read_line();
  std::string read_bytes(size_t count);
  void write(std::string_view text);
  // Waits until the client closes, or the peer is destroyed.
  void wait_closed();
  [[nodiscard]] bool is_closed() const { return is_closed_; }

 private:
  int descriptor_;
  std::string buffer_;
  bool is_closed_ = false;
};

// Lifetime: the destructor breaks the connection that is open and joins the thread.
class TcpPeer {
 public:
  explicit TcpPeer(std::function<void(Connection&)> serve);
  ~TcpPeer();
  TcpPeer(const TcpPeer&) = delete;
  TcpPeer& operator=(const TcpPeer&) = delete;

  [[nodiscard]] int port() const { return port_; }

 private:
  void run();

  std::function<void(Connection&)> serve_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> open_ = -1;
  std::atomic<bool> is_ending_ = false;
  std::thread thread_;
};

// A port of 127.0.0.1 on which nobody listens.
int refused_port();

}  // namespace gatewatch::testing
