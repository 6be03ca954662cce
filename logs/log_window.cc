// SPDX-License-Identifier: MIT
#include "logs/log_window.h"

#include <algorithm>

#include "core/assert.h"

namespace gatewatch::logs {

LogWindow::LogWindow(Duration span) : slice_length_(span / (kSlices - 1)) {
  GW_ASSERT(span > Duration::zero());
  slice_length_ = std::max(slice_length_, Duration(1));
}

int64_t LogWindow::slice_of(SteadyTime at) const {
  return at.time_since_epoch() / slice_length_;
}

void LogWindow::advance(int64_t slice) {
  if (!started_) {
    newest_ = slice;
    started_ = true;
  }
  const int64_t steps = std::min(slice - newest_, kSlices);
  for (int64_t i = 0; i < steps; ++i) {
    slices_.at(static_cast<size_t>((slice - i) % kSlices)) = {};
  }
  newest_ = std::max(newest_, slice);
}

void LogWindow::add(SteadyTime at, const LogCounts& counts) {
  const int64_t slice = slice_of(at);
  advance(slice);
  if (slice >= 0 && slice > newest_ - kSlices) {
    slices_.at(static_cast<size_t>(slice % kSlices)) += counts;
  }
}

LogCounts LogWindow::sum(SteadyTime now) {
  advance(slice_of(now));
  LogCounts sum;
  for (const LogCounts& slice : slices_) {
    sum += slice;
  }
  return sum;
}

}  // namespace gatewatch::logs
