// SPDX-License-Identifier: MIT
#include "probe/loop_socket.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace gatewatch::probe {

std::optional<NativeAddress> to_native_address(const Address& address, uint16_t port) {
  NativeAddress found;
  if (address.family == Address::Family::V4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    if (inet_pton(AF_INET, address.text.c_str(), &v4.sin_addr) != 1) {
      return std::nullopt;
    }
    std::memcpy(&found.storage, &v4, sizeof v4);
    found.length = sizeof v4;
    return found;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  const size_t percent = address.text.find('%');
  if (inet_pton(AF_INET6, address.text.substr(0, percent).c_str(), &v6.sin6_addr) != 1) {
    return std::nullopt;
  }
  if (percent != std::string::npos) {
    v6.sin6_scope_id = if_nametoindex(address.text.c_str() + percent + 1);
    if (v6.sin6_scope_id == 0) {
      return std::nullopt;
    }
  }
  std::memcpy(&found.storage, &v6, sizeof v6);
  found.length = sizeof v6;
  return found;
}

int LoopSocket::open(int family, int type, int protocol) {
  close();
  descriptor_ = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  return descriptor_ < 0 ? errno : 0;
}

void LoopSocket::watch(uint32_t events, EpollLoop::EventCallback callback) {
  loop_.watch(descriptor_, events, std::move(callback));
}

void LoopSocket::close() {
  if (descriptor_ >= 0) {
    loop_.unwatch(descriptor_);
    ::close(std::exchange(descriptor_, -1));
  }
}

int take_error(int descriptor) {
  int error = 0;
  socklen_t length = sizeof error;
  return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

}  // namespace gatewatch::probe
