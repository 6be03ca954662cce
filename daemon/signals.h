// SPDX-License-Identifier: MIT
//
// SIGTERM, SIGINT and SIGHUP as events of the loop.
#pragma once

#include <functional>

#include "probe/loop/epoll_loop.h"

namespace gatewatch::daemon {

// Keeps the three from interrupting any thread, and ignores SIGPIPE.
// Requires: called before the first thread starts.
void block_signals();

// Calls the handlers on the loop thread. Requires: block_signals() was called. Lifetime: the loop
// outlives it.
class SignalWatch {
 public:
  SignalWatch(probe::EpollLoop& loop, std::function<void()> on_terminate,
              std::function<void()> on_reload);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  void read_one();

  probe::EpollLoop& loop_;
  std::function<void()> on_terminate_;
  std::function<void()> on_reload_;
  int descriptor_ = -1;
};

}  // namespace gatewatch::daemon
