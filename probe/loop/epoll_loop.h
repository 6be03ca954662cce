// SPDX-License-Identifier: MIT
//
// The real Loop: epoll, a timerfd for the earliest timer, an eventfd for post().
//
// One turn waits, reads the clock, and then handles up to 256 events, the timers that are due, and
// what was posted. What a turn sets or posts for "now" runs in the next one, so that nothing can
// keep the others from their turn.
//
// Thread: the one that calls run(), except post() and stop(); before run(), the one that made it.
// Limits: kMaxPosted callbacks waiting; one more is a bug and ends the process.
// Fails: throws std::system_error from the constructor where the kernel gives no descriptor.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/mutex.h"
#include "core/time.h"
#include "probe/loop/loop.h"
#include "probe/loop/timer_heap.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxPosted = 1'000'000;

class EpollLoop final : public Loop {
 public:
  explicit EpollLoop(const Clock& clock);
  ~EpollLoop() override;
  EpollLoop(const EpollLoop&) = delete;
  EpollLoop& operator=(const EpollLoop&) = delete;

  [[nodiscard]] SteadyTime now() const override { return now_; }
  [[nodiscard]] WallTime wall_now() const override { return clock_.wall(); }
  [[nodiscard]] Duration suspended() const override { return clock_.suspended(); }
  // A `when` that has passed counts as now().
  TimerId call_at(SteadyTime when, Callback callback) override;
  void cancel(TimerId timer) override;
  void post(Callback callback) override;

  // Reads the clock: for measuring what takes less than a turn.
  [[nodiscard]] SteadyTime precise_now() const { return clock_.steady(); }

  // `events` are epoll's (EPOLLIN, EPOLLOUT); EPOLLERR and EPOLLHUP are told unasked. Watching a
  // descriptor again changes what is waited for and who is called. The callback may unwatch any
  // descriptor, its own included; no event that was for a descriptor before it was unwatched
  // reaches one that is watched later under the same number.
  // False where the kernel has no memory for it: nothing will be told.
  using EventCallback = std::function<void(uint32_t events)>;
  bool watch(int descriptor, uint32_t events, EventCallback callback);
  // To be called before the descriptor is closed. Nothing happens for one that is not watched.
  void unwatch(int descriptor);
  // Unwatches and closes it, with one system call instead of two. Requires: nobody else has a
  // duplicate of it (dup, fork), which would keep it watched.
  void close(int descriptor);

  // Turns until stop(). May be called again.
  void run();
  // Ends run() after the turn under way, or the next run() before its first.
  // Thread: any.
  void stop();

 private:
  struct Watched {
    uint32_t generation = 0;  // tells a stale event from one for a reused descriptor number
    bool active = false;
    EventCallback callback;
  };

  // Whether it was watched.
  bool forget(int descriptor);
  void wait_and_handle_events();
  void handle_event(uint64_t tag, uint32_t events);
  void run_due_timers();
  void run_posted();
  // How long epoll may wait, in its own terms: 0 not at all, -1 until an event comes.
  int prepare_to_wait();
  void wake_up();

  const Clock& clock_;
  int epoll_ = -1;
  int timer_fd_ = -1;
  int wakeup_ = -1;
  SteadyTime now_;
  SteadyTime armed_for_ = SteadyTime::max();  // max: the timerfd has nothing to tell
  TimerHeap timers_;
  uint32_t last_generation_ = 0;
  std::vector<Watched> watched_;  // by descriptor
  std::vector<Callback> running_;
  std::atomic<bool> stopping_ = false;

  Mutex mutex_;
  std::vector<Callback> posted_ GW_GUARDED_BY(mutex_);
};

}  // namespace gatewatch::probe
