// SPDX-License-Identifier: MIT
#include "probe/net/loop_socket.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace gatewatch::probe {

int LoopSocket::open(int family, int type, int protocol) {
  close();
  descriptor_ = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  return descriptor_ < 0 ? errno : 0;
}

bool LoopSocket::watch(uint32_t events, EpollLoop::EventCallback callback) {
  return loop_.watch(descriptor_, events, std::move(callback));
}

void LoopSocket::close() {
  if (descriptor_ >= 0) {
    loop_.close(std::exchange(descriptor_, -1));
  }
}

int take_error(int descriptor) {
  int error = 0;
  socklen_t length = sizeof error;
  return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

}  // namespace gatewatch::probe
