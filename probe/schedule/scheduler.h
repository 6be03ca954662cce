// SPDX-License-Identifier: MIT
//
// When each target is probed.
//
// A target's turns are at k * interval + phase on the steady clock, where the phase is a hash of
// its name: spread evenly, the same after every restart, and never drifting. Turns fall on slots of
// 5 ms, and all probes of one slot are released together, which halves the CPU cost of waking up.
// Jitter delays a turn by a random share of the interval, so that targets behind one round-robin
// balancer do not meet its backends in a fixed order. A turn that finds the probe before still in
// flight is skipped and counted; of the turns that passed while the loop stood still, the first is
// made late and the others are skipped and counted. Where many are due, targets that answered the
// last time go before those that ran into their timeout.
//
// Besides its turns a target is probed on request. There are never two probes of a target in
// flight, and requested ones stand back: one whose time finds a probe in flight is left out, and a
// turn that finds a requested one in flight ends that one, which is reported inconclusive, and is
// made on time.
//
// A probe that failed where our own trouble may be why is reported inconclusive, with the outcome
// in the error: a timeout, and an answer that was late or cut short, where the loop stood still for
// kStandstill during the probe or the probe began kLateStart late; these and any network failure,
// where the machine was suspended during the probe.
//
// Thread: the loop's. Limits: at most `max_in_flight` probes of turns at once; above it a turn is
// not started but reported inconclusive (a control's is: who is offline has many in flight). At
// most kMaxRequested requested ones at once, in addition; above it they are left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/id.h"
#include "core/probe_request.h"
#include "core/sample.h"
#include "core/target.h"
#include "core/time.h"
#include "probe/kinds/prober.h"
#include "probe/loop/loop.h"
#include "probe/schedule/stall_watch.h"
#include "probe/schedule/turns.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxRequested = 64;
inline constexpr Duration kLateStart = std::chrono::milliseconds(500);

class Scheduler {
 public:
  struct Handlers {
    // Every probe that was made or refused. Sample.at is the wall time at its start, lateness the
    // steady time from its slot (jitter included), or from when it was requested for, to its start.
    // The samples of one probe of several addresses lie 1 us apart.
    std::function<void(Sample)> on_sample;
    // `turns` of the target passed without a probe. At least 1.
    std::function<void(const std::string& target, uint64_t turns)> on_skip;
  };

  // The handlers may call any member but the destructor.
  Scheduler(Loop& loop, Rng& rng, size_t max_in_flight, Handlers handlers);
  // Ends what is in flight without a report.
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Adds a target, or replaces the one of that name: its schedule goes on if the interval is the
  // same; a probe in flight is finished by the old prober and reported.
  // Requires: target.interval >= kSlot.
  void set(const Target& target, std::unique_ptr<Prober> prober);
  // A probe in flight is reported inconclusive. Nothing happens for an unknown name.
  void remove(const std::string& name);

  // Makes what is requested of a target that is there. A series takes the place of one that still
  // goes on for the target, and goes on when the target is replaced.
  void request(const ProbeRequest& request);

  // No more turns and no more requested probes, for good. What is in flight goes on.
  void pause();
  // Ends what is in flight; each is reported inconclusive with `error`.
  void abort_all(std::string_view error);

  [[nodiscard]] size_t in_flight() const { return in_flight_; }
  // How often the loop stood still while probes were in flight.
  [[nodiscard]] uint64_t stalls() const { return stalls_.count(); }

 private:
  struct Entry;
  struct Due {
    SteadyTime when;
    uint32_t index = 0;     // into entries_
    uint32_t schedule = 0;  // out of date where it is not the entry's
    bool operator>(const Due& other) const { return when > other.when; }
  };
  using DueQueue = std::priority_queue<Due, std::vector<Due>, std::greater<>>;

  void release_due();
  void release(DueQueue& due, size_t most_started);
  void arm();
  void schedule_first(uint32_t index);
  // Sets the entry's next turn; returns how many turns are lost because they passed before `now`.
  uint64_t schedule_next(uint32_t index, SteadyTime now);
  // Whether a probe was started.
  bool take_turn(const Due& due);
  [[nodiscard]] DueQueue& queue_of(const Entry& entry);
  void start_turn(uint32_t index, SteadyTime slot);
  void start_requested(uint32_t index, Purpose purpose, SteadyTime when);
  void start(uint32_t index, Purpose purpose, SteadyTime when);
  void go_on_with_series(uint32_t index);
  void await_series(uint32_t index);
  void refuse(const Entry& entry, SteadyTime slot);
  void report(uint32_t index, ProbeResult result, bool more_follow);
  void finish(uint32_t index, ProbeResult result);
  void excuse(const Entry& entry, ProbeResult& result);
  void retire(std::unique_ptr<Prober> prober);
  [[nodiscard]] Duration draw_jitter(const Entry& entry);

  // Constant after construction.
  Loop& loop_;
  Rng& rng_;
  size_t max_in_flight_;
  Handlers handlers_;

  size_t in_flight_ = 0;  // requested ones included
  size_t requested_in_flight_ = 0;
  StallWatch stalls_;  // watches while probes are in flight
  bool paused_ = false;
  uint32_t last_schedule_ = 0;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::vector<uint32_t> free_;  // places in entries_ to use again
  std::unordered_map<std::string, uint32_t> by_name_;
  DueQueue due_;
  DueQueue due_hung_;  // of targets that ran into their timeout the last time

  Loop::TimerId timer_ = Loop::TimerId::None;
  SteadyTime armed_for_ = SteadyTime::max();

  // Probers that were replaced or removed, kept until nothing of theirs can be on the stack.
  std::vector<std::unique_ptr<Prober>> retired_;
  Loop::TimerId retire_timer_ = Loop::TimerId::None;
};

}  // namespace gatewatch::probe
