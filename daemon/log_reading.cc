// SPDX-License-Identifier: MIT
#include "daemon/log_reading.h"

#include <algorithm>
#include <utility>

#include "core/log.h"
#include "storage/error.h"
#include "storage/keepsakes.h"

namespace gatewatch::daemon {

// A text that cannot be read stands for no position, but for a log that was there.
void LogReading::remember(const std::string& database_path) {
  try {
    const MutexLock lock(mutex_);
    for (const auto& [name, text] : storage::remember_log_positions(database_path)) {
      positions_[name] = logs::parse_position(text).value_or(logs::TailPosition());
    }
  } catch (const storage::StorageError& error) {
    log(LogLevel::Warning, "logs are read from their ends", {{"reason", error.what()}});
  }
}

void LogReading::set(const std::vector<logs::LogSettings>& logs, const std::string& fingerprint) {
  if (fingerprint == fingerprint_) {
    return;
  }
  fingerprint_ = fingerprint;
  (void)stop(kReloadLogs);
  forget_all_but(logs);
  if (logs.empty()) {
    return;
  }
  if (left_behind_.size() >= kMaxLeftBehind) {
    log(LogLevel::Error, "logs are not read: too many threads hang in file systems",
        {{"threads", left_behind_.size()}});
    return;
  }
  std::map<std::string, logs::TailPosition> positions;
  {
    const MutexLock lock(mutex_);
    positions = positions_;
  }
  auto on_batch = [this,
                   skipped = std::map<std::string, uint64_t>()](logs::LogBatch batch) mutable {
    {
      const MutexLock lock(mutex_);
      positions_[batch.log] = batch.position;
    }
    const uint64_t all = batch.counters.skipped_bytes;
    const uint64_t news = all - std::exchange(skipped[batch.log], all);
    loop_.post([this, news, taken = std::move(batch)] { take(taken, news); });
  };
  thread_ = std::make_unique<logs::LogThread>(logs, positions, clock_, std::move(on_batch));
}

void LogReading::take(const logs::LogBatch& batch, uint64_t skipped_bytes) {
  if (!names_.contains(batch.log)) {
    return;
  }
  if (batch.events_left_out > 0 || skipped_bytes > 0) {
    LeftOut& left_out = left_out_[batch.log];
    left_out.events += batch.events_left_out;
    left_out.bytes += skipped_bytes;
    tell_left_out(batch.log, left_out);
  }
  on_batch_(batch);
}

void LogReading::tell_left_out(const std::string& name, LeftOut& left_out) {
  if (left_out.told_at && loop_.now() < *left_out.told_at + kTellLeftOutEvery) {
    return;
  }
  if (left_out.events > 0) {
    log(LogLevel::Warning, "lines of trouble were counted, but not looked at one by one",
        {{"log", name}, {"lines", left_out.events}});
  }
  if (left_out.bytes > 0) {
    log(LogLevel::Warning, "a part of a log was not read, to catch up",
        {{"log", name}, {"bytes", left_out.bytes}});
  }
  left_out = {.events = 0, .bytes = 0, .told_at = loop_.now()};
}

void LogReading::forget_all_but(const std::vector<logs::LogSettings>& logs) {
  names_.clear();
  for (const logs::LogSettings& settings : logs) {
    names_.insert(settings.name);
  }
  std::vector<std::string> gone;
  {
    const MutexLock lock(mutex_);
    for (const auto& [name, position] : positions_) {
      if (!names_.contains(name)) {
        gone.push_back(name);
      }
    }
    for (const std::string& name : gone) {
      positions_.erase(name);
      left_out_.erase(name);
    }
  }
  for (const std::string& name : gone) {
    on_gone_(name);
  }
}

bool LogReading::stop(Duration patience) {
  if (thread_ && !thread_->stop(patience)) {
    log(LogLevel::Warning, "reading of logs hangs, and is left behind");
    left_behind_.push_back(std::move(thread_));
  }
  thread_.reset();
  std::erase_if(left_behind_, [](const auto& thread) { return thread->stop(Duration::zero()); });
  return left_behind_.empty();
}

}  // namespace gatewatch::daemon
