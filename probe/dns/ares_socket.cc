// SPDX-License-Identifier: MIT
#include "probe/dns/ares_socket.h"

#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <utility>

#include "probe/dns/dns_records.h"

namespace gatewatch::probe {
namespace {

// RFC 1035, section 4.1.1.
constexpr ssize_t kHeaderBytes = 12;
constexpr size_t kFlagsOffset = 2;
constexpr size_t kRcodeOffset = 3;
constexpr unsigned char kIsAnswer = 0x80;
constexpr unsigned char kRcodeMask = 0x0F;
constexpr unsigned char kServfail = 2;
constexpr unsigned char kLastUsualRcode = 5;  // REFUSED

void mend(unsigned char* header, OddAnswers& odd) {
  const auto rcode = static_cast<unsigned char>(header[kRcodeOffset] & kRcodeMask);
  const bool is_answer = (header[kFlagsOffset] & kIsAnswer) != 0;
  if (is_answer && rcode <= kLastUsualRcode) {
    return;
  }
  header[kFlagsOffset] |= kIsAnswer;
  header[kRcodeOffset] =
      static_cast<unsigned char>((header[kRcodeOffset] & ~kRcodeMask) | kServfail);
  ++odd.seen;
  odd.newest = is_answer ? rcode_word(rcode) : "a question instead of an answer";
}

}  // namespace

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

int open_ares_socket(int family, int kind, int protocol, void* /*odd_answers*/) {
  return socket(family, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

int close_ares_socket(int socket, void* /*odd_answers*/) {
  return close(socket);
}

int connect_ares_socket(int socket, const sockaddr* address, socklen_t length,
                        void* /*odd_answers*/) {
  return connect(socket, address, length);
}

ssize_t send_on_ares_socket(int socket, const iovec* parts, int count, void* /*odd_answers*/) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = static_cast<size_t>(count);
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}

ssize_t receive_usual_answer(int socket, void* bytes, size_t size, int flags, sockaddr* from,
                             socklen_t* from_length, void* odd_answers) {
  const ssize_t count = recvfrom(socket, bytes, size, flags, from, from_length);
  // c-ares wants to know the sender of what comes over UDP, and only of that.
  if (count >= kHeaderBytes && from != nullptr) {
    mend(static_cast<unsigned char*>(bytes), *static_cast<OddAnswers*>(odd_answers));
  }
  return count;
}

}  // namespace gatewatch::probe
