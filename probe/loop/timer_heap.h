// SPDX-License-Identifier: MIT
//
// Timers in the order in which they fall due: what a Loop keeps its call_at() in.
//
// Setting, cancelling and taking cost O(log n) and, once the heap has grown, no memory of their
// own. Thread: one at a time. Limits: kMaxTimers waiting; one more is a bug and ends the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.h"
#include "probe/loop/loop.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxTimers = 1'000'000;

class TimerHeap {
 public:
  Loop::TimerId add(SteadyTime when, Loop::Callback callback);
  // Nothing happens for None or for a timer that was taken or removed before.
  void remove(Loop::TimerId timer);

  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] size_t size() const { return heap_.size(); }
  // When the first timer is due; SteadyTime::max() where there is none.
  [[nodiscard]] SteadyTime earliest() const;
  // How many timers were ever added.
  [[nodiscard]] uint64_t added() const { return added_; }

  // Takes out the first timer if it is due at `now` and was among the first `limit` ever added.
  // Timers of the same instant come in the order they were added.
  [[nodiscard]] std::optional<Loop::Callback> take_due(SteadyTime now, uint64_t limit = UINT64_MAX);

 private:
  struct Timer {
    SteadyTime when;
    uint64_t sequence = 0;
    uint32_t generation = 0;  // tells a timer from an earlier one in the same place
    uint32_t position = 0;    // in heap_
    Loop::Callback callback;
  };

  [[nodiscard]] bool before(uint32_t a, uint32_t b) const;
  void place(size_t position, uint32_t index);
  void sift_up(size_t position);
  void sift_down(size_t position);
  Loop::Callback take_at(size_t position);

  uint64_t added_ = 0;
  std::vector<Timer> timers_;
  std::vector<uint32_t> free_;  // places in timers_ to use again
  std::vector<uint32_t> heap_;  // indices into timers_, the earliest first
};

}  // namespace gatewatch::probe
