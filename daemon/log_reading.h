// SPDX-License-Identifier: MIT
//
// Has the logs of the configuration read, and brings what they tell to the loop.
//
// Thread: the loop's, or, while the loop does not run, the one that ran it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/mutex.h"
#include "core/time.h"
#include "logs/log_settings.h"
#include "logs/log_thread.h"
#include "logs/tail_position.h"
#include "probe/loop/epoll_loop.h"

namespace gatewatch::daemon {

// How long a reload holds up the loop for a poll that is under way.
inline constexpr Duration kReloadLogs = std::chrono::milliseconds(200);
// The same at the end of the daemon: one more beside those in daemon/app.h.
inline constexpr Duration kFinishLogs = std::chrono::seconds(1);
// Threads that hang in a file system, and were left behind. Where there are so many, no further one
// is started: no log is read until one of them ends and the configuration is changed.
inline constexpr size_t kMaxLeftBehind = 4;

// How often it is logged at most, of each log, that something of it was left out.
inline constexpr Duration kTellLeftOutEvery = std::chrono::minutes(1);

class LogReading {
 public:
  using OnBatch = std::function<void(const logs::LogBatch&)>;
  using OnGone = std::function<void(const std::string& log)>;

  // `on_batch` is called on the loop, in order, for logs that are still read; `on_gone` by set(),
  // for each log with a known position that is not read any more: it is to be forgotten.
  // What batches left out is logged as a warning: at once, and then together with what follows.
  // Requires: `loop` outlives it, `clock` also the threads that were left behind.
  LogReading(
      probe::EpollLoop& loop, const Clock& clock, OnBatch on_batch,
      OnGone on_gone = [](const std::string&) {})
      : loop_(loop), clock_(clock), on_batch_(std::move(on_batch)), on_gone_(std::move(on_gone)) {}
  // stop(kReloadLogs).
  ~LogReading() { (void)stop(kReloadLogs); }
  LogReading(const LogReading&) = delete;
  LogReading& operator=(const LogReading&) = delete;

  // Goes on where the last daemon stopped. Requires: set() was not called.
  void remember(const std::string& database_path);
  // Reads these from now on, and goes on with those that stay behind the last line that was read,
  // also where its batch still waits for the loop; with one of another path, at its end. Waits at
  // most kReloadLogs for a poll that is under way. `fingerprint`: of all that `logs` are made of.
  void set(const std::vector<logs::LogSettings>& logs, const std::string& fingerprint);
  // Ends the reading. Waits at most `patience` for a poll that is under way. False where a thread
  // hangs in a file system, now or since a set() before.
  bool stop(Duration patience);

 private:
  // What was left out of a log and not yet logged.
  struct LeftOut {
    uint64_t events = 0;
    uint64_t bytes = 0;
    std::optional<SteadyTime> told_at;
  };

  // `skipped_bytes`: since the batch before.
  void take(const logs::LogBatch& batch, uint64_t skipped_bytes);
  void tell_left_out(const std::string& log, LeftOut& left_out);
  void forget_all_but(const std::vector<logs::LogSettings>& logs);

  probe::EpollLoop& loop_;
  const Clock& clock_;
  OnBatch on_batch_;
  OnGone on_gone_;
  std::optional<std::string> fingerprint_;
  std::set<std::string> names_;  // of the logs that are read
  std::map<std::string, LeftOut> left_out_;
  Mutex mutex_;
  // By log: what was posted to the loop is before it.
  std::map<std::string, logs::TailPosition> positions_ GW_GUARDED_BY(mutex_);
  std::unique_ptr<logs::LogThread> thread_;
  std::vector<std::unique_ptr<logs::LogThread>> left_behind_;
};

}  // namespace gatewatch::daemon
