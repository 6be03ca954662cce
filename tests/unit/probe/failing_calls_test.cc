// SPDX-License-Identifier: MIT
//
// System calls that fail under a probe because this machine is short of something. An executable of
// its own: the calls are replaced for all of it, and fail where the test's thread is told to.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "tests/support/scripted_server.h"
#include "tests/unit/probe/probe_world.h"

namespace {

// The errno with which each fails; 0: it does not.
thread_local int recv_error = 0;
thread_local int send_error = 0;

long fail_with(int error) {
  errno = error;
  return -1;
}

}  // namespace

extern "C" {

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

}  // namespace
}  // namespace gatewatch::probe
