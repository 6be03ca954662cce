// SPDX-License-Identifier: MIT
//
// Follows all logs on a thread of its own, "gw-logs".
//
// A file system that hangs holds up the thread, and so the reading of all logs, and nobody else. It
// is one thread for as long as the object lives: a new list of logs is handed to it, and taken up
// when what it looks at has ended. Who stops it waits for a bounded time, and leaves it behind
// where that is not enough.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/time.h"
#include "logs/log_follower.h"
#include "logs/log_settings.h"

namespace gatewatch::logs {

inline constexpr Duration kPollEvery = std::chrono::milliseconds(500);
// How long the destructor waits for a thread that was not stopped.
inline constexpr Duration kEndPatience = std::chrono::milliseconds(200);

class LogThread {
 public:
  // Called on the thread; stop() waits for a call that is under way, so that it may not block, nor
  // stop the thread itself.
  using OnBatch = std::function<void(LogBatch)>;

  // Starts the thread, which follows nothing until set(). `positions`: where to go on, by the names
  // of logs. `is_own` as of LogReader, called on the thread. Requires: `clock` outlives the thread,
  // also one that was left behind.
  LogThread(const std::map<std::string, TailPosition>& positions, const Clock& clock,
            OnBatch on_batch, IsOwnRequestId is_own = {});
  // stop(kEndPatience).
  ~LogThread();
  LogThread(const LogThread&) = delete;
  LogThread& operator=(const LogThread&) = delete;

  // Looks at each of these at once, then every kPollEvery, and hands over what is news, from now
  // on, or from when the look at a log that is under way has ended. Never waits. A log that stays
  // goes on behind the last line that was read; one of another path, or one that was not in the
  // list before, begins at its end, but for the first list, whose logs begin at `positions`.
  void set(std::vector<LogSettings> logs);

  // A look at a log that is going on.
  struct Look {
    std::string log;
    SteadyTime since;
  };
  [[nodiscard]] std::optional<Look> look() const;

  // Ends the thread after the poll it is in, of at most kMaxBytesPerPoll of one log, whose batch is
  // handed over. Where that takes longer than `patience`, the thread is left behind, to end when
  // it can: what it reads then is not handed over, and its lines are still to be read. No batch
  // comes after the return. True where the thread has ended. May be called more than once.
  bool stop(Duration patience);

 private:
  struct State;
  static void run(State& state);

  std::shared_ptr<State> state_;  // the thread's too
  std::thread thread_;
};

}  // namespace gatewatch::logs
