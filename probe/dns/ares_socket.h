// SPDX-License-Identifier: MIT
//
// The sockets of a c-ares channel on the loop.
#pragma once

#include <functional>

#include "probe/loop/epoll_loop.h"

namespace gatewatch::probe {

// c-ares' word for no socket (ARES_SOCKET_BAD).
inline constexpr int kNoAresSocket = -1;

// Does what a channel's sock_state_cb is told: watches `socket` for what is wanted, or no longer
// where nothing is. `process` is given the socket to read from and the one to write to, as
// ares_process_fd() takes them; either may be kNoAresSocket.
// Thread: the loop's. Lifetime: what `process` uses lives until the socket is watched no more.
void watch_ares_socket(EpollLoop& loop, int socket, bool wants_to_read, bool wants_to_write,
                       std::function<void(int readable, int writable)> process);

}  // namespace gatewatch::probe
