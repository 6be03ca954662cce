// SPDX-License-Identifier: MIT
#include "probe/dns/ares_socket.h"

#include <sys/epoll.h>

#include <cstdint>
#include <utility>

namespace gatewatch::probe {

void watch_ares_socket(EpollLoop& loop, int socket, bool wants_to_read, bool wants_to_write,
                       std::function<void(int readable, int writable)> process) {
  if (!wants_to_read && !wants_to_write) {
    loop.unwatch(socket);
    return;
  }
  const uint32_t events =
      (wants_to_read ? uint32_t{EPOLLIN} : 0U) | (wants_to_write ? uint32_t{EPOLLOUT} : 0U);
  loop.watch(socket, events, [socket, process = std::move(process)](uint32_t ready) {
    const bool failed = (ready & (EPOLLERR | EPOLLHUP)) != 0;
    process((ready & EPOLLIN) != 0 || failed ? socket : kNoAresSocket,
            (ready & EPOLLOUT) != 0 ? socket : kNoAresSocket);
  });
}

}  // namespace gatewatch::probe
