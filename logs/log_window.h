// SPDX-License-Identifier: MIT
//
// What the lines of a log told within a span of time up to now.
//
// Time is cut into slices as in core/rate_window.h: a line counts for at least the span and at most
// 1.6 % of it longer. Thread: one at a time. Limits: kSlices slices, each with at most one number
// for each status (100 to 999) and role.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/time.h"
#include "logs/log_counts.h"

namespace gatewatch::logs {

class LogWindow {
 public:
  static constexpr int64_t kSlices = 64;

  // Requires: span > 0.
  explicit LogWindow(Duration span);

  // Adds what was told of `at`; instants may come out of order and, when older than the window, are
  // ignored. A later instant moves the window forward.
  void add(SteadyTime at, const LogCounts& counts);

  [[nodiscard]] LogCounts sum(SteadyTime now);

 private:
  void advance(int64_t slice);
  [[nodiscard]] int64_t slice_of(SteadyTime at) const;

  Duration slice_length_;
  int64_t newest_ = 0;
  bool started_ = false;
  std::array<LogCounts, kSlices> slices_{};
};

}  // namespace gatewatch::logs
