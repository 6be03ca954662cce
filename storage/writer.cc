// SPDX-License-Identifier: MIT
//
// How it works. The adding verbs put into a Backlog under a mutex. The thread waits until something
// is due, takes a Batch out, lets the Committer bring it into the database without holding the
// mutex, and puts back what was refused. Everything that the thread touches is held by a shared
// Impl, so that a Writer can be destroyed while its thread hangs in the disk.
#include "storage/writer.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "core/assert.h"
#include "core/log.h"
#include "core/mutex.h"
#include "storage/backlog.h"
#include "storage/committer.h"

namespace gatewatch::storage {
namespace {

constexpr Duration kLongestWait = std::chrono::minutes(1);
constexpr Duration kShortestWait = std::chrono::milliseconds(1);
// How long the destructor waits for a thread that is about to end.
constexpr Duration kFarewell = std::chrono::milliseconds(500);

}  // namespace

class Writer::Impl {
 public:
  Impl(Options options, const Clock& clock)
      : options_(std::move(options)),
        clock_(clock),
        backlog_(options_.max_samples, options_.max_transitions),
        retention_(options_.retention) {}

  static void start(const std::shared_ptr<Impl>& self);

  template <typename Item>
  void add(Item item) GW_EXCLUDES(mutex_) {
    constexpr bool kUrgent = std::is_same_v<Item, Transition>;
    const SteadyTime now = clock_.steady();
    MutexLock lock(mutex_);
    const bool was_empty = backlog_.empty();
    backlog_.add(std::move(item), now);
    if (was_empty || kUrgent) {
      wake_.notify_one();
    }
  }

  void set_retention(Duration retention) GW_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    retention_ = retention;
  }

  bool flush(SteadyTime deadline) GW_EXCLUDES(mutex_);
  bool stop(SteadyTime deadline) GW_EXCLUDES(mutex_);
  void abandon() GW_EXCLUDES(mutex_);
  [[nodiscard]] WriterHealth health() const GW_EXCLUDES(mutex_);

 private:
  void run() GW_EXCLUDES(mutex_);
  // Waits until there is something to do; false when the thread is to end.
  bool wait_until_due() GW_EXCLUDES(mutex_);
  // When the next thing is due; empty: now.
  [[nodiscard]] std::optional<SteadyTime> next_due() const GW_REQUIRES(mutex_);
  // True when the thread is to end after it.
  bool step(Committer& committer) GW_EXCLUDES(mutex_);
  void publish(Batch rest, Committed& committed, const Committer& committer) GW_EXCLUDES(mutex_);
  [[nodiscard]] bool is_hurried() const GW_EXCLUDES(mutex_);
  // The wait of a caller, whose deadline may be another clock's.
  template <typename Condition>
  bool wait_for(SteadyTime deadline, Condition condition) GW_REQUIRES(mutex_);

  const Options options_;
  const Clock& clock_;

  mutable Mutex mutex_;
  CondVar wake_;  // the thread has something to do
  CondVar done_;  // something was committed, or the thread ended
  Backlog backlog_ GW_GUARDED_BY(mutex_);
  WriterHealth health_ GW_GUARDED_BY(mutex_);
  Duration retention_ GW_GUARDED_BY(mutex_);
  uint64_t committed_through_ GW_GUARDED_BY(mutex_) = 0;  // in additions
  bool opened_ GW_GUARDED_BY(mutex_) = false;
  bool changes_refused_ GW_GUARDED_BY(mutex_) = false;
  SteadyTime next_try_ GW_GUARDED_BY(mutex_);  // while the health is bad
  SteadyTime next_upkeep_ GW_GUARDED_BY(mutex_);
  bool flush_wanted_ GW_GUARDED_BY(mutex_) = false;
  bool stop_wanted_ GW_GUARDED_BY(mutex_) = false;
  bool abandoned_ GW_GUARDED_BY(mutex_) = false;
  bool ended_ GW_GUARDED_BY(mutex_) = true;
  std::thread thread_;
  bool was_ok_ = true;  // the thread's own

  // Held while a callback runs, so that none runs after abandon().
  Mutex callback_mutex_;
  bool callbacks_over_ GW_GUARDED_BY(callback_mutex_) = false;
};

void Writer::Impl::start(const std::shared_ptr<Impl>& self) {
  GW_ASSERT(!self->thread_.joinable());
  {
    MutexLock lock(self->mutex_);
    self->ended_ = false;
    self->next_upkeep_ = self->clock_.steady();
  }
  // Signals are for the threads that wait for them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  self->thread_ = std::thread([self] { self->run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(self->thread_.native_handle(), "gw-writer");
}

void Writer::Impl::run() {
  {
    Committer committer(options_.path, options_.ballast_bytes, clock_,
                        [this] { return is_hurried(); });
    while (wait_until_due()) {
      if (step(committer)) {
        committer.close();
        break;
      }
    }
  }
  MutexLock lock(mutex_);
  ended_ = true;
  done_.notify_all();
}

bool Writer::Impl::is_hurried() const {
  MutexLock lock(mutex_);
  return backlog_.has_transitions() || stop_wanted_ || abandoned_;
}

std::optional<SteadyTime> Writer::Impl::next_due() const {
  if (abandoned_ || stop_wanted_ || flush_wanted_ || !opened_) {
    return std::nullopt;
  }
  if (backlog_.has_transitions() && !changes_refused_) {
    return std::nullopt;
  }
  SteadyTime due = next_upkeep_;
  if (!health_.ok) {
    due = std::min(due, next_try_);
  } else if (!backlog_.empty()) {
    due = std::min(due, backlog_.oldest() + options_.commit_interval);
  }
  return due;
}

bool Writer::Impl::wait_until_due() {
  MutexLock lock(mutex_);
  for (;;) {
    const std::optional<SteadyTime> due = next_due();
    if (!due.has_value()) {
      return !abandoned_;
    }
    const Duration left = *due - clock_.steady();
    if (left <= Duration::zero()) {
      return true;
    }
    wake_.wait_until(mutex_,
                     system_clock().steady() + std::clamp(left, kShortestWait, kLongestWait));
  }
}

bool Writer::Impl::step(Committer& committer) {
  Batch batch;
  Duration retention{};
  bool last = false;
  bool upkeep = false;
  {
    MutexLock lock(mutex_);
    const SteadyTime now = clock_.steady();
    last = stop_wanted_;
    upkeep = !last && now >= next_upkeep_;
    retention = retention_;
    flush_wanted_ = false;
    opened_ = true;
    batch = backlog_.take();
  }
  Committed committed = committer.commit(batch);
  const bool all = batch.empty();
  publish(std::move(batch), committed, committer);
  if (upkeep) {
    const SteadyTime next = committer.maintain(retention);
    MutexLock lock(mutex_);
    next_upkeep_ = next;
  }
  MutexLock lock(mutex_);
  // What came while the batch was being committed is taken along; what is refused is given up.
  return last && (!all || backlog_.empty());
}

void Writer::Impl::publish(Batch rest, Committed& committed, const Committer& committer) {
  if (!committed.notification_ids.empty() && options_.on_committed) {
    MutexLock lock(callback_mutex_);
    if (!callbacks_over_) {
      options_.on_committed(committed.notification_ids);
    }
  }
  const bool ok = committer.error().empty();
  if (ok != was_ok_) {
    log(ok ? LogLevel::Info : LogLevel::Error, ok ? "storage works again" : "storage fails",
        {{"path", options_.path}, {"error", committer.error()}});
    was_ok_ = ok;
  }
  MutexLock lock(mutex_);
  if (abandoned_) {
    return;
  }
  if (rest.empty() && rest.complete_through > 0) {
    committed_through_ = rest.complete_through;
  }
  changes_refused_ = rest.has_changes();
  health_.ok = ok;
  health_.error = committer.error();
  health_.note = committer.note();
  health_.samples_stored += committed.samples;
  health_.samples_dropped += committed.samples_lost;
  next_try_ = clock_.steady() + options_.retry_interval;
  backlog_.put_back(std::move(rest));
  done_.notify_all();
}

template <typename Condition>
bool Writer::Impl::wait_for(SteadyTime deadline, Condition condition) {
  const SteadyTime real = system_clock().steady() + (deadline - clock_.steady());
  while (!condition()) {
    if (system_clock().steady() >= real) {
      return false;
    }
    done_.wait_until(mutex_, real);
  }
  return true;
}

bool Writer::Impl::flush(SteadyTime deadline) {
  MutexLock lock(mutex_);
  const uint64_t mark = backlog_.mark();
  flush_wanted_ = true;
  wake_.notify_one();
  return wait_for(deadline, [&]() GW_REQUIRES(mutex_) { return committed_through_ >= mark; });
}

bool Writer::Impl::stop(SteadyTime deadline) {
  {
    MutexLock lock(mutex_);
    stop_wanted_ = true;
    wake_.notify_one();
    if (!wait_for(deadline, [&]() GW_REQUIRES(mutex_) { return ended_; })) {
      return committed_through_ >= backlog_.added();
    }
  }
  if (thread_.joinable()) {
    thread_.join();
  }
  MutexLock lock(mutex_);
  return committed_through_ >= backlog_.added();
}

void Writer::Impl::abandon() {
  bool ended = false;
  {
    MutexLock lock(mutex_);
    abandoned_ = true;
    wake_.notify_one();
    ended = wait_for(clock_.steady() + kFarewell, [&]() GW_REQUIRES(mutex_) { return ended_; });
  }
  if (thread_.joinable()) {
    if (ended) {
      thread_.join();
    } else {
      thread_.detach();
    }
  }
  MutexLock lock(callback_mutex_);
  callbacks_over_ = true;
}

WriterHealth Writer::Impl::health() const {
  const SteadyTime now = clock_.steady();
  MutexLock lock(mutex_);
  WriterHealth health = health_;
  health.samples_dropped += backlog_.samples_dropped();
  health.changes_dropped = backlog_.changes_dropped();
  health.waiting = backlog_.size();
  health.oldest_waiting = health.waiting == 0 ? Duration::zero() : now - backlog_.oldest();
  return health;
}

Writer::Writer(Options options, const Clock& clock)
    : impl_(std::make_shared<Impl>(std::move(options), clock)) {}

Writer::~Writer() {
  impl_->abandon();
}

void Writer::start() {
  Impl::start(impl_);
}
void Writer::add(Sample sample) {
  impl_->add(std::move(sample));
}
void Writer::add(Transition transition) {
  impl_->add(std::move(transition));
}
void Writer::add(Settlement settlement) {
  impl_->add(std::move(settlement));
}
void Writer::add(PushState state) {
  impl_->add(std::move(state));
}
void Writer::add(LogPosition position) {
  impl_->add(std::move(position));
}
void Writer::add(IncidentDiagnosis diagnosis) {
  impl_->add(std::move(diagnosis));
}
void Writer::update_counts(std::vector<Incident> incidents) {
  impl_->add(std::move(incidents));
}
void Writer::set_retention(Duration retention) {
  impl_->set_retention(retention);
}
bool Writer::flush(SteadyTime deadline) {
  return impl_->flush(deadline);
}
bool Writer::stop(SteadyTime deadline) {
  return impl_->stop(deadline);
}
WriterHealth Writer::health() const {
  return impl_->health();
}

}  // namespace gatewatch::storage
