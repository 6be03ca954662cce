// SPDX-License-Identifier: MIT
//
// The thread shares its state with the object, and so may outlive it.
#include "logs/log_thread.h"

#include <pthread.h>

#include <optional>
#include <set>
#include <utility>

#include "core/mutex.h"

namespace gatewatch::logs {

struct LogThread::State {
  State(std::map<std::string, TailPosition> its_positions, const Clock& its_clock,
        OnBatch its_on_batch, IsOwnRequestId its_is_own)
      : clock(its_clock),
        positions(std::move(its_positions)),
        is_own(std::move(its_is_own)),
        on_batch(std::move(its_on_batch)) {
    for (const auto& [name, position] : positions) {
      names.insert(name);
    }
  }

  // Makes followers of the newest list, where it has not been taken up.
  void take_up() {
    std::optional<std::vector<LogSettings>> list;
    std::set<std::string> left;
    {
      const MutexLock lock(mutex);
      list = std::exchange(news, std::nullopt);
      left = std::exchange(gone, {});
    }
    if (!list) {
      return;
    }
    for (const LogFollower& follower : followers) {
      positions[follower.name()] = follower.position();
    }
    for (const std::string& name : left) {
      positions.erase(name);
    }
    followers.clear();
    for (const LogSettings& settings : *list) {
      followers.emplace_back(settings, positions[settings.name], is_own);
    }
  }
  void begin(const std::string& log) {
    const MutexLock lock(mutex);
    look = Look{.log = log, .since = clock.steady()};
  }
  // True where the round is not to go on.
  [[nodiscard]] bool end_look() {
    const MutexLock lock(mutex);
    look.reset();
    return is_stopping || news.has_value();
  }
  // Waits until the next round or the end; true at the end.
  [[nodiscard]] bool wait(Duration length) {
    const MutexLock lock(mutex);
    const SteadyTime until = clock.steady() + length;
    while (!is_stopping && !news && clock.steady() < until) {
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

  const Clock& clock;
  // The thread's:
  std::vector<LogFollower> followers;
  std::map<std::string, TailPosition> positions;  // of logs that are not followed, or were before
  IsOwnRequestId is_own;

  mutable Mutex mutex;
  CondVar changed;
  OnBatch on_batch GW_GUARDED_BY(mutex);             // empty once the thread was left behind
  std::set<std::string> names GW_GUARDED_BY(mutex);  // of the newest list
  std::optional<std::vector<LogSettings>> news GW_GUARDED_BY(mutex);  // a list not yet taken up
  std::set<std::string> gone GW_GUARDED_BY(mutex);  // not in a list since the one that was taken up
  std::optional<Look> look GW_GUARDED_BY(mutex);
  bool is_stopping GW_GUARDED_BY(mutex) = false;
  bool has_ended GW_GUARDED_BY(mutex) = false;
};

LogThread::LogThread(const std::map<std::string, TailPosition>& positions, const Clock& clock,
                     OnBatch on_batch, IsOwnRequestId is_own)
    : state_(std::make_shared<State>(positions, clock, std::move(on_batch), std::move(is_own))) {
  thread_ = std::thread([state = state_] { run(*state); });
}

void LogThread::set(std::vector<LogSettings> logs) {
  std::set<std::string> names;
  for (const LogSettings& settings : logs) {
    names.insert(settings.name);
  }
  const MutexLock lock(state_->mutex);
  for (const std::string& name : state_->names) {
    if (!names.contains(name)) {
      state_->gone.insert(name);
    }
  }
  state_->names = std::move(names);
  state_->news = std::move(logs);
  state_->changed.notify_all();
}

std::optional<LogThread::Look> LogThread::look() const {
  const MutexLock lock(state_->mutex);
  return state_->look;
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
    state.take_up();
    is_more = false;
    for (LogFollower& follower : state.followers) {
      state.begin(follower.name());
      LogBatch batch = follower.poll(state.clock);
      is_more = is_more || batch.is_more;
      if (batch.is_news) {
        state.hand_over(std::move(batch));
      }
      if (state.end_look()) {
        break;
      }
    }
  } while (!state.wait(is_more ? Duration::zero() : kPollEvery));
  state.followers.clear();  // a journal belongs to the thread that opened it
  state.end();
}

}  // namespace gatewatch::logs
