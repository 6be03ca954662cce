// SPDX-License-Identifier: MIT
//
// Each entry has exactly one item in a heap of due times, made of exact multiples of the interval
// and rounded down to a slot only there: intervals that are no multiple of a slot do not drift.
// Replacing the schedule of an entry, or the entry itself, leaves its old item behind; it is
// recognised by its schedule number when it comes up.
//
// One loop timer stands for the first item. All that is due is released in one go, up to
// kReleaseBatch, after which the loop takes a turn: sockets are served in between, and lateness is
// measured afresh.
//
// Targets that hang restart together, a timeout after they began together, and a TLS handshake
// costs much to begin. So they have a heap of their own that comes after the other one, and only
// kHungBatch of them are started in a turn of the loop.
#include "probe/schedule/scheduler.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/clock_watch.h"
#include "core/own_trouble.h"

namespace gatewatch::probe {
namespace {

constexpr size_t kReleaseBatch = 64;
constexpr size_t kHungBatch = 4;

}  // namespace

struct Scheduler::Entry {
  Target target;
  Turns turns;
  int64_t turn = 0;  // the number of the one that is in the heap
  uint32_t schedule = 0;
  std::unique_ptr<Prober> prober;
  std::unique_ptr<Prober> successor;  // takes over when the probe in flight has ended

  // The series of requested probes that goes on, if any.
  struct Series {
    Purpose purpose = Purpose::Confirm;
    Duration every{};
    SteadyTime next;
    SteadyTime last;  // none later than this
    Loop::TimerId timer = Loop::TimerId::None;
  };
  Series series;

  bool hung = false;  // its newest probe ran into the timeout

  // Of the probe in flight.
  bool in_flight = false;
  Purpose purpose = Purpose::Scheduled;
  WallTime next_sample_at;
  SteadyTime started;
  Duration suspended{};  // the loop's, at the start
  Duration lateness{};
};

Scheduler::Scheduler(Loop& loop, Rng& rng, size_t max_in_flight, Handlers handlers)
    : loop_(loop),
      rng_(rng),
      max_in_flight_(max_in_flight),
      handlers_(std::move(handlers)),
      stalls_(loop) {}

Scheduler::~Scheduler() {
  loop_.cancel(timer_);
  loop_.cancel(retire_timer_);
  for (const std::unique_ptr<Entry>& entry : entries_) {
    if (entry != nullptr) {
      loop_.cancel(entry->series.timer);
    }
  }
}

void Scheduler::set(const Target& target, std::unique_ptr<Prober> prober) {
  GW_ASSERT(target.interval >= kSlot);
  Prober& added = *prober;
  const auto report_parts_of = [this, &added](uint32_t index) {
    added.set_on_part([this, index](ProbeResult part) {
      excuse(*entries_[index], part);
      report(index, std::move(part), true);
    });
  };
  if (const auto known = by_name_.find(target.name); known != by_name_.end()) {
    report_parts_of(known->second);
    Entry& entry = *entries_[known->second];
    const bool same_schedule = entry.target.interval == target.interval;
    entry.target = target;
    if (entry.in_flight) {
      entry.successor = std::move(prober);
    } else {
      retire(std::exchange(entry.prober, std::move(prober)));
    }
    if (!same_schedule) {
      schedule_first(known->second);
    }
    return;
  }
  uint32_t index = 0;
  if (free_.empty()) {
    index = static_cast<uint32_t>(entries_.size());
    entries_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  entries_[index] = std::make_unique<Entry>();
  entries_[index]->target = target;
  entries_[index]->prober = std::move(prober);
  report_parts_of(index);
  by_name_.emplace(target.name, index);
  schedule_first(index);
}

void Scheduler::remove(const std::string& name) {
  const auto known = by_name_.find(name);
  if (known == by_name_.end()) {
    return;
  }
  const uint32_t index = known->second;
  by_name_.erase(known);
  Entry& entry = *entries_[index];
  loop_.cancel(entry.series.timer);
  if (entry.in_flight) {
    entry.prober->abort("the target was removed");
    GW_ASSERT(!entry.in_flight);
  }
  retire(std::move(entry.prober));
  entries_[index] = nullptr;
  free_.push_back(index);
}

void Scheduler::pause() {
  paused_ = true;
  loop_.cancel(std::exchange(timer_, Loop::TimerId::None));
}

void Scheduler::abort_all(std::string_view error) {
  for (size_t index = 0; index < entries_.size(); ++index) {
    if (entries_[index] != nullptr && entries_[index]->in_flight) {
      entries_[index]->prober->abort(error);
    }
  }
}

void Scheduler::release_due() {
  timer_ = Loop::TimerId::None;
  release(due_, kReleaseBatch);
  release(due_hung_, kHungBatch);
  arm();
}

void Scheduler::release(DueQueue& due, size_t most_started) {
  const SteadyTime now = loop_.now();
  size_t started = 0;
  for (size_t i = 0; i < kReleaseBatch && started < most_started && !paused_ && !due.empty() &&
                     due.top().when <= now;
       ++i) {
    const Due first = due.top();
    due.pop();
    started += take_turn(first) ? 1U : 0U;
  }
}

Scheduler::DueQueue& Scheduler::queue_of(const Entry& entry) {
  return entry.hung ? due_hung_ : due_;
}

bool Scheduler::take_turn(const Due& due) {
  const auto is_current = [&] {
    return entries_[due.index] != nullptr && entries_[due.index]->schedule == due.schedule;
  };
  if (!is_current()) {
    return false;
  }
  const Entry& entry = *entries_[due.index];
  uint64_t lost = schedule_next(due.index, loop_.now());
  if (entry.in_flight && entry.purpose != Purpose::Scheduled) {
    entry.prober->abort("ended for the scheduled probe");
    if (!is_current()) {  // a handler replaced it
      return false;
    }
  }
  if (entry.in_flight) {
    ++lost;
  }
  // A copy: the entry may be gone once a handler has been called.
  const std::string name = lost > 0 ? entry.target.name : std::string();
  const bool starts = !entry.in_flight;
  if (starts) {
    start_turn(due.index, due.when);
  }
  if (lost > 0) {
    handlers_.on_skip(name, lost);
  }
  return starts;
}

void Scheduler::start_turn(uint32_t index, SteadyTime slot) {
  if (in_flight_ - requested_in_flight_ >= max_in_flight_ && !entries_[index]->target.is_control) {
    refuse(*entries_[index], slot);
    return;
  }
  start(index, Purpose::Scheduled, slot);
}

void Scheduler::request(const ProbeRequest& request) {
  GW_ASSERT(request.purpose != Purpose::Scheduled);
  const auto known = by_name_.find(request.target);
  if (known == by_name_.end() || paused_) {
    return;
  }
  const uint32_t index = known->second;
  const SteadyTime now = loop_.now();
  if (request.every <= Duration::zero()) {
    start_requested(index, request.purpose, now);
    return;
  }
  Entry::Series& series = entries_[index]->series;
  loop_.cancel(series.timer);
  series = {.purpose = request.purpose,
            .every = request.every,
            .next = now + request.every,
            .last = now + request.length};
  await_series(index);
}

void Scheduler::await_series(uint32_t index) {
  Entry::Series& series = entries_[index]->series;
  if (series.next <= series.last) {
    series.timer = loop_.call_at(series.next, [this, index] { go_on_with_series(index); });
  }
}

void Scheduler::go_on_with_series(uint32_t index) {
  Entry::Series& series = entries_[index]->series;
  series.timer = Loop::TimerId::None;
  if (paused_) {
    return;
  }
  const SteadyTime when = series.next;
  const SteadyTime now = loop_.now();
  series.next += series.every * ((now - when) / series.every + 1);  // what passed is left out
  await_series(index);
  start_requested(index, series.purpose, when);
}

void Scheduler::start_requested(uint32_t index, Purpose purpose, SteadyTime when) {
  if (!entries_[index]->in_flight && requested_in_flight_ < kMaxRequested) {
    start(index, purpose, when);
  }
}

void Scheduler::start(uint32_t index, Purpose purpose, SteadyTime when) {
  Entry& entry = *entries_[index];
  const SteadyTime now = loop_.now();
  entry.in_flight = true;
  entry.purpose = purpose;
  entry.next_sample_at = loop_.wall_now();
  entry.started = now;
  entry.suspended = loop_.suspended();
  entry.lateness = now - when;
  ++in_flight_;
  requested_in_flight_ += purpose == Purpose::Scheduled ? 0 : 1;
  stalls_.start();
  entry.prober->start(now + entry.target.timeout,
                      [this, index](ProbeResult result) { finish(index, std::move(result)); });
}

void Scheduler::refuse(const Entry& entry, SteadyTime slot) {
  Sample sample;
  sample.target = entry.target.name;
  sample.at = loop_.wall_now();
  sample.lateness = loop_.now() - slot;
  sample.result.error = "too many probes in flight (limit " + std::to_string(max_in_flight_) + ")";
  handlers_.on_sample(std::move(sample));
}

void Scheduler::report(uint32_t index, ProbeResult result, bool more_follow) {
  GW_ASSERT(entries_[index] != nullptr);
  Entry& entry = *entries_[index];
  Sample sample;
  sample.target = entry.target.name;
  sample.at = std::exchange(entry.next_sample_at, entry.next_sample_at + WallTime::duration(1));
  sample.lateness = entry.lateness;
  sample.purpose = entry.purpose;
  sample.more_follow = more_follow;
  sample.result = std::move(result);
  handlers_.on_sample(std::move(sample));
}

void Scheduler::finish(uint32_t index, ProbeResult result) {
  GW_ASSERT(entries_[index] != nullptr && entries_[index]->in_flight);
  Entry& entry = *entries_[index];
  entry.in_flight = false;
  --in_flight_;
  requested_in_flight_ -= entry.purpose == Purpose::Scheduled ? 0 : 1;
  entry.hung = result.outcome == Outcome::Timeout;
  excuse(entry, result);
  if (in_flight_ == 0) {
    stalls_.stop();
  }
  if (entry.successor != nullptr) {
    retire(std::exchange(entry.prober, std::move(entry.successor)));
  }
  report(index, std::move(result), false);
}

void Scheduler::excuse(const Entry& entry, ProbeResult& result) {
  if (!is_network_failure(result.outcome) && !may_be_for_time(result.outcome)) {
    return;
  }
  const Duration suspended = loop_.suspended() - entry.suspended;
  if (suspended >= kSuspension) {
    set_aside(result, "the machine was suspended for " + humanize_duration(suspended));
    return;
  }
  if (!may_be_for_time(result.outcome)) {
    return;
  }
  const Duration stall = stalls_.stood_still_since(entry.started);
  if (stall > Duration::zero()) {
    set_aside(result, "gatewatch stood still for " + humanize_duration(stall));
  } else if (entry.lateness >= kLateStart) {
    set_aside(result, "the probe began late by " + humanize_duration(entry.lateness));
  }
}

void Scheduler::retire(std::unique_ptr<Prober> prober) {
  retired_.push_back(std::move(prober));
  if (retire_timer_ == Loop::TimerId::None) {
    retire_timer_ = loop_.call_at(loop_.now(), [this] {
      retire_timer_ = Loop::TimerId::None;
      retired_.clear();
    });
  }
}

Duration Scheduler::draw_jitter(const Entry& entry) {
  const auto span = std::chrono::duration<double, std::nano>(entry.target.interval) *
                    std::clamp(entry.target.jitter, 0.0, 1.0);
  return floor_to_slot(rng_.below(std::chrono::floor<Duration>(span)));
}

void Scheduler::schedule_first(uint32_t index) {
  Entry& entry = *entries_[index];
  entry.turns = Turns(entry.target.name, entry.target.interval);
  entry.turn = entry.turns.first_not_before(loop_.now());
  entry.schedule = ++last_schedule_;
  queue_of(entry).push({entry.turns.at(entry.turn) + draw_jitter(entry), index, entry.schedule});
  arm();
}

uint64_t Scheduler::schedule_next(uint32_t index, SteadyTime now) {
  Entry& entry = *entries_[index];
  const int64_t taken = entry.turn;
  // Jitter is shorter than the interval, so a turn of more than an interval ago is lost whatever
  // its jitter would have been.
  entry.turn = std::max(taken + 1, entry.turns.first_not_before(now - entry.turns.interval()));
  SteadyTime when = entry.turns.at(entry.turn) + draw_jitter(entry);
  while (when <= now) {
    ++entry.turn;
    when = entry.turns.at(entry.turn) + draw_jitter(entry);
  }
  queue_of(entry).push({when, index, entry.schedule});
  return static_cast<uint64_t>(entry.turn - taken - 1);
}

void Scheduler::arm() {
  if (paused_ || (due_.empty() && due_hung_.empty())) {
    return;
  }
  const SteadyTime first = std::min(due_.empty() ? SteadyTime::max() : due_.top().when,
                                    due_hung_.empty() ? SteadyTime::max() : due_hung_.top().when);
  if (timer_ != Loop::TimerId::None) {
    if (armed_for_ <= first) {
      return;
    }
    loop_.cancel(timer_);
  }
  armed_for_ = first;
  timer_ = loop_.call_at(first, [this] { release_due(); });
}

}  // namespace gatewatch::probe
