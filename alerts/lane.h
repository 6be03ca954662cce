// SPDX-License-Identifier: MIT
//
// The messages of one channel on their way: which one is sent next, and what became of it.
//
// Order is kept per incident: only the oldest unsettled message of an incident may be sent. A
// message waits until it is durable (release()), or, where the disk hangs, at most kCommitPatience;
// then it is sent from memory. Delays are measured on the steady clock, so that a step of the wall
// clock neither delays nor hastens anything; the wall clock places in time only what a database
// remembered from before a restart, and never further off than the longest delay there is.
//
// A plain state machine without threads: Delivery steps it on the lane's thread, a simulation steps
// it by hand. Thread: one at a time. Limits: kMaxWaitingPerLane messages.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "alerts/channel.h"
#include "core/notification.h"
#include "core/time.h"

namespace gatewatch::alerts {

// How long a message waits for its commit before it is sent from memory.
inline constexpr Duration kCommitPatience = std::chrono::seconds(5);

inline constexpr size_t kMaxWaitingPerLane = 20'000;

class Lane {
 public:
  // A message's id and its new progress, to be stored.
  using Settled = std::pair<std::string, DeliveryProgress>;

  // Takes a message in; one that waits here already (by its id) is ignored. False where it is left
  // out: the lane is full, or has left out an older message of the same incident.
  bool add(Notification notification, DeliveryProgress progress, bool is_durable, SteadyTime now,
           WallTime wall);

  // The message is committed: it may be sent. An id that does not wait here is ignored.
  void release(const std::string& notification_id);

  // The message to send now, or null; valid until the next call of another verb. Of those that are
  // due, the one that has been due longest.
  [[nodiscard]] const Notification* next(SteadyTime now) const;

  // The instant from which next() gives something; max() where nothing waits.
  [[nodiscard]] SteadyTime next_due() const;

  // Takes what became of a message that next() gave; returns its new progress, to be stored. A
  // message that is still pending is given again when its delay is over.
  // After StopChannel the lane is stopped: nothing is to be sent, and bury() takes what next()
  // gives. Requires: the message waits here.
  DeliveryProgress settle(const std::string& notification_id, const SendResult& result,
                          SteadyTime now, WallTime wall);

  // Makes a dead letter of a message without a try, because the channel was stopped.
  // Requires: is_stopped(), and the message waits here.
  DeliveryProgress bury(const std::string& notification_id);

  // Takes the stop back.
  void resume() { stop_detail_.clear(), stopped_ = false; }

  // Makes everything due at once that waits for another try: the channel's settings were changed.
  void retry_now(SteadyTime now);

  // Empties the lane, whose channel is gone from the configuration.
  [[nodiscard]] std::vector<Settled> drop_all();

  [[nodiscard]] size_t size() const { return waiting_.size(); }
  [[nodiscard]] bool is_stopped() const { return stopped_; }

 private:
  struct Waiting {
    Notification notification;
    DeliveryProgress progress;
    uint64_t number = 0;  // in the order they came
    bool is_durable = false;
    SteadyTime patience_until;  // sent from memory from then on
    SteadyTime retry_at;        // not before
    SteadyTime added_at;
    Duration age_when_added{};
  };
  using Due = std::pair<SteadyTime, uint64_t>;

  [[nodiscard]] static Due due(const Waiting& waiting);
  [[nodiscard]] static const std::string& queue_of(const Notification& notification);
  [[nodiscard]] Waiting& at(const std::string& notification_id);
  [[nodiscard]] bool is_head(const Waiting& waiting) const;
  template <typename Change>
  void reschedule(Waiting& waiting, const Change& change);
  void take_out(const Waiting& waiting);

  bool stopped_ = false;
  std::string stop_detail_;  // what the receiver said when it stopped the channel
  uint64_t added_ = 0;
  std::unordered_map<std::string, Waiting> waiting_;  // by message id
  // The ids of each incident's messages, oldest first; a message without one is alone in its queue.
  std::unordered_map<std::string, std::deque<std::string>> queues_;
  std::map<Due, std::string> heads_;  // the first of each queue, by when it may be sent
  std::set<std::string> left_out_;    // incidents of which a message was not taken
};

}  // namespace gatewatch::alerts
