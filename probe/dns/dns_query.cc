// SPDX-License-Identifier: MIT
//
// A c-ares channel for each query: its sockets are new ones, and its one server is the target's.
// The sockets are opened and used by functions of ours, which note the system's error: c-ares has
// one status for a port that is closed and for a missing route. It may call back from within
// ares_query() as well as from ares_process_fd(), so the callback only files the answer; it is told
// by a timer, once c-ares is off the stack.
#include "probe/dns/dns_query.h"

#include <ares.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "core/text.h"
#include "probe/dns/ares_socket.h"
#include "probe/net/connect_failure.h"
#include "probe/net/loop_socket.h"
#include "probe/net/socket_address.h"

namespace gatewatch::probe {
namespace {

// The deadline is the caller's; c-ares must only not give up before any.
constexpr int kNoTimeoutMs = 24 * 3600 * 1000;
constexpr int kClassInternet = 1;

}  // namespace

struct DnsQuery::Channel {
  Channel(EpollLoop& its_loop, const SocketAddress& its_server, RecordType its_type, Done its_done)
      : loop(its_loop), server(its_server), type(its_type), done(std::move(its_done)) {}

  ~Channel() {
    if (handle != nullptr) {
      ares_destroy(handle);  // gives up the sockets; calls back where no answer came
    }
    loop.cancel(timer);
  }

  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Returns a status of c-ares.
  int set_up() {
    ares_options options{};
    options.timeout = kNoTimeoutMs;
    options.tries = 1;
    options.flags = ARES_FLAG_NOCHECKRESP;  // hand over what the server says
    std::string lookups = "b";
    options.lookups = lookups.data();
    options.sock_state_cb = &Channel::on_socket_state;
    options.sock_state_cb_data = this;
    int status = ares_init_options(&handle, &options,
                                   ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_FLAGS |
                                       ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) {
      handle = nullptr;
      return status;
    }
    static constexpr ares_socket_functions kSockets{&Channel::open_socket, &Channel::close_socket,
                                                    &Channel::connect_socket, &Channel::receive,
                                                    &Channel::send};
    ares_set_socket_functions(handle, &kSockets, this);
    // Only the family matters: connect_socket() knows the address.
    ares_addr_node node{};
    node.family = server.storage.ss_family;
    if (node.family == AF_INET) {
      node.addr.addr4 = reinterpret_cast<const sockaddr_in*>(&server.storage)->sin_addr;
    } else {
      const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&server.storage);
      std::copy_n(reinterpret_cast<const unsigned char*>(&v6->sin6_addr), sizeof v6->sin6_addr,
                  reinterpret_cast<unsigned char*>(&node.addr.addr6));
    }
    status = ares_set_servers(handle, &node);
    return status;
  }

  void ask(const std::string& name) {
    const int status = set_up();
    if (status != ARES_SUCCESS) {
      file({.outcome = Outcome::Inconclusive, .error = printable(ares_strerror(status))});
      return;
    }
    ares_query(handle, name.c_str(), kClassInternet, static_cast<int>(type), &Channel::on_answer,
               this);
  }

  static void on_answer(void* self, int status, int /*timeouts*/, unsigned char* bytes,
                        int length) {
    auto* channel = static_cast<Channel*>(self);
    if (status == ARES_EDESTRUCTION) {
      return;
    }
    if (bytes != nullptr && length > 0) {
      channel->file(read_reply(channel->type, {bytes, static_cast<size_t>(length)}));
    } else {
      channel->file(channel->failure(status));
    }
  }

  [[nodiscard]] DnsReply failure(int status) const {
    DnsReply answer;
    if (system_error != 0) {
      answer.outcome = outcome_of_connect(system_error, told);
      answer.error = printable(std::generic_category().message(system_error));
    } else if (status == ARES_ECONNREFUSED) {  // a TCP connection that was closed without an answer
      answer.outcome = Outcome::Reset;
      answer.error = "the connection was closed without an answer";
    } else {
      answer.outcome = Outcome::Inconclusive;
      answer.error = printable(ares_strerror(status));
    }
    if (over_tcp) {
      answer.error = "over TCP: " + answer.error;
    }
    return answer;
  }

  void file(DnsReply answer) {
    timer = loop.call_at(loop.now(), [this, filed = std::move(answer)]() mutable {
      timer = Loop::TimerId::None;
      Done tell = std::exchange(done, nullptr);
      tell(std::move(filed));  // which may destroy this
    });
  }

  static void on_socket_state(void* self, ares_socket_t socket, int readable, int writable) {
    auto* channel = static_cast<Channel*>(self);
    watch_ares_socket(channel->loop, socket, readable != 0, writable != 0,
                      [channel](int readable_one, int writable_one) {
                        ares_process_fd(channel->handle, readable_one, writable_one);
                      });
  }

  void note(int error, Told when) {
    if (error != EAGAIN && error != EINPROGRESS) {
      system_error = error;
      told = when;
    }
  }

  static ares_socket_t open_socket(int family, int kind, int protocol, void* self) {
    auto* channel = static_cast<Channel*>(self);
    const int made = socket(family, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (made < 0) {
      channel->note(errno, Told::ByCall);
      return ARES_SOCKET_BAD;
    }
    channel->system_error = 0;
    channel->over_tcp = kind == SOCK_STREAM;
    if (kind == SOCK_DGRAM) {  // else only few of the network's errors are told
      const int on = 1;
      const bool v4 = family == AF_INET;
      setsockopt(made, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, &on,
                 sizeof on);
    }
    return made;
  }

  static int close_socket(ares_socket_t socket, void* /*self*/) { return close(socket); }

  static int connect_socket(ares_socket_t socket, const sockaddr* /*address*/,
                            ares_socklen_t /*length*/, void* self) {
    auto* channel = static_cast<Channel*>(self);
    const int result = connect(socket, channel->server.get(), channel->server.length);
    if (result != 0) {
      channel->note(errno, Told::ByCall);
    }
    return result;
  }

  static ares_ssize_t receive(ares_socket_t socket, void* bytes, size_t size, int flags,
                              sockaddr* from, ares_socklen_t* from_length, void* self) {
    auto* channel = static_cast<Channel*>(self);
    const ssize_t count = recvfrom(socket, bytes, size, flags, from, from_length);
    if (count < 0) {
      channel->note(errno, Told::Later);
    }
    return count;
  }

  static ares_ssize_t send(ares_socket_t socket, const iovec* parts, int count, void* self) {
    auto* channel = static_cast<Channel*>(self);
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts);
    message.msg_iovlen = static_cast<size_t>(count);
    const ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      channel->note(errno, channel->over_tcp ? Told::Later : Told::ByCall);
    }
    return sent;
  }

  EpollLoop& loop;
  const SocketAddress server;
  const RecordType type;
  Done done;
  ares_channel handle = nullptr;
  Loop::TimerId timer = Loop::TimerId::None;
  int system_error = 0;  // the last one of the socket last opened
  Told told = Told::ByCall;
  bool over_tcp = false;
};

DnsQuery::DnsQuery(EpollLoop& loop, const Address& server, uint16_t port, const std::string& name,
                   RecordType type, Done done) {
  const std::optional<SocketAddress> address = to_socket_address(server.text, port);
  channel_ =
      std::make_unique<Channel>(loop, address.value_or(SocketAddress()), type, std::move(done));
  if (address) {
    channel_->ask(name);
  } else {
    channel_->file(
        {.outcome = Outcome::Inconclusive, .error = server.text + ": no such interface"});
  }
}

DnsQuery::~DnsQuery() = default;

}  // namespace gatewatch::probe
