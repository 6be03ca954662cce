// SPDX-License-Identifier: MIT
//
// Questions to the database, asked read-only: by the daemon at its start, by the command line, by
// web threads. Each call opens its own short-lived connection and reads within kReadDeadline, so
// that no reader keeps the write-ahead log from being emptied.
//
// Thread: any. Fails: throws StorageError (storage/error.h) with the path and the reason.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/incident.h"
#include "core/notification.h"
#include "core/push_state.h"
#include "core/sample.h"
#include "core/time.h"

namespace gatewatch::storage {

struct OutboxEntry {
  Notification notification;
  DeliveryProgress progress;
};

// What a daemon needs to go on where the last one stopped.
struct Remembered {
  std::vector<Incident> incidents;  // all open ones, and those resolved since `resolved_since`
  std::vector<OutboxEntry> outbox;  // pending ones, oldest first
  uint64_t dead_letters = 0;
};

// Reads all of it; nothing for a database that does not exist yet, and from a damaged one what can
// be read. A database that can't be written (full disk) is read all the same.
[[nodiscard]] Remembered remember(const std::string& path, WallTime resolved_since);

// Calls `each` with the scheduled and confirming samples that began at or after `since` and not
// after `until`, oldest first, up to those that were there when it was called. Later ones were
// recorded before the clock was set back: nobody knows when they began. Reads kSamplesPerPage at a
// time, each page within kReadDeadline, and holds nothing of the database open while it calls.
// Nothing for a database that does not exist yet; throws Corrupt at the first damaged place, having
// told of what comes before.
inline constexpr int64_t kSamplesPerPage = 5'000;
void for_each_sample(const std::string& path, WallTime since, WallTime until,
                     const std::function<void(const Sample&)>& each);

// What the last run of the daemon left of the jobs of push targets, noted_at being the last instant
// at which it is known to have run: that of the newest sample, where that is later but not after
// `now`. Nothing for a database that does not exist yet or is of an older schema, and from a
// damaged one what can be read. At most kMaxReadableRows.
[[nodiscard]] std::vector<PushState> remember_pushes(const std::string& path, WallTime now);

struct IncidentQuery {
  std::optional<std::string> target;
  std::optional<WallTime> since;  // opened, or still open, at or after
  std::optional<std::string> id;
  size_t limit = 100;  // newest first; at most 1,000
};
// Throws Missing where there is no database.
[[nodiscard]] std::vector<Incident> find_incidents(const std::string& path,
                                                   const IncidentQuery& query);

struct DeadLetter {
  Notification notification;
  DeliveryProgress progress;
};
// Newest first. Throws Missing where there is no database.
[[nodiscard]] std::vector<DeadLetter> find_dead_letters(const std::string& path, size_t limit);

}  // namespace gatewatch::storage
