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
    for (const auto& [name, text] : storage::remember_log_positions(database_path)) {
      remembered_[name] = logs::parse_position(text).value_or(logs::TailPosition());
      names_.insert(name);
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
  forget_all_but(logs);
  if (!thread_ && logs.empty()) {
    return;
  }
  if (!thread_) {
    auto on_batch = [this](logs::LogBatch batch) {
      loop_.post([this, taken = std::move(batch)] { take(taken); });
    };
    thread_ = std::make_unique<logs::LogThread>(remembered_, clock_, std::move(on_batch), is_own_);
  }
  thread_->set(logs);
}

void LogReading::take(const logs::LogBatch& batch) {
  if (!names_.contains(batch.log)) {
    return;
  }
  if (batch.events_left_out > 0 || batch.skipped_bytes > 0) {
    LeftOut& left_out = left_out_[batch.log];
    left_out.events += batch.events_left_out;
    left_out.bytes += batch.skipped_bytes;
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
  const std::set<std::string> before = std::exchange(names_, {});
  for (const logs::LogSettings& settings : logs) {
    names_.insert(settings.name);
  }
  for (const std::string& name : before) {
    if (!names_.contains(name)) {
      remembered_.erase(name);
      left_out_.erase(name);
      on_gone_(name);
    }
  }
}

void LogReading::watch(SteadyTime now) {
  const auto look = thread_ ? thread_->look() : std::nullopt;
  const bool hangs = look && now - look->since >= kLookHangs;
  if (hangs == !trouble_.empty()) {
    return;
  }
  trouble_ = hangs ? "the reading of all logs hangs at " + look->log : std::string();
  if (hangs) {
    log(LogLevel::Warning, "no log is read: the reading hangs", {{"log", look->log}});
  } else {
    log(LogLevel::Info, "logs are read again");
  }
}

bool LogReading::stop(Duration patience) {
  return !thread_ || thread_->stop(patience);
}

}  // namespace gatewatch::daemon
