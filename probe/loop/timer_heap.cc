// SPDX-License-Identifier: MIT
//
// A binary heap of indices. Each timer knows its position, so that it can be removed from the
// middle; a TimerId is the timer's place and the generation of that place.
#include "probe/loop/timer_heap.h"

#include <utility>

#include "core/assert.h"

namespace gatewatch::probe {
namespace {

constexpr unsigned kIndexBits = 32;

Loop::TimerId make_id(uint32_t index, uint32_t generation) {
  return static_cast<Loop::TimerId>((uint64_t{generation} << kIndexBits) | index);
}

}  // namespace

Loop::TimerId TimerHeap::add(SteadyTime when, Loop::Callback callback) {
  GW_ASSERT(heap_.size() < kMaxTimers);
  uint32_t index = 0;
  if (free_.empty()) {
    index = static_cast<uint32_t>(timers_.size());
    timers_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Timer& timer = timers_[index];
  timer.when = when;
  timer.sequence = ++added_;
  ++timer.generation;  // odd while it waits, so that no id is None
  timer.callback = std::move(callback);
  heap_.push_back(index);
  sift_up(heap_.size() - 1);
  return make_id(index, timer.generation);
}

void TimerHeap::remove(Loop::TimerId timer) {
  const auto bits = static_cast<uint64_t>(timer);
  const auto index = static_cast<uint32_t>(bits);
  const auto generation = static_cast<uint32_t>(bits >> kIndexBits);
  if (timer == Loop::TimerId::None || index >= timers_.size() ||
      timers_[index].generation != generation) {
    return;
  }
  take_at(timers_[index].position);
}

SteadyTime TimerHeap::earliest() const {
  return heap_.empty() ? SteadyTime::max() : timers_[heap_.front()].when;
}

std::optional<Loop::Callback> TimerHeap::take_due(SteadyTime now, uint64_t limit) {
  if (heap_.empty()) {
    return std::nullopt;
  }
  const Timer& first = timers_[heap_.front()];
  if (first.when > now || first.sequence > limit) {
    return std::nullopt;
  }
  return take_at(0);
}

bool TimerHeap::before(uint32_t a, uint32_t b) const {
  const Timer& one = timers_[a];
  const Timer& other = timers_[b];
  return one.when != other.when ? one.when < other.when : one.sequence < other.sequence;
}

void TimerHeap::place(size_t position, uint32_t index) {
  heap_[position] = index;
  timers_[index].position = static_cast<uint32_t>(position);
}

void TimerHeap::sift_up(size_t position) {
  const uint32_t index = heap_[position];
  while (position > 0 && before(index, heap_[(position - 1) / 2])) {
    place(position, heap_[(position - 1) / 2]);
    position = (position - 1) / 2;
  }
  place(position, index);
}

void TimerHeap::sift_down(size_t position) {
  const uint32_t index = heap_[position];
  for (;;) {
    size_t child = 2 * position + 1;
    if (child >= heap_.size()) {
      break;
    }
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) {
      ++child;
    }
    if (!before(heap_[child], index)) {
      break;
    }
    place(position, heap_[child]);
    position = child;
  }
  place(position, index);
}

Loop::Callback TimerHeap::take_at(size_t position) {
  const uint32_t index = heap_[position];
  const uint32_t last = heap_.back();
  heap_.pop_back();
  if (last != index) {
    place(position, last);
    sift_up(position);
    sift_down(timers_[last].position);
  }
  Timer& timer = timers_[index];
  ++timer.generation;  // even: its id is spent
  free_.push_back(index);
  Loop::Callback callback = std::move(timer.callback);
  timer.callback = nullptr;
  return callback;
}

}  // namespace gatewatch::probe
