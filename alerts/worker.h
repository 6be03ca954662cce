// SPDX-License-Identifier: MIT
//
// A lane with its channel and its thread; Delivery has one per channel.
//
// Thread: any for the verbs; none waits for a send, except join(). No lock is held while sending
// or while a callback runs.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "alerts/delivery.h"
#include "alerts/lane.h"
#include "core/mutex.h"

namespace gatewatch::alerts {

class Delivery::Worker {
 public:
  // Starts the thread. Requires: all references outlive it.
  Worker(const std::string& name, std::shared_ptr<Channel> channel, const Clock& clock,
         const OnSettled& on_settled, Totals& totals);
  // Requires: join() was called.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void set_channel(std::shared_ptr<Channel> channel);
  void add(Notification notification, DeliveryProgress progress, bool is_durable);
  void release(const std::string& notification_id);
  bool send_test(Notification notification, std::function<void(SendResult)> done);

  // Ends the thread after the step it is in; `is_dropping`: what waits is settled as dropped.
  void end(bool is_dropping);
  [[nodiscard]] bool wait_ended(SteadyTime deadline);
  void cancel();
  void join();

  [[nodiscard]] size_t pending() const;
  // For how long the thread has been in one step.
  [[nodiscard]] Duration busy_for() const;

 private:
  struct Test {
    Notification notification;
    std::function<void(SendResult)> done;
  };
  // What the thread is to do next, and with what.
  struct Step {
    enum class Kind { Send, Bury, Test, End };
    Kind kind = Kind::End;
    Notification notification;  // Send, Bury
    Test test;
    std::shared_ptr<Channel> channel;  // Send, Test
  };

  void run();
  [[nodiscard]] Step next_step();
  [[nodiscard]] std::optional<Step> step_at(SteadyTime now) GW_REQUIRES(mutex_);
  void send(const Step& step);
  void bury(const Step& step);
  void finish();
  void report(const Notification& notification, const DeliveryProgress& progress);

  const std::string name_;
  const Clock& clock_;
  const OnSettled& on_settled_;
  Totals& totals_;

  mutable Mutex mutex_;
  CondVar changed_;
  Lane lane_ GW_GUARDED_BY(mutex_);
  std::shared_ptr<Channel> channel_ GW_GUARDED_BY(mutex_);
  std::shared_ptr<Channel> sending_ GW_GUARDED_BY(mutex_);  // what a step under way sends by
  std::deque<Test> tests_ GW_GUARDED_BY(mutex_);
  std::optional<SteadyTime> busy_since_ GW_GUARDED_BY(mutex_);
  bool is_ending_ GW_GUARDED_BY(mutex_) = false;
  bool is_dropping_ GW_GUARDED_BY(mutex_) = false;
  bool is_cancelled_ GW_GUARDED_BY(mutex_) = false;
  bool has_ended_ GW_GUARDED_BY(mutex_) = false;
  bool told_full_ GW_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace gatewatch::alerts
