// SPDX-License-Identifier: MIT
//
// The only connection that writes the database, on a thread of its own.
//
// What is added waits in memory and is committed in groups: samples at the latest
// `commit_interval` after they came, a transition at once and together with its messages. Every
// commit is durable (WAL with synchronous=FULL). While the disk refuses (full, read-only, broken)
// everything waits, and is tried again every `retry_interval`; the oldest samples are dropped and
// counted when more than `max_samples` wait, transitions and settlements when more than
// `max_transitions` of theirs do (and states of jobs, not counted). On a full disk incidents and
// messages are still committed, in the room that a deleted ballast file gives, while samples wait.
// A database found corrupt is set aside under NAME.corrupt-TIME, and a new one is begun with the
// incidents and messages that could be saved.
//
// Thread: any for the adding verbs, none of which touches the disk. Callbacks run on the writer's
// thread, must not block, and must not destroy the Writer. Fails: never towards the adder; health()
// shows it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/incident.h"
#include "core/notification.h"
#include "core/push_state.h"
#include "core/sample.h"
#include "core/time.h"
#include "storage/keepsakes.h"

namespace gatewatch::storage {

// One state change of an incident with everything it says: committed together.
struct Transition {
  Incident incident;                   // as it is after the change; none where its id is empty
  std::vector<Notification> messages;  // to send, in order
};

// What became of a try to send.
struct Settlement {
  std::string notification_id;
  DeliveryProgress progress;
};

struct WriterHealth {
  bool ok = true;               // false: the newest try to commit failed
  std::string error;            // printable; why
  std::string note;             // printable; what was set aside since start
  uint64_t samples_stored = 0;  // since start
  uint64_t samples_dropped = 0;
  uint64_t changes_dropped = 0;  // transitions and settlements
  uint64_t waiting = 0;          // samples and changes not yet committed
  Duration oldest_waiting{};     // how long the oldest of them has waited
};

class Writer {
 public:
  struct Options {
    std::string path;
    Duration retention = std::chrono::days(30);
    Duration commit_interval = std::chrono::milliseconds(500);
    Duration retry_interval = std::chrono::seconds(5);
    size_t max_samples = 80'000;
    size_t max_transitions = 20'000;
    // The size of NAME.ballast, which is kept where the disk has four times as much free; 0: none.
    int64_t ballast_bytes = int64_t{16} << 20U;
    // Tells which notifications are now durable.
    std::function<void(const std::vector<std::string>& notification_ids)> on_committed;
  };

  // Requires: `clock` outlives a thread that was left behind, too (see the destructor).
  Writer(Options options, const Clock& clock);
  // Gives up what waits. A thread that hangs in the disk is left behind and calls back no more.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Starts the thread, which opens (or makes, migrates, sets aside) the database.
  void start();

  // With the certificate that it carries, where the target has not shown that one before.
  void add(Sample sample);
  void add(Transition transition);
  void add(Settlement settlement);
  // Open incidents as they are now, with newer counts; one that is missing from the database (which
  // was set aside or deleted) is there again.
  void update_counts(std::vector<Incident> incidents);
  // In the place of what is stored of the same target.
  void add(PushState state);
  void add(LogPosition position);
  void add(IncidentDiagnosis diagnosis);
  void set_retention(Duration retention);

  // Waits until all that was added before is committed or dropped, at most until `deadline`.
  bool flush(SteadyTime deadline);
  // Commits what waits, empties the write-ahead log into the database and ends the thread; at most
  // until `deadline`. False where something could not be committed.
  bool stop(SteadyTime deadline);

  [[nodiscard]] WriterHealth health() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace gatewatch::storage
