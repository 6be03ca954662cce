// SPDX-License-Identifier: MIT
//
// The thread shares its state with the object, and so may outlive it.
#include "logs/log_thread.h"

#include <pthread.h>

#include <utility>

#include "core/mutex.h"

namespace gatewatch::logs {

struct LogThread::State {
  State(const Clock& its_clock, OnBatch its_on_batch)
      : clock(its_clock), on_batch(std::move(its_on_batch)) {}

  [[nodiscard]] bool is_to_stop() {
    const MutexLock lock(mutex);
    return is_stopping;
  }
  // Waits until the next round or the end; true at the end.
  [[nodiscard]] bool wait(Duration length) {
    const MutexLock lock(mutex);
    if (is_stopping) {
      return true;
    }
    const SteadyTime until = clock.steady() + length;
    while (!is_stopping && clock.steady() < until) {
      changed.wait_until(mutex, until);
    }
    return is_stopping;
  }
  void hand_over(LogBatch batch) {
    const MutexLock lock(mutex);
    if (on_batch) {
      on_batch(std::move(batch));
    }
  }
  void end() {
    const MutexLock lock(mutex);
    has_ended = true;
    changed.notify_all();
  }

  std::vector<LogFollower> followers;  // the thread's
  const Clock& clock;
  Mutex mutex;
  CondVar changed;
  OnBatch on_batch GW_GUARDED_BY(mutex);  // empty once the thread was left behind
  bool is_stopping GW_GUARDED_BY(mutex) = false;
  bool has_ended GW_GUARDED_BY(mutex) = false;
};

LogThread::LogThread(const std::vector<LogSettings>& logs,
                     const std::map<std::string, TailPosition>& positions, const Clock& clock,
                     OnBatch on_batch)
    : state_(std::make_shared<State>(clock, std::move(on_batch))) {
  for (const LogSettings& settings : logs) {
    const auto known = positions.find(settings.name);
    state_->followers.emplace_back(settings,
                                   known == positions.end() ? TailPosition() : known->second);
  }
  thread_ = std::thread([state = state_] { run(*state); });
}

LogThread::~LogThread() {
  stop(kEndPatience);
}

bool LogThread::stop(Duration patience) {
  bool has_ended = false;
  {
    const MutexLock lock(state_->mutex);
    state_->is_stopping = true;
    state_->changed.notify_all();
    const SteadyTime deadline = state_->clock.steady() + patience;
    while (thread_.joinable() && !state_->has_ended && state_->clock.steady() < deadline) {
      state_->changed.wait_until(state_->mutex, deadline);
    }
    has_ended = state_->has_ended;
    state_->on_batch = nullptr;
  }
  if (!thread_.joinable()) {
    return has_ended;
  }
  if (has_ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
  return has_ended;
}

void LogThread::run(State& state) {
  pthread_setname_np(pthread_self(), "gw-logs");
  bool is_more = false;
  do {
    is_more = false;
    for (LogFollower& follower : state.followers) {
      LogBatch batch = follower.poll(state.clock);
      is_more = is_more || batch.is_more;
      if (batch.is_news) {
        state.hand_over(std::move(batch));
      }
      if (state.is_to_stop()) {
        break;
      }
    }
  } while (!state.wait(is_more ? Duration::zero() : kPollEvery));
  state.followers.clear();  // a journal belongs to the thread that opened it
  state.end();
}

}  // namespace gatewatch::logs
