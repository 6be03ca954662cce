// SPDX-License-Identifier: MIT
//
// The timerfd is set just before waiting, and only where the earliest timer comes before what it is
// set for: timers that are set and cancelled within a turn cost no system call. It is watched
// edge-triggered and so never read. epoll's own time-out is not used for this, because the kernel
// rounds that one up by a thousandth, which is 30 ms in half a minute.
//
// An event carries the descriptor and the generation of its registration; where that is no longer
// the one in watched_, the event was for something unwatched earlier in the same turn.
#include "probe/loop/epoll_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/assert.h"
#include "core/log.h"

namespace gatewatch::probe {
namespace {

constexpr int kEventBatch = 256;
constexpr unsigned kDescriptorBits = 32;
// Descriptors are not negative and generations start at 1, so no registration has these.
constexpr uint64_t kTimerTag = 0;
constexpr uint64_t kWakeupTag = 1;

uint64_t make_tag(int descriptor, uint32_t generation) {
  return (uint64_t{generation} << kDescriptorBits) | static_cast<uint32_t>(descriptor);
}

timespec to_timespec(SteadyTime when) {
  const auto since_boot = std::max(when.time_since_epoch(), Duration(1));  // 0 would disarm
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
  timespec value{};
  value.tv_sec = seconds.count();
  value.tv_nsec = (since_boot - seconds).count();
  return value;
}

void add_own(int epoll, int descriptor, uint32_t events, uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

void close_all(std::initializer_list<int> descriptors) {
  for (const int descriptor : descriptors) {
    if (descriptor >= 0) {
      close(descriptor);
    }
  }
}

}  // namespace

EpollLoop::EpollLoop(const Clock& clock) : clock_(clock), now_(clock.steady()) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  timer_fd_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  wakeup_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (epoll_ < 0 || timer_fd_ < 0 || wakeup_ < 0) {
    const int error = errno;
    close_all({epoll_, timer_fd_, wakeup_});
    throw std::system_error(error, std::generic_category(), "event loop");
  }
  try {
    add_own(epoll_, timer_fd_, EPOLLIN | EPOLLET, kTimerTag);
    add_own(epoll_, wakeup_, EPOLLIN | EPOLLET, kWakeupTag);
  } catch (...) {
    close_all({epoll_, timer_fd_, wakeup_});
    throw;
  }
}

EpollLoop::~EpollLoop() {
  close_all({epoll_, timer_fd_, wakeup_});
}

Loop::TimerId EpollLoop::call_at(SteadyTime when, Callback callback) {
  return timers_.add(std::max(when, now_), std::move(callback));
}

void EpollLoop::cancel(TimerId timer) {
  timers_.remove(timer);
}

void EpollLoop::post(Callback callback) {
  bool first = false;
  {
    const MutexLock lock(mutex_);
    GW_ASSERT(posted_.size() < kMaxPosted);
    first = posted_.empty();
    posted_.push_back(std::move(callback));
  }
  if (first) {
    wake_up();
  }
}

bool EpollLoop::watch(int descriptor, uint32_t events, EventCallback callback) {
  GW_ASSERT(descriptor >= 0);
  const auto index = static_cast<size_t>(descriptor);
  if (index >= watched_.size()) {
    watched_.resize(index + 1);
  }
  Watched& watched = watched_[index];
  last_generation_ = last_generation_ == UINT32_MAX ? 1 : last_generation_ + 1;
  watched.generation = last_generation_;
  watched.callback = std::move(callback);
  epoll_event event{};
  event.events = events;
  event.data.u64 = make_tag(descriptor, watched.generation);
  const int operation = watched.active ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  watched.active = true;
  int result = epoll_ctl(epoll_, operation, descriptor, &event);
  if (result != 0 && errno == ENOENT) {  // closed and opened again while it was watched
    result = epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  }
  if (result != 0) {
    GW_ASSERT(errno == ENOMEM || errno == ENOSPC);
    log(LogLevel::Error, "cannot watch a socket", {{"errno", errno}});
  }
  return result == 0;
}

void EpollLoop::unwatch(int descriptor) {
  if (forget(descriptor)) {
    epoll_event ignored{};
    epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, &ignored);
  }
}

void EpollLoop::close(int descriptor) {
  forget(descriptor);
  ::close(descriptor);  // the kernel takes a closed descriptor out by itself
}

bool EpollLoop::forget(int descriptor) {
  const auto index = static_cast<size_t>(descriptor);
  if (descriptor < 0 || index >= watched_.size() || !watched_[index].active) {
    return false;
  }
  watched_[index] = {};
  return true;
}

void EpollLoop::run() {
  while (!stopping_.exchange(false, std::memory_order_acq_rel)) {
    wait_and_handle_events();
    run_due_timers();
    run_posted();
  }
}

void EpollLoop::stop() {
  stopping_.store(true, std::memory_order_release);
  wake_up();
}

void EpollLoop::wait_and_handle_events() {
  std::array<epoll_event, kEventBatch> events;  // filled by the kernel
  const int timeout = prepare_to_wait();
  const int count = epoll_wait(epoll_, events.data(), kEventBatch, timeout);
  GW_ASSERT(count >= 0 || errno == EINTR);
  now_ = clock_.steady();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    handle_event(event.data.u64, event.events);
  }
}

void EpollLoop::handle_event(uint64_t tag, uint32_t events) {
  if (tag == kTimerTag) {
    armed_for_ = SteadyTime::max();
    return;
  }
  if (tag == kWakeupTag) {
    return;
  }
  const auto index = static_cast<size_t>(static_cast<uint32_t>(tag));
  const auto generation = static_cast<uint32_t>(tag >> kDescriptorBits);
  if (watched_[index].generation != generation) {
    return;
  }
  // Taken out for the call: the callback may unwatch its own descriptor, which destroys it.
  EventCallback callback = std::exchange(watched_[index].callback, nullptr);
  callback(events);
  if (watched_[index].generation == generation) {
    watched_[index].callback = std::move(callback);
  }
}

void EpollLoop::run_due_timers() {
  const uint64_t limit = timers_.added();
  while (std::optional<Callback> callback = timers_.take_due(now_, limit)) {
    (*callback)();
  }
}

void EpollLoop::run_posted() {
  {
    const MutexLock lock(mutex_);
    running_.swap(posted_);
  }
  for (Callback& callback : running_) {
    callback();
    callback = nullptr;  // what it owned goes before the next one runs
  }
  running_.clear();
}

int EpollLoop::prepare_to_wait() {
  const SteadyTime earliest = timers_.earliest();
  if (earliest <= clock_.steady()) {
    return 0;
  }
  {
    const MutexLock lock(mutex_);
    if (!posted_.empty()) {
      return 0;
    }
  }
  if (earliest < armed_for_) {
    itimerspec setting{};
    setting.it_value = to_timespec(earliest);
    const int result = timerfd_settime(timer_fd_, TFD_TIMER_ABSTIME, &setting, nullptr);
    GW_ASSERT(result == 0);
    armed_for_ = earliest;
  }
  return -1;
}

void EpollLoop::wake_up() {
  // Adds to a counter that is never read: each write is an edge. It cannot overflow in practice
  // (2^64 writes).
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wakeup_, &one, sizeof one);
}

}  // namespace gatewatch::probe
