// SPDX-License-Identifier: MIT
//
// Brings batches into the database and heals what stands in the way: opens and reopens it, sets a
// damaged one aside, and gives up the ballast of a full disk.
//
// After the disk was full, incidents and messages are committed first and alone, so that samples do
// not use up the room they need; samples follow when there is room for them.
//
// Thread: one at a time; every verb may wait for the disk. Fails: never by exception; error()
// tells.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/time.h"
#include "storage/backlog.h"
#include "storage/ballast.h"
#include "storage/retention.h"
#include "storage/store.h"

namespace gatewatch::storage {

// What became durable.
struct Committed {
  uint64_t samples = 0;
  uint64_t samples_lost = 0;  // no free microsecond was near theirs
  std::vector<std::string> notification_ids;
};

class Committer {
 public:
  // How many damaged databases are set aside in one life of the process.
  static constexpr int kMaxSetAside = 8;
  // How long a look for damage at opening may take.
  static constexpr Duration kDamageCheck = std::chrono::seconds(2);

  // `hurried` tells that something more urgent waits than the look for damage.
  Committer(std::string path, int64_t ballast_bytes, const Clock& clock,
            std::function<bool()> hurried);

  // Commits `batch` and takes out of it what is durable; opens the database even for an empty one.
  Committed commit(Batch& batch);

  // Does what is due between commits: one piece of retention, ballast, a look whether the file is
  // still in its place. Returns when it wants to be called again.
  SteadyTime maintain(Duration retention);

  // Empties the log into the main file and closes.
  void close();

  // Why the newest commit() left something; empty where it did not.
  [[nodiscard]] const std::string& error() const { return error_; }
  // What was set aside since start; empty where nothing was.
  [[nodiscard]] const std::string& note() const { return note_; }

 private:
  void open();
  void write(Batch& batch, Committed& committed);
  void checkpoint();
  void write_changes(const Batch& batch);
  uint64_t write_samples(const Batch& batch);
  void report(Batch& batch, Committed& committed);
  bool heal(const StorageError& error);
  void replace_damaged();
  void salvage();
  void after_failure();

  std::string path_;
  const Clock& clock_;
  std::function<bool()> hurried_;
  Ballast ballast_;
  ClockGuard clock_guard_;
  std::unique_ptr<Store> store_;
  bool disk_full_ = false;  // since the newest commit of samples
  bool uncertain_ = false;  // the newest try may have become durable all the same
  int set_aside_ = 0;
  std::string damaged_;  // set aside, and not yet searched for what can be saved
  std::string error_;
  std::string note_;
};

}  // namespace gatewatch::storage
