// SPDX-License-Identifier: MIT
#include "probe/loop/epoll_loop.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

// A connected pair of sockets.
struct Pair {
  Pair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0); }
  ~Pair() {
    close_end(0);
    close_end(1);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  void close_end(size_t which) {
    if (ends.at(which) >= 0) {
      close(ends.at(which));
      ends.at(which) = -1;
    }
  }
  void write_to(size_t which) const { EXPECT_EQ(write(ends.at(1 - which), "x", 1), 1); }
  void drain(size_t which) const {
    std::array<char, 16> buffer{};
    EXPECT_GT(read(ends.at(which), buffer.data(), buffer.size()), 0);
  }

  std::array<int, 2> ends{-1, -1};
};

// Fails the test rather than let it hang.
void guard(EpollLoop& loop) {
  loop.call_at(loop.precise_now() + 20s, [&loop] {
    ADD_FAILURE() << "nothing stopped the loop";
    loop.stop();
  });
}

TEST(EpollLoop, RunsTimersInOrderAndNotBeforeTheirTime) {
  EpollLoop loop(system_clock());
  guard(loop);
  std::string ran;
  const SteadyTime start = loop.now();
  loop.call_at(start + 20ms, [&] {
    ran += 'c';
    EXPECT_GE(loop.now(), start + 20ms);
    loop.stop();
  });
  loop.call_at(start + 5ms, [&] { ran += 'a'; });
  loop.call_at(start + 5ms, [&] { ran += 'b'; });
  loop.run();
  EXPECT_EQ(ran, "abc");
}

TEST(EpollLoop, DoesNotRunACancelledTimer) {
  EpollLoop loop(system_clock());
  guard(loop);
  bool ran = false;
  const Loop::TimerId timer = loop.call_at(loop.now() + 1ms, [&] { ran = true; });
  loop.call_at(loop.now(), [&] { loop.cancel(timer); });
  loop.call_at(loop.now() + 10ms, [&] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(ran);
}

TEST(EpollLoop, RunsATimerThatIsSetEarlierThanTheOneItWaitsFor) {
  EpollLoop loop(system_clock());
  guard(loop);
  bool late_ran = false;
  loop.call_at(loop.now() + 10s, [&] { late_ran = true; });
  loop.call_at(loop.now() + 5ms, [&] { loop.call_at(loop.now() + 5ms, [&] { loop.stop(); }); });
  loop.run();
  EXPECT_FALSE(late_ran);
}

TEST(EpollLoop, LetsTheOthersRunWhileATimerSetsItselfForNow) {
  EpollLoop loop(system_clock());
  guard(loop);
  int turns = 0;
  std::function<void()> again = [&] {
    ++turns;
    loop.call_at(loop.now(), [&] { again(); });
  };
  again();
  Pair pair;
  loop.watch(pair.ends[0], EPOLLIN, [&](uint32_t) { loop.stop(); });
  loop.call_at(loop.now() + 5ms, [&] { pair.write_to(0); });
  loop.run();
  EXPECT_GT(turns, 2);
}

TEST(EpollLoop, RunsWhatOtherThreadsPostInTheirOrder) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  EpollLoop loop(system_clock());
  guard(loop);
  std::array<int, kThreads> seen{};
  std::atomic<int> left = kThreads * kEach;
  const std::thread::id loop_thread = std::this_thread::get_id();
  std::array<std::thread, kThreads> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.at(t) = std::thread([&, t] {
      for (int i = 0; i < kEach; ++i) {
        loop.post([&, t, i] {
          EXPECT_EQ(std::this_thread::get_id(), loop_thread);
          EXPECT_EQ(seen.at(t)++, i);
          if (--left == 0) {
            loop.stop();
          }
        });
      }
    });
  }
  loop.run();
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(left, 0);
}

TEST(EpollLoop, WakesFromAWaitWithoutTimersWhenSomethingIsPosted) {
  EpollLoop loop(system_clock());
  std::thread other;
  loop.post([&] { other = std::thread([&] { loop.post([&] { loop.stop(); }); }); });
  loop.run();
  other.join();
}

TEST(EpollLoop, StopsFromAnotherThreadAndRunsAgain) {
  EpollLoop loop(system_clock());
  std::thread other([&] { loop.stop(); });
  loop.run();
  other.join();
  bool ran = false;
  loop.post([&] {
    ran = true;
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(ran);
}

TEST(EpollLoop, DestroysWithoutRunningWhatIsPostedAfterTheEnd) {
  const auto owned = std::make_shared<int>(0);
  {
    EpollLoop loop(system_clock());
    loop.post([owned] { ++*owned; });
  }
  EXPECT_EQ(*owned, 0);
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(EpollLoop, TellsEventsOfAWatchedDescriptor) {
  EpollLoop loop(system_clock());
  guard(loop);
  Pair pair;
  int events_seen = 0;
  loop.watch(pair.ends[0], EPOLLIN, [&](uint32_t events) {
    EXPECT_NE(events & EPOLLIN, 0U);
    pair.drain(0);
    if (++events_seen == 3) {
      loop.stop();
    } else {
      pair.write_to(0);
    }
  });
  pair.write_to(0);
  loop.run();
  EXPECT_EQ(events_seen, 3);
}

TEST(EpollLoop, WaitsForWhatTheLastWatchAskedFor) {
  EpollLoop loop(system_clock());
  guard(loop);
  Pair pair;
  pair.write_to(0);
  bool old_called = false;
  loop.watch(pair.ends[0], EPOLLIN, [&](uint32_t) { old_called = true; });
  loop.watch(pair.ends[0], EPOLLOUT, [&](uint32_t events) {
    EXPECT_EQ(events & EPOLLIN, 0U);
    loop.stop();
  });
  loop.run();
  EXPECT_FALSE(old_called);
}

TEST(EpollLoop, MayUnwatchItsOwnDescriptorInItsCallback) {
  EpollLoop loop(system_clock());
  guard(loop);
  Pair pair;
  int calls = 0;
  loop.watch(pair.ends[0], EPOLLOUT, [&, owned = std::make_shared<int>(7)](uint32_t) {
    ++calls;
    loop.unwatch(pair.ends[0]);
    EXPECT_EQ(*owned, 7);  // still there
    loop.call_at(loop.now() + 5ms, [&] { loop.stop(); });
  });
  loop.run();
  EXPECT_EQ(calls, 1);
}

// Both ends are ready in the same batch; whichever comes first closes the other and opens a socket
// that gets its number, for which the second event is not meant.
TEST(EpollLoop, KeepsAStaleEventFromAReusedDescriptor) {
  EpollLoop loop(system_clock());
  guard(loop);
  Pair a;
  Pair b;
  Pair fresh;
  int old_calls = 0;
  int reused_calls = 0;
  const auto replace = [&](Pair& other) {
    ++old_calls;
    loop.unwatch(a.ends[0]);
    loop.unwatch(b.ends[0]);
    const int number = other.ends[0];
    other.close_end(0);
    ASSERT_EQ(dup2(fresh.ends[0], number), number);
    other.ends[0] = number;
    loop.watch(number, EPOLLIN, [&](uint32_t) { ++reused_calls; });
    loop.call_at(loop.now() + 10ms, [&] { loop.stop(); });
  };
  loop.watch(a.ends[0], EPOLLIN, [&](uint32_t) { replace(b); });
  loop.watch(b.ends[0], EPOLLIN, [&](uint32_t) { replace(a); });
  a.write_to(0);
  b.write_to(0);
  loop.run();
  EXPECT_EQ(old_calls, 1);
  EXPECT_EQ(reused_calls, 0);
}

TEST(EpollLoop, TellsAHangUpUnasked) {
  EpollLoop loop(system_clock());
  guard(loop);
  Pair pair;
  loop.watch(pair.ends[0], 0, [&](uint32_t events) {
    EXPECT_NE(events & EPOLLHUP, 0U);
    loop.stop();
  });
  pair.close_end(1);
  loop.run();
}

}  // namespace
}  // namespace gatewatch::probe
