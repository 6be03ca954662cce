// SPDX-License-Identifier: MIT
//
// A lane with a thread of its own for each channel: one slow receiver delays no other, and none
// delays a probe.
//
// Thread: any for the verbs, none of which waits for a send (except stop()). Callbacks run on lane
// threads, without a lock held, unless a verb says otherwise.
// Lifetime: the clock outlives it, and is the machine's: lanes wait in real time.
// Limits: kMaxWaitingPerLane messages in memory per lane (lane.h); beyond, a message, and what
// follows of its incident, stays in the outbox of the database and is picked up at the next start,
// which is logged. kMaxTestsPerLane test messages wait at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerts/channel.h"
#include "alerts/lane.h"
#include "core/mutex.h"
#include "core/notification.h"
#include "core/time.h"

namespace gatewatch::alerts {

inline constexpr size_t kMaxTestsPerLane = 16;

struct DeliveryHealth {
  uint64_t pending = 0;    // messages in all lanes
  uint64_t delivered = 0;  // since start
  uint64_t died = 0;       // became dead letters since start
  // No lane has been in one step for longer than twice kSendTimeout.
  bool turning = true;
};

class Delivery {
 public:
  // Receives every change of a message's progress, to be stored.
  using OnSettled = std::function<void(const std::string& notification_id, DeliveryProgress)>;

  Delivery(const Clock& clock, OnSettled on_settled);
  // As stop() with a deadline that has passed.
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // Makes the lanes those of `channels` (by name). A lane whose channel is gone settles what waits
  // there as dropped, after the send that is under way. A lane whose channel is another object than
  // before sends by the new one from the next message on, and at once what waits for another try.
  // Also clears the stop of a channel that answered 410.
  void set_channels(const std::map<std::string, std::shared_ptr<Channel>>& channels);

  // `is_durable` false: waits for release() or kCommitPatience. For an unknown channel it is
  // settled as dropped, on the caller's thread. After stop(): ignored.
  void add(Notification notification, DeliveryProgress progress, bool is_durable);
  void release(const std::vector<std::string>& notification_ids);

  // Sends `notification` now, past the queue, without storing it; `done` gets the answer on the
  // lane's thread, exactly once, also where the channel is removed or the daemon stops meanwhile.
  // False, and `done` is not called, where there is no such channel or too many tests wait.
  bool send_test(Notification notification, std::function<void(SendResult)> done);

  // Lets a send that is under way end until kCancelLatency before `deadline`, then cancels it, and
  // ends the threads. What waits, and what a cancelled send did not bring over, stays pending in
  // the database. No callback runs after it. May be called twice.
  void stop(SteadyTime deadline);

  [[nodiscard]] DeliveryHealth health() const;

 private:
  class Worker;
  struct Totals {
    std::atomic<uint64_t> delivered = 0;
    std::atomic<uint64_t> died = 0;
  };

  void reap_retired() GW_REQUIRES(mutex_);

  const Clock& clock_;
  const OnSettled on_settled_;
  Totals totals_;
  mutable Mutex mutex_;
  bool is_stopped_ GW_GUARDED_BY(mutex_) = false;
  std::map<std::string, std::unique_ptr<Worker>> workers_ GW_GUARDED_BY(mutex_);
  // Their channels are gone; their threads are about to end.
  std::vector<std::unique_ptr<Worker>> retired_ GW_GUARDED_BY(mutex_);
};

}  // namespace gatewatch::alerts
