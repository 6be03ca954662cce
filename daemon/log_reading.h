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

#include "core/time.h"
#include "logs/log_settings.h"
#include "logs/log_thread.h"
#include "logs/tail_position.h"
#include "probe/loop/epoll_loop.h"

namespace gatewatch::daemon {

// How long the end of the daemon waits for a look at a log that is under way: one more beside those
// in daemon/app.h.
inline constexpr Duration kFinishLogs = std::chrono::seconds(1);
// A look at a log that takes so long hangs: of kMaxBytesPerPoll it takes a second or so.
inline constexpr Duration kLookHangs = std::chrono::seconds(10);

// How often it is logged at most, of each log, that something of it was left out.
inline constexpr Duration kTellLeftOutEvery = std::chrono::minutes(1);

class LogReading {
 public:
  using OnBatch = std::function<void(const logs::LogBatch&)>;
  using OnGone = std::function<void(const std::string& log)>;

  // `on_batch` is called on the loop, in order, for logs that are still read; `on_gone` by set(),
  // for each log with a known position that is not read any more: it is to be forgotten.
  // What batches left out is logged as a warning: at once, and then together with what follows.
  // `is_own` as of logs::LogThread.
  // Requires: `loop` outlives it, `clock` also a thread that was left behind.
  LogReading(
      probe::EpollLoop& loop, const Clock& clock, OnBatch on_batch,
      OnGone on_gone = [](const std::string&) {}, IsOwnRequestId is_own = {})
      : loop_(loop),
        clock_(clock),
        on_batch_(std::move(on_batch)),
        on_gone_(std::move(on_gone)),
        is_own_(std::move(is_own)) {}
  LogReading(const LogReading&) = delete;
  LogReading& operator=(const LogReading&) = delete;

  // Goes on where the last daemon stopped. Requires: set() was not called.
  void remember(const std::string& database_path);
  // Reads these from now on, as of logs::LogThread::set(), also where a file system hangs: then
  // once it does no more. `fingerprint`: of all that `logs` are made of. Requires: stop() was not
  // called.
  void set(const std::vector<logs::LogSettings>& logs, const std::string& fingerprint);
  // Looks whether the reading hangs, and logs when that begins and ends. Called every few seconds.
  void watch(SteadyTime now);
  // Why none is read, as of the last watch(); empty where nothing hangs.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  // Ends the reading. Waits at most `patience` for a look that is under way. False where it hangs,
  // and is left behind.
  bool stop(Duration patience);

 private:
  // What was left out of a log and not yet logged.
  struct LeftOut {
    uint64_t events = 0;
    uint64_t bytes = 0;
    std::optional<SteadyTime> told_at;
  };

  void take(const logs::LogBatch& batch);
  void tell_left_out(const std::string& log, LeftOut& left_out);
  void forget_all_but(const std::vector<logs::LogSettings>& logs);

  probe::EpollLoop& loop_;
  const Clock& clock_;
  OnBatch on_batch_;
  OnGone on_gone_;
  IsOwnRequestId is_own_;
  std::optional<std::string> fingerprint_;
  std::map<std::string, logs::TailPosition> remembered_;
  std::set<std::string> names_;  // of the logs that are read; before set(), of those remembered
  std::map<std::string, LeftOut> left_out_;
  std::string trouble_;
  std::unique_ptr<logs::LogThread> thread_;  // from the first log on
};

}  // namespace gatewatch::daemon
