// SPDX-License-Identifier: MIT
#include "daemon/reloader.h"

#include <utility>

namespace gatewatch::daemon {

Reloader::Reloader(std::function<void()> reload)
    : reload_(std::move(reload)), thread_([this] { run(); }) {}

Reloader::~Reloader() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Reloader::request() {
  {
    MutexLock lock(mutex_);
    requested_ = true;
  }
  changed_.notify_one();
}

void Reloader::run() {
  while (true) {
    {
      MutexLock lock(mutex_);
      while (!requested_ && !stopping_) {
        changed_.wait(mutex_);
      }
      if (stopping_) {
        return;
      }
      requested_ = false;
    }
    reload_();
  }
}

}  // namespace gatewatch::daemon
