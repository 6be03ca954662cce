// SPDX-License-Identifier: MIT
//
// The seam between "a probe is due" and "this is what it learnt".
#pragma once

#include <functional>
#include <string_view>

#include "core/sample.h"
#include "core/time.h"

namespace gatewatch::probe {

// So long past a probe's deadline the loop must have stood still: what came may not have been seen.
inline constexpr Duration kStandstill = std::chrono::milliseconds(500);

// Makes probes of one target, one at a time.
//
// Thread: the loop's. Lifetime: destroying a prober ends a probe in flight without a result.
class Prober {
 public:
  using Done = std::move_only_function<void(ProbeResult)>;

  virtual ~Prober() = default;

  // Starts one probe and calls `done` exactly once, never from within start(), at the latest
  // shortly after `deadline`. `done` must not destroy the prober. Requires: none is in flight.
  virtual void start(SteadyTime deadline, Done done) = 0;

  // Ends a probe in flight: before abort() returns, its `done` is called with outcome inconclusive
  // and this error. Nothing happens where none is in flight.
  virtual void abort(std::string_view error) = 0;
};

}  // namespace gatewatch::probe
