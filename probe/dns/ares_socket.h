// SPDX-License-Identifier: MIT
//
// The sockets of a c-ares channel on the loop.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "probe/loop/epoll_loop.h"

struct iovec;  // NOLINT(readability-identifier-naming): the system's own

namespace gatewatch::probe {

// c-ares' word for no socket (ARES_SOCKET_BAD).
inline constexpr int kNoAresSocket = -1;

// Does what a channel's sock_state_cb is told: watches `socket` for what is wanted, or no longer
// where nothing is. `process` is given the socket to read from and the one to write to, as
// ares_process_fd() takes them; either may be kNoAresSocket.
// Thread: the loop's. Lifetime: what `process` uses lives until the socket is watched no more.
void watch_ares_socket(EpollLoop& loop, int socket, bool wants_to_read, bool wants_to_write,
                       std::function<void(int readable, int writable)> process);

// What name servers sent that c-ares would take for an answer without records: a question, or an
// answer with a response code over 5 (YXDOMAIN, NOTAUTH, …).
struct OddAnswers {
  uint64_t seen = 0;
  std::string newest;  // "rcode 9", "a question instead of an answer"
};

// What a channel's ares_socket_functions do. The last one makes SERVFAIL of odd answers that come
// over UDP, and notes them in `odd_answers`, an OddAnswers*; nobody else uses that argument.
int open_ares_socket(int family, int kind, int protocol, void* odd_answers);
int close_ares_socket(int socket, void* odd_answers);
int connect_ares_socket(int socket, const sockaddr* address, socklen_t length, void* odd_answers);
ssize_t send_on_ares_socket(int socket, const iovec* parts, int count, void* odd_answers);
ssize_t receive_usual_answer(int socket, void* bytes, size_t size, int flags, sockaddr* from,
                             socklen_t* from_length, void* odd_answers);

}  // namespace gatewatch::probe
