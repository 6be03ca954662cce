// SPDX-License-Identifier: MIT
//
// How it works: the thread takes one step after another: it asks the lane, under the lock, what is
// due, does it without the lock, and hands the result to the lane. While nothing is due it waits
// for the lane's next due instant or a change.
#include "alerts/worker.h"

#include <pthread.h>

#include <utility>

#include "core/assert.h"
#include "core/log.h"
#include "core/text.h"

namespace gatewatch::alerts {
namespace {

constexpr size_t kLongestThreadName = 15;  // bytes, pthread_setname_np(3)

}  // namespace

Delivery::Worker::Worker(const std::string& name, std::shared_ptr<Channel> channel,
                         const Clock& clock, const OnSettled& on_settled, Totals& totals)
    : name_(name),
      clock_(clock),
      on_settled_(on_settled),
      totals_(totals),
      channel_(std::move(channel)),
      thread_([this] { run(); }) {}

Delivery::Worker::~Worker() {
  GW_ASSERT(!thread_.joinable());
}

void Delivery::Worker::set_channel(std::shared_ptr<Channel> channel) {
  const MutexLock lock(mutex_);
  lane_.resume();
  if (channel_ != channel) {
    channel_ = std::move(channel);
    lane_.retry_now(clock_.steady());
    changed_.notify_all();
  }
}

void Delivery::Worker::add(Notification notification, DeliveryProgress progress, bool is_durable) {
  const MutexLock lock(mutex_);
  const std::string id = notification.id;
  if (!lane_.add(std::move(notification), std::move(progress), is_durable, clock_.steady(),
                 clock_.wall()) &&
      !std::exchange(told_full_, true)) {
    log(LogLevel::Error, "too many messages wait: some stay in the database until the next start",
        {{"channel", name_}, {"first", id}, {"limit", kMaxWaitingPerLane}});
  }
  changed_.notify_all();
}

void Delivery::Worker::release(const std::string& notification_id) {
  const MutexLock lock(mutex_);
  lane_.release(notification_id);
  changed_.notify_all();
}

bool Delivery::Worker::send_test(Notification notification, std::function<void(SendResult)> done) {
  const MutexLock lock(mutex_);
  if (is_ending_ || tests_.size() >= kMaxTestsPerLane) {
    return false;
  }
  tests_.push_back({std::move(notification), std::move(done)});
  changed_.notify_all();
  return true;
}

void Delivery::Worker::end(bool is_dropping) {
  const MutexLock lock(mutex_);
  is_ending_ = true;
  is_dropping_ |= is_dropping;
  changed_.notify_all();
}

bool Delivery::Worker::wait_ended(SteadyTime deadline) {
  const MutexLock lock(mutex_);
  while (!has_ended_ && clock_.steady() < deadline) {
    changed_.wait_until(mutex_, deadline);
  }
  return has_ended_;
}

void Delivery::Worker::cancel() {
  std::shared_ptr<Channel> sending;
  {
    const MutexLock lock(mutex_);
    is_cancelled_ = true;
    sending = sending_;
  }
  if (sending) {
    sending->cancel();
  }
}

void Delivery::Worker::join() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

size_t Delivery::Worker::pending() const {
  const MutexLock lock(mutex_);
  return lane_.size();
}

Duration Delivery::Worker::busy_for() const {
  const MutexLock lock(mutex_);
  return busy_since_ ? clock_.steady() - *busy_since_ : Duration::zero();
}

void Delivery::Worker::run() {
  const std::string thread_name = printable("lane " + name_, kLongestThreadName);
  pthread_setname_np(pthread_self(), thread_name.c_str());
  while (true) {
    const Step step = next_step();
    switch (step.kind) {
      case Step::Kind::Send:
        send(step);
        break;
      case Step::Kind::Bury:
        bury(step);
        break;
      case Step::Kind::Test:
        step.test.done(step.channel->send(step.test.notification, clock_.wall()));
        break;
      case Step::Kind::End:
        finish();
        return;
    }
  }
}

Delivery::Worker::Step Delivery::Worker::next_step() {
  const MutexLock lock(mutex_);
  sending_.reset();
  while (true) {
    const SteadyTime now = clock_.steady();
    if (std::optional<Step> step = step_at(now)) {
      busy_since_ = now;
      sending_ = step->channel;
      return std::move(*step);
    }
    busy_since_.reset();
    const SteadyTime due = lane_.next_due();
    if (due == SteadyTime::max()) {
      changed_.wait(mutex_);
    } else {
      changed_.wait_until(mutex_, due);
    }
  }
}

std::optional<Delivery::Worker::Step> Delivery::Worker::step_at(SteadyTime now) {
  if (is_ending_) {
    return Step{.kind = Step::Kind::End, .notification = {}, .test = {}, .channel = nullptr};
  }
  if (!tests_.empty()) {
    Test test = std::move(tests_.front());
    tests_.pop_front();
    return Step{
        .kind = Step::Kind::Test, .notification = {}, .test = std::move(test), .channel = channel_};
  }
  const Notification* next = lane_.next(now);
  if (next == nullptr) {
    return std::nullopt;
  }
  const bool is_stopped = lane_.is_stopped();
  return Step{.kind = is_stopped ? Step::Kind::Bury : Step::Kind::Send,
              .notification = *next,
              .test = {},
              .channel = is_stopped ? nullptr : channel_};
}

void Delivery::Worker::send(const Step& step) {
  const SendResult result = step.channel->send(step.notification, clock_.wall());
  DeliveryProgress progress;
  {
    const MutexLock lock(mutex_);
    if (is_cancelled_ && result.kind != SendResult::Kind::Delivered) {
      return;  // that was us, not the receiver: it stays as it was
    }
    progress = lane_.settle(step.notification.id, result, clock_.steady(), clock_.wall());
  }
  report(step.notification, progress);
}

void Delivery::Worker::bury(const Step& step) {
  DeliveryProgress progress;
  {
    const MutexLock lock(mutex_);
    if (!lane_.is_stopped()) {
      return;  // resumed meanwhile
    }
    progress = lane_.bury(step.notification.id);
  }
  report(step.notification, progress);
}

void Delivery::Worker::finish() {
  std::vector<Lane::Settled> dropped;
  std::deque<Test> tests;
  {
    const MutexLock lock(mutex_);
    if (is_dropping_) {
      dropped = lane_.drop_all();
    }
    tests = std::exchange(tests_, {});
  }
  for (const auto& [id, progress] : dropped) {
    on_settled_(id, progress);
  }
  for (const Test& test : tests) {
    test.done({.kind = SendResult::Kind::Retry,
               .retry_after = std::nullopt,
               .detail = "not sent: the channel was removed, or gatewatch stops"});
  }
  const MutexLock lock(mutex_);
  busy_since_.reset();
  has_ended_ = true;
  changed_.notify_all();
}

void Delivery::Worker::report(const Notification& notification, const DeliveryProgress& progress) {
  switch (progress.state) {
    case DeliveryState::Delivered:
      ++totals_.delivered;
      log(LogLevel::Info, "notification delivered",
          {{"channel", name_},
           {"type", notification.type},
           {"id", notification.id},
           {"attempts", progress.attempts}});
      break;
    case DeliveryState::Dead:
      ++totals_.died;
      log(LogLevel::Error, "notification given up",
          {{"channel", name_},
           {"type", notification.type},
           {"id", notification.id},
           {"attempts", progress.attempts},
           {"error", progress.last_error}});
      break;
    case DeliveryState::Pending:
      log(LogLevel::Warning, "notification not delivered",
          {{"channel", name_},
           {"type", notification.type},
           {"id", notification.id},
           {"attempts", progress.attempts},
           {"next", format_utc(progress.next_attempt_at)},
           {"error", progress.last_error}});
      break;
    case DeliveryState::Dropped:
      break;
  }
  on_settled_(notification.id, progress);
}

}  // namespace gatewatch::alerts
