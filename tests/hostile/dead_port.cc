// SPDX-License-Identifier: MIT
#include "tests/hostile/dead_port.h"

#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <span>
#include <stdexcept>

namespace gatewatch::testing {
namespace {

constexpr uint32_t kDrop = 0;
constexpr uint32_t kPass = 0xFFFFFFFF;
constexpr uint32_t kFlagsOffset = 13;  // in the TCP header, where the filter's data begins
constexpr uint32_t kPush = 0x08;

void set_filter(int socket, std::span<sock_filter> program) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
    throw std::runtime_error("no socket filter");
  }
}

void lose_all(int socket) {
  std::array program{sock_filter{BPF_RET | BPF_K, 0, 0, kDrop}};
  set_filter(socket, program);
}

// The handshake has no PSH flag, what is written at once does.
void lose_data(int socket) {
  std::array program{
      sock_filter{BPF_LD | BPF_B | BPF_ABS, 0, 0, kFlagsOffset},
      sock_filter{BPF_JMP | BPF_JSET | BPF_K, 0, 1, kPush},
      sock_filter{BPF_RET | BPF_K, 0, 0, kDrop},
      sock_filter{BPF_RET | BPF_K, 0, 0, kPass},
  };
  set_filter(socket, program);
}

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

DeadPort::DeadPort(Manner manner) : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (manner == Manner::LosesAll) {
    lose_all(listener_);
  } else if (manner == Manner::LosesData) {
    lose_data(listener_);
  } else if (manner == Manner::NeverReads) {
    const int least = 1;  // the kernel rounds up
    setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
  }
  const int queue = manner == Manner::FullQueue ? 0 : 8;
  if (bind(listener_, generic, length) != 0 || listen(listener_, queue) != 0 ||
      getsockname(listener_, generic, &length) != 0) {
    throw std::runtime_error("no port to listen on");
  }
  port_ = ntohs(address.sin_port);
  if (manner == Manner::FullQueue) {
    fill_queue();
  }
}

DeadPort::~DeadPort() {
  for (const int socket : queued_) {
    close(socket);
  }
  close(listener_);
}

// Connects until a connection is no longer made at once.
void DeadPort::fill_queue() {
  constexpr size_t kMostQueued = 8;
  constexpr int kPatienceMs = 50;
  for (size_t i = 0; i < kMostQueued; ++i) {
    queued_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port_);
    connect(queued_.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    pollfd waiting{queued_.back(), POLLOUT, 0};
    if (poll(&waiting, 1, kPatienceMs) == 0) {
      return;
    }
  }
  throw std::runtime_error("the queue does not fill up");
}

std::string DeadPort::url() const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/";
}

}  // namespace gatewatch::testing
