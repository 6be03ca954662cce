// SPDX-License-Identifier: MIT
#include "logs/stats_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace gatewatch::logs {
namespace {

using Answer = std::expected<std::string, std::string>;

std::unexpected<std::string> system_error() {
  return std::unexpected<std::string>(std::strerror(errno));
}

class Socket {
 public:
  Socket() : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~Socket() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

// Whether the socket is ready for `events` before the deadline.
bool wait(int fd, short events, SteadyTime deadline) {
  while (true) {
    const Duration left = deadline - system_clock().steady();
    const auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    pollfd waiting{fd, events, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(std::max<int64_t>(left_ms, 0)));
    if (ready > 0) {
      return true;
    }
    if (ready == 0 || errno != EINTR) {
      return false;
    }
  }
}

Answer read_all(int fd, SteadyTime deadline) {
  std::string answer;
  std::array<char, 16'384> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): read into
  while (true) {
    const ssize_t got = recv(fd, chunk.data(), chunk.size(), 0);
    if (got == 0) {
      return answer;
    }
    if (got > 0) {
      answer.append(chunk.data(), static_cast<size_t>(got));
      if (answer.size() > kMaxStatsAnswer) {
        return std::unexpected("the answer is over " + std::to_string(kMaxStatsAnswer) + " bytes");
      }
    } else if (errno != EAGAIN && errno != EINTR) {
      return system_error();
    } else if (!wait(fd, POLLIN, deadline)) {
      return std::unexpected("timed out");
    }
  }
}

}  // namespace

Answer ask_stats_socket(const std::string& path, std::string_view command, Duration timeout) {
  const SteadyTime deadline = system_clock().steady() + timeout;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return std::unexpected("the path of a socket has 1 to " +
                           std::to_string(sizeof address.sun_path - 1) + " bytes");
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  const Socket socket;
  // A Unix socket connects at once, or not: EAGAIN says that its queue is full.
  if (socket.fd() < 0 ||
      connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return system_error();
  }
  std::string line(command);
  line += '\n';
  // So short a line always fits into the empty buffer of a new socket.
  if (send(socket.fd(), line.data(), line.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(line.size())) {
    return system_error();
  }
  return read_all(socket.fd(), deadline);
}

}  // namespace gatewatch::logs
