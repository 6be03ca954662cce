// SPDX-License-Identifier: MIT
#include "alerts/delivery.h"

#include <algorithm>
#include <utility>

#include "alerts/worker.h"
#include "core/assert.h"
#include "core/log.h"

namespace gatewatch::alerts {

Delivery::Delivery(const Clock& clock, OnSettled on_settled)
    : clock_(clock), on_settled_(std::move(on_settled)) {}

Delivery::~Delivery() {
  stop(clock_.steady());
}

void Delivery::set_channels(const std::map<std::string, std::shared_ptr<Channel>>& channels) {
  const MutexLock lock(mutex_);
  reap_retired();
  if (is_stopped_) {
    return;
  }
  for (auto worker = workers_.begin(); worker != workers_.end();) {
    if (channels.contains(worker->first)) {
      ++worker;
      continue;
    }
    worker->second->end(true);
    retired_.push_back(std::move(worker->second));
    worker = workers_.erase(worker);
  }
  for (const auto& [name, channel] : channels) {
    GW_ASSERT(channel != nullptr);
    const auto known = workers_.find(name);
    if (known != workers_.end()) {
      known->second->set_channel(channel);
    } else {
      workers_.emplace(name, std::make_unique<Worker>(name, channel, clock_, on_settled_, totals_));
    }
  }
}

void Delivery::add(Notification notification, DeliveryProgress progress, bool is_durable) {
  {
    const MutexLock lock(mutex_);
    if (is_stopped_) {
      return;
    }
    const auto worker = workers_.find(notification.channel);
    if (worker != workers_.end()) {
      worker->second->add(std::move(notification), std::move(progress), is_durable);
      return;
    }
  }
  log(LogLevel::Warning, "notification dropped: its channel is gone",
      {{"channel", notification.channel}, {"id", notification.id}});
  progress.state = DeliveryState::Dropped;
  on_settled_(notification.id, std::move(progress));
}

void Delivery::release(const std::vector<std::string>& notification_ids) {
  const MutexLock lock(mutex_);
  for (const auto& [name, worker] : workers_) {
    for (const std::string& id : notification_ids) {
      worker->release(id);
    }
  }
}

bool Delivery::send_test(Notification notification, std::function<void(SendResult)> done) {
  const MutexLock lock(mutex_);
  const auto worker = workers_.find(notification.channel);
  return worker != workers_.end() &&
         worker->second->send_test(std::move(notification), std::move(done));
}

void Delivery::stop(SteadyTime deadline) {
  std::map<std::string, std::unique_ptr<Worker>> workers;
  std::vector<std::unique_ptr<Worker>> ending;
  {
    const MutexLock lock(mutex_);
    is_stopped_ = true;
    workers = std::exchange(workers_, {});
    ending = std::exchange(retired_, {});
  }
  for (auto& [name, worker] : workers) {
    worker->end(false);
    ending.push_back(std::move(worker));
  }
  for (const std::unique_ptr<Worker>& worker : ending) {
    if (!worker->wait_ended(deadline - kCancelLatency)) {
      worker->cancel();
    }
  }
  for (const std::unique_ptr<Worker>& worker : ending) {
    worker->join();
  }
}

DeliveryHealth Delivery::health() const {
  const MutexLock lock(mutex_);
  DeliveryHealth health{.delivered = totals_.delivered, .died = totals_.died};
  for (const auto& [name, worker] : workers_) {
    health.pending += worker->pending();
    health.turning = health.turning && worker->busy_for() <= 2 * kSendTimeout;
  }
  return health;
}

void Delivery::reap_retired() {
  std::erase_if(retired_, [this](const std::unique_ptr<Worker>& worker) {
    if (!worker->wait_ended(clock_.steady())) {
      return false;
    }
    worker->join();
    return true;
  });
}

}  // namespace gatewatch::alerts
