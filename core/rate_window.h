// SPDX-License-Identifier: MIT
//
// How many of the recent probes were bad, in memory that does not grow with the window.
//
// Time is cut into slices of span / (kSlices - 1); a window adds up the running slice and the
// kSlices - 1 before it. A probe is counted for at least the span and at most one slice (1.6 % of
// the span) longer; the counts themselves are exact.
//
// Thread: one at a time. Limits: kSlices x 16 bytes, whatever the span or the number of probes.
#pragma once

#include <array>
#include <cstdint>

#include "core/time.h"

namespace gatewatch {

// Conclusive scheduled probes, and those among them that were bad.
struct Counts {
  uint32_t probes = 0;
  uint32_t bad = 0;      // bad by the rule that asks
  uint32_t bad_502 = 0;  // status 502
  uint32_t gateway = 0;  // a gateway's answer for a failed upstream (502, 503, 504)

  [[nodiscard]] double rate() const { return share(bad); }
  [[nodiscard]] double rate_502() const { return share(bad_502); }
  [[nodiscard]] double rate_gateway() const { return share(gateway); }
  Counts& operator+=(const Counts& other);
  Counts& operator-=(const Counts& other);
  bool operator==(const Counts&) const = default;

 private:
  [[nodiscard]] double share(uint32_t part) const {
    return probes == 0 ? 0.0 : static_cast<double>(part) / probes;
  }
};

class RateWindow {
 public:
  static constexpr int64_t kSlices = 64;

  // Requires: span > 0.
  explicit RateWindow(Duration span);

  [[nodiscard]] Duration span() const { return span_; }

  // Adds what was learnt at `at`; instants may come out of order and, when older than the window,
  // are ignored. A later instant moves the window forward.
  void add(SteadyTime at, const Counts& counts);

  // Forgets what is too old at `now`, and returns the sum of the rest.
  const Counts& sum(SteadyTime now);
  // The same as at the newest instant that was handed in.
  [[nodiscard]] const Counts& sum() const { return sum_; }

 private:
  void advance(int64_t slice);
  [[nodiscard]] int64_t slice_of(SteadyTime at) const;
  [[nodiscard]] Counts& at_slice(int64_t slice);

  Duration span_;
  Duration slice_length_;
  int64_t newest_ = 0;  // number of the running slice
  bool started_ = false;
  Counts sum_;
  std::array<Counts, kSlices> slices_{};
};

}  // namespace gatewatch
