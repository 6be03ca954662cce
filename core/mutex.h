// SPDX-License-Identifier: MIT
//
// std::mutex and std::condition_variable with the annotations of Clang's thread-safety analysis, so
// that reading a member marked GW_GUARDED_BY(mutex_) without the lock is a compile error in the
// analysis build. Other compilers see the plain standard types.
// https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define GW_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define GW_THREAD_ATTRIBUTE(x)
#endif
#define GW_GUARDED_BY(x) GW_THREAD_ATTRIBUTE(guarded_by(x))
#define GW_REQUIRES(...) GW_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define GW_EXCLUDES(...) GW_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))

namespace gatewatch {

class GW_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() GW_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() GW_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class GW_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) GW_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() GW_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits return spuriously too: callers loop on their condition.
class CondVar {
 public:
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

  void wait(Mutex& mutex) GW_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  void wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline) GW_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait_until(lock, deadline);
    lock.release();
  }

 private:
  std::condition_variable condition_;
};

}  // namespace gatewatch
