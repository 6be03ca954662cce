// SPDX-License-Identifier: MIT
//
// The seam between "a probe is due" and "this is what it learnt".
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "core/sample.h"
#include "core/time.h"

namespace gatewatch::probe {

// So long past a probe's deadline the loop must have stood still: what came may not have been seen.
inline constexpr Duration kStandstill = std::chrono::milliseconds(500);

struct DiagnosisSubject;

// Makes probes of one target, one at a time.
//
// Thread: the loop's. Lifetime: destroying a prober ends a probe in flight without a result.
class Prober {
 public:
  using Done = std::move_only_function<void(ProbeResult)>;
  using OnPart = std::function<void(ProbeResult)>;

  virtual ~Prober() = default;

  // A probe of several addresses has a result for each: all but the last go to `on_part`, as they
  // come and never from within start(), the last to `done`. Without it they are dropped. `on_part`
  // may abort the probe; it must not destroy the prober. Requires: no probe is in flight.
  void set_on_part(OnPart on_part) { on_part_ = std::move(on_part); }

  // Starts one probe and calls `done` exactly once, never from within start(), at the latest
  // shortly after `deadline`. `done` must not destroy the prober. Requires: none is in flight.
  virtual void start(SteadyTime deadline, Done done) = 0;

  // Ends a probe in flight: before abort() returns, its `done` is called with outcome inconclusive
  // and this error. Nothing happens where none is in flight.
  virtual void abort(std::string_view error) = 0;

  // What a diagnosis of this target works on (diagnosis_subject.h); by default nothing.
  [[nodiscard]] virtual DiagnosisSubject subject() const;

 protected:
  void report_part(ProbeResult result) {
    if (on_part_) {
      on_part_(std::move(result));
    }
  }

 private:
  OnPart on_part_;
};

}  // namespace gatewatch::probe
