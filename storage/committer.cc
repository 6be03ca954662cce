// SPDX-License-Identifier: MIT
#include "storage/committer.h"

#include <utility>

#include "core/log.h"
#include "core/text.h"
#include "storage/salvage.h"

namespace gatewatch::storage {
namespace {

constexpr int kTriesAtOnce = 3;  // the first, and after a damaged file or a ballast is gone
constexpr Duration kMaintenanceInterval = std::chrono::minutes(1);
constexpr Duration kPrunePause = std::chrono::milliseconds(100);  // for commits, between pieces
constexpr int kLastBusyTimeoutMs = 100;

}  // namespace

Committer::Committer(std::string path, int64_t ballast_bytes, const Clock& clock,
                     std::function<bool()> hurried)
    : path_(std::move(path)),
      clock_(clock),
      hurried_(std::move(hurried)),
      ballast_(path_, ballast_bytes) {}

Committed Committer::commit(Batch& batch) {
  Committed committed;
  for (int tries = 0; tries < kTriesAtOnce; ++tries) {
    try {
      open();
      error_.clear();
      write(batch, committed);
      checkpoint();
      return committed;
    } catch (const StorageError& error) {
      error_ = printable(error.what());
      uncertain_ = true;
      after_failure();
      try {
        if (!heal(error)) {
          break;
        }
      } catch (const StorageError& worse) {
        error_ = printable(worse.what());
        break;
      }
    }
  }
  return committed;
}

void Committer::open() {
  if (store_ == nullptr) {
    const SteadyTime deadline = clock_.steady() + kDamageCheck;
    store_ = std::make_unique<Store>(
        path_, [this, deadline] { return hurried_() || clock_.steady() >= deadline; });
    ballast_.keep();
  }
  if (!damaged_.empty()) {
    salvage();
  }
}

// What was committed is durable whether or not the log can be emptied now.
void Committer::checkpoint() {
  try {
    store_->checkpoint_where_due();
  } catch (const StorageError& error) {
    log(LogLevel::Warning, "write-ahead log not emptied", {{"error", printable(error.what())}});
  }
}

void Committer::write(Batch& batch, Committed& committed) {
  if (!disk_full_) {
    if (!batch.empty()) {
      Transaction transaction(store_->connection());
      const uint64_t lost = write_samples(batch);
      write_changes(batch);
      transaction.commit();
      committed.samples_lost += lost;
      committed.samples += batch.samples.size() - lost;
      batch.samples.clear();
      report(batch, committed);
    }
  } else {
    if (batch.has_changes()) {
      Transaction transaction(store_->connection());
      write_changes(batch);
      transaction.commit();
      report(batch, committed);
    }
    if (!ballast_.has_room()) {
      error_ = printable(path_ + ": the disk is full");
      return;
    }
    Transaction transaction(store_->connection());
    const uint64_t lost = write_samples(batch);
    transaction.commit();
    committed.samples_lost += lost;
    committed.samples += batch.samples.size() - lost;
    batch.samples.clear();
    disk_full_ = false;
  }
  uncertain_ = false;
}

uint64_t Committer::write_samples(const Batch& batch) {
  uint64_t lost = 0;
  for (const Sample& sample : batch.samples) {
    lost += store_->put_sample(sample, uncertain_) ? 0U : 1U;
  }
  return lost;
}

void Committer::write_changes(const Batch& batch) {
  for (const Transition& transition : batch.transitions) {
    store_->put_transition(transition);
  }
  const WallTime now = clock_.wall();
  for (const auto& [id, progress] : batch.settlements) {
    store_->put_settlement(id, progress, now);
  }
  for (const auto& [id, incident] : batch.counts) {
    store_->put_open_incident(incident);
  }
  for (const auto& [target, state] : batch.pushes) {
    store_->put_job(state);
  }
  for (const auto& [log, position] : batch.positions) {
    store_->keepsakes().put(position);
  }
  for (const auto& [id, diagnosis] : batch.diagnoses) {
    store_->keepsakes().put(diagnosis);
  }
}

// The changes of `batch` are durable.
void Committer::report(Batch& batch, Committed& committed) {
  for (const Transition& transition : batch.transitions) {
    for (const Notification& message : transition.messages) {
      committed.notification_ids.push_back(message.id);
    }
  }
  batch.transitions.clear();
  batch.settlements.clear();
  batch.counts.clear();
  batch.pushes.clear();
  batch.positions.clear();
  batch.diagnoses.clear();
}

void Committer::after_failure() {
  if (store_ != nullptr) {
    store_->forget_ids();
  }
}

// Whether another try at once makes sense.
bool Committer::heal(const StorageError& error) {
  if (error.kind() == StorageError::Kind::Corrupt) {
    replace_damaged();
    return true;
  }
  const auto* sqlite = dynamic_cast<const SqliteError*>(&error);
  if (sqlite != nullptr && sqlite->is_disk_full()) {
    const bool first = !disk_full_;
    disk_full_ = true;
    return ballast_.release() || first;
  }
  if (error.kind() != StorageError::Kind::Locked) {
    store_.reset();  // a new connection recovers from what the files hold
  }
  return false;
}

void Committer::replace_damaged() {
  store_.reset();
  if (++set_aside_ > kMaxSetAside) {
    throw StorageError(StorageError::Kind::Corrupt,
                       path_ + ": damaged again and again; the disk may be failing");
  }
  damaged_ = set_aside(path_, clock_.wall());
  note_ = printable("the database was damaged and is set aside as " + damaged_);
  log(LogLevel::Error, "database set aside", {{"as", damaged_}, {"damage", error_}});
}

// Takes over what the damaged database still tells.
void Committer::salvage() {
  int64_t rows = 0;
  std::unique_ptr<Connection> damaged;
  try {
    damaged = std::make_unique<Connection>(damaged_, Connection::Mode::Alone);
  } catch (const SqliteError&) {
    damaged.reset();
  }
  if (damaged != nullptr) {
    const SteadyTime deadline = clock_.steady() + kDamageCheck;
    damaged->interrupt_when([this, deadline] { return clock_.steady() >= deadline; });
    rows = store_->salvage(*damaged);
  }
  note_ += printable("; " + std::to_string(rows) + " incidents and messages were saved from it");
  log(LogLevel::Info, "database salvaged", {{"rows", rows}});
  damaged_.clear();
}

SteadyTime Committer::maintain(Duration retention) {
  const SteadyTime now = clock_.steady();
  const WallTime wall = clock_.wall();
  const bool trusted = clock_guard_.trusts(now, wall);
  if (store_ == nullptr) {
    return now + kMaintenanceInterval;
  }
  try {
    if (store_->connection().has_moved()) {
      note_ = printable(path_ + ": was moved or deleted while in use; a new one is begun");
      log(LogLevel::Error, "database moved", {{"path", path_}});
      store_.reset();
      return now + kMaintenanceInterval;
    }
    ballast_.keep();
    const auto length = std::chrono::floor<std::chrono::microseconds>(retention);
    if (trusted && store_->prune(wall - length)) {
      store_->checkpoint_where_due();
      return now + kPrunePause;
    }
  } catch (const StorageError& error) {
    // The next commit meets the same trouble and heals it.
    after_failure();
    log(LogLevel::Warning, "database upkeep failed", {{"error", printable(error.what())}});
    if (error.kind() == StorageError::Kind::Corrupt) {
      store_.reset();
    }
  }
  return now + kMaintenanceInterval;
}

void Committer::close() {
  if (store_ == nullptr) {
    return;
  }
  try {
    store_->connection().set_busy_timeout(kLastBusyTimeoutMs);
    store_->connection().checkpoint_and_truncate();
    store_->connection().remove_log_on_close();
  } catch (const SqliteError& error) {
    log(LogLevel::Warning, "database upkeep failed", {{"error", printable(error.what())}});
  }
  store_.reset();
}

}  // namespace gatewatch::storage
