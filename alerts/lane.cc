// SPDX-License-Identifier: MIT
//
// How it works: messages stand in one queue per incident, and the first of each queue is a head.
// Heads are sorted by the instant from which they may be sent, so finding the next one, and taking
// one in or out, costs the logarithm of the number of incidents. Whoever changes what due() depends
// on takes the message out of `heads_` before and puts it back after (reschedule()).
#include "alerts/lane.h"

#include <algorithm>

#include "alerts/retry_schedule.h"
#include "core/assert.h"

namespace gatewatch::alerts {

Lane::Due Lane::due(const Waiting& waiting) {
  const SteadyTime ready =
      waiting.is_durable ? waiting.retry_at : std::max(waiting.retry_at, waiting.patience_until);
  return {ready, waiting.number};
}

const std::string& Lane::queue_of(const Notification& notification) {
  return notification.incident_id.empty() ? notification.id : notification.incident_id;
}

Lane::Waiting& Lane::at(const std::string& notification_id) {
  const auto found = waiting_.find(notification_id);
  GW_ASSERT(found != waiting_.end());
  return found->second;
}

bool Lane::is_head(const Waiting& waiting) const {
  return queues_.at(queue_of(waiting.notification)).front() == waiting.notification.id;
}

template <typename Change>
void Lane::reschedule(Waiting& waiting, const Change& change) {
  const bool is_first = is_head(waiting);
  if (is_first) {
    heads_.erase(due(waiting));
  }
  change(waiting);
  if (is_first) {
    heads_.emplace(due(waiting), waiting.notification.id);
  }
}

bool Lane::add(Notification notification, DeliveryProgress progress, bool is_durable,
               SteadyTime now, WallTime wall) {
  if (waiting_.contains(notification.id)) {
    return true;
  }
  const std::string queue = queue_of(notification);
  if (left_out_.contains(queue)) {
    return false;
  }
  if (waiting_.size() >= kMaxWaitingPerLane || left_out_.size() >= kMaxWaitingPerLane) {
    if (left_out_.size() < kMaxWaitingPerLane) {
      left_out_.insert(queue);
    }
    return false;
  }
  // In the clock's own unit: what a database holds may be too far off to count in nanoseconds.
  constexpr WallTime::duration kNone{0};
  constexpr auto kLongest = std::chrono::duration_cast<WallTime::duration>(kLongestRetryAfter);
  constexpr auto kOldest =
      std::chrono::duration_cast<WallTime::duration>(kGiveUpAfter - kLastChance);
  const auto delay = std::clamp(progress.next_attempt_at - wall, kNone, kLongest);
  const auto age = std::clamp(wall - notification.created_at, kNone, kOldest);
  const std::string id = notification.id;
  Waiting waiting{
      .notification = std::move(notification),
      .progress = std::move(progress),
      .number = ++added_,
      .is_durable = is_durable,
      .patience_until = now + kCommitPatience,
      .retry_at = now + delay,
      .added_at = now,
      .age_when_added = age,
  };
  const Due first_due = due(waiting);
  waiting_.emplace(id, std::move(waiting));
  std::deque<std::string>& ids = queues_[queue];
  ids.push_back(id);
  if (ids.size() == 1) {
    heads_.emplace(first_due, id);
  }
  return true;
}

void Lane::release(const std::string& notification_id) {
  const auto found = waiting_.find(notification_id);
  if (found != waiting_.end()) {
    reschedule(found->second, [](Waiting& waiting) { waiting.is_durable = true; });
  }
}

const Notification* Lane::next(SteadyTime now) const {
  if (heads_.empty() || heads_.begin()->first.first > now) {
    return nullptr;
  }
  return &waiting_.at(heads_.begin()->second).notification;
}

SteadyTime Lane::next_due() const {
  return heads_.empty() ? SteadyTime::max() : heads_.begin()->first.first;
}

DeliveryProgress Lane::settle(const std::string& notification_id, const SendResult& result,
                              SteadyTime now, WallTime wall) {
  Waiting& waiting = at(notification_id);
  const Duration age = waiting.age_when_added + (now - waiting.added_at);
  DeliveryProgress progress = after_try(waiting.progress, result, age, wall);
  if (result.kind == SendResult::Kind::StopChannel) {
    stopped_ = true;
    stop_detail_ = result.detail;
    retry_now(now);
  }
  if (progress.state != DeliveryState::Pending) {
    take_out(waiting);
    return progress;
  }
  reschedule(waiting, [&](Waiting& tried) {
    tried.progress = progress;
    tried.retry_at = now + (progress.next_attempt_at - wall);
  });
  return progress;
}

DeliveryProgress Lane::bury(const std::string& notification_id) {
  GW_ASSERT(stopped_);
  Waiting& waiting = at(notification_id);
  DeliveryProgress progress = std::move(waiting.progress);
  progress.state = DeliveryState::Dead;
  progress.last_error = "not sent: the receiver stopped this channel (" + stop_detail_ + ')';
  take_out(waiting);
  return progress;
}

void Lane::retry_now(SteadyTime now) {
  for (auto& [id, waiting] : waiting_) {
    reschedule(waiting, [&](Waiting& early) { early.retry_at = std::min(early.retry_at, now); });
  }
}

std::vector<Lane::Settled> Lane::drop_all() {
  std::vector<const Waiting*> in_order;
  for (const auto& [id, waiting] : waiting_) {
    in_order.push_back(&waiting);
  }
  std::sort(in_order.begin(), in_order.end(),
            [](const Waiting* a, const Waiting* b) { return a->number < b->number; });
  std::vector<Settled> dropped;
  for (const Waiting* waiting : in_order) {
    DeliveryProgress progress = waiting->progress;
    progress.state = DeliveryState::Dropped;
    dropped.emplace_back(waiting->notification.id, std::move(progress));
  }
  waiting_.clear();
  queues_.clear();
  heads_.clear();
  return dropped;
}

void Lane::take_out(const Waiting& waiting) {
  GW_ASSERT(is_head(waiting));
  heads_.erase(due(waiting));
  const auto queue = queues_.find(queue_of(waiting.notification));
  queue->second.pop_front();
  if (queue->second.empty()) {
    queues_.erase(queue);
  } else {
    const std::string& follower = queue->second.front();
    heads_.emplace(due(waiting_.at(follower)), follower);
  }
  waiting_.erase(std::string(waiting.notification.id));
}

}  // namespace gatewatch::alerts
