// SPDX-License-Identifier: MIT
//
// A thread that reads the configuration anew when asked by a signal: reading files has no place on
// the loop. Requests that come while one is served are served together after it.
#pragma once

#include <functional>
#include <thread>

#include "core/mutex.h"

namespace gatewatch::daemon {

class Reloader {
 public:
  explicit Reloader(std::function<void()> reload);
  // Waits for a reload under way.
  ~Reloader();
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  // Thread: any. Returns at once.
  void request();

 private:
  void run();

  std::function<void()> reload_;
  Mutex mutex_;
  CondVar changed_;
  bool requested_ GW_GUARDED_BY(mutex_) = false;
  bool stopping_ GW_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace gatewatch::daemon
