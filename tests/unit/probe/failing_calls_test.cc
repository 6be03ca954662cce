// SPDX-License-Identifier: MIT
//
// System calls that fail under a probe because this machine is short of something. An executable of
// its own: the calls are replaced for all of it, and fail where the test's thread is told to.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "probe/kinds/tcp_prober.h"
#include "tests/support/scripted_server.h"
#include "tests/unit/probe/probe_world.h"

namespace {

// The errno with which each fails; 0: it does not.
thread_local int epoll_add_error = 0;
thread_local int recv_error = 0;
thread_local int send_error = 0;

long fail_with(int error) {
  errno = error;
  return -1;
}

}  // namespace

extern "C" {

int epoll_ctl(int epoll, int operation, int descriptor, epoll_event* event) noexcept {
  const bool fails = epoll_add_error != 0 && operation == EPOLL_CTL_ADD;
  return static_cast<int>(fails ? fail_with(epoll_add_error)
                                : syscall(SYS_epoll_ctl, epoll, operation, descriptor, event));
}

ssize_t recv(int socket, void* buffer, size_t size, int flags) {
  return recv_error != 0 ? fail_with(recv_error)
                         : syscall(SYS_recvfrom, socket, buffer, size, flags, nullptr, nullptr);
}

ssize_t send(int socket, const void* buffer, size_t size, int flags) {
  return send_error != 0 ? fail_with(send_error)
                         : syscall(SYS_sendto, socket, buffer, size, flags, nullptr, 0);
}

}  // extern "C"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::ScriptedServer;

// Has a call fail as long as it lives.
class Failing {
 public:
  Failing(int& call, int error) : call_(call) { call_ = error; }
  ~Failing() { call_ = 0; }
  Failing(const Failing&) = delete;
  Failing& operator=(const Failing&) = delete;

 private:
  int& call_;
};

TEST(FailingCalls, AreCountedByWhoseTroubleTheyAreWhileReading) {
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world;
  for (const auto& [error, outcome] :
       {std::pair(ENOBUFS, Outcome::Inconclusive), std::pair(ENOMEM, Outcome::Inconclusive),
        std::pair(ENETDOWN, Outcome::Inconclusive), std::pair(ETIMEDOUT, Outcome::Timeout),
        std::pair(EHOSTUNREACH, Outcome::Reset), std::pair(ECONNRESET, Outcome::Reset)}) {
    const Failing failing(recv_error, error);
    const ProbeResult result = world.probe(server.url());
    EXPECT_EQ(result.outcome, outcome) << result.error;
  }
  EXPECT_EQ(world.probe(server.url()).outcome, Outcome::Ok);
}

TEST(FailingCalls, AreOurOwnTroubleWhileSending) {
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world;
  const Failing failing(send_error, ENOBUFS);
  const ProbeResult result = world.probe(server.url(), 1s);
  EXPECT_EQ(result.outcome, Outcome::Inconclusive) << result.error;
  EXPECT_LT(result.latency, 900ms);
}

TEST(FailingCalls, AreOurOwnTroubleWhereASocketCannotBeWatched) {
  ScriptedServer server({answer("200 OK")});
  ProbeWorld world;
  HttpSettings by_curl = settings_for(server.url());
  by_curl.http2 = true;
  TcpSettings tcp;
  tcp.endpoint.host = "127.0.0.1";
  tcp.endpoint.port = server.port();
  TcpProber tcp_prober(world.services, std::make_shared<const TcpSettings>(tcp));
  {
    const Failing failing(epoll_add_error, ENOSPC);
    for (const ProbeResult& result :
         {world.probe(server.url(), 1s), world.probe(by_curl, 1s), world.probe(tcp_prober, 1s)}) {
      EXPECT_EQ(result.outcome, Outcome::Inconclusive) << result.error;
      EXPECT_EQ(result.error, "the system cannot watch one more socket");
      EXPECT_LT(result.latency, 900ms);
    }
  }
  EXPECT_EQ(world.probe(by_curl).outcome, Outcome::Ok);
  EXPECT_EQ(world.probe(tcp_prober).outcome, Outcome::Ok);
  EXPECT_EQ(world.curl.running(), 0U);
}

}  // namespace
}  // namespace gatewatch::probe
