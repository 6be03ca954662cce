// SPDX-License-Identifier: MIT
//
// What is known of each target right now: its last probe and its counters since start.
//
// Thread: the loop's. Limits: two samples per target, and one counter per (outcome, status) it met.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/sample.h"
#include "core/snapshot.h"
#include "core/target.h"
#include "core/time.h"

namespace gatewatch::daemon {

class Board {
 public:
  // Shows exactly these, in this order; what is known of those that stay is kept.
  void set_targets(std::vector<Target> targets);

  // Of samples that are not scheduled only those of confirmation bursts are counted, by themselves;
  // the rest is ignored.
  void take(const Sample& sample);
  void skip(const std::string& target, uint64_t turns);

  // Fills `targets` and the lateness of `health`.
  void fill(Snapshot& snapshot) const;

 private:
  static constexpr std::array<double, 10> kLatenessSeconds{0.001, 0.0025, 0.005, 0.01, 0.025,
                                                           0.05,  0.1,    0.25,  1.0,  5.0};

  struct Entry {
    TargetStatus status;
    std::unique_ptr<Sample> worst;  // of a probe of which more samples follow
  };

  static void keep_worst(Entry& entry, const Sample& sample);

  std::vector<Entry> entries_;
  std::unordered_map<std::string, size_t> index_;
  std::array<uint64_t, kLatenessSeconds.size()> lateness_{};  // per bucket, not cumulative
  uint64_t lateness_count_ = 0;
  double lateness_sum_ = 0;
};

}  // namespace gatewatch::daemon
