// SPDX-License-Identifier: MIT
//
// Whether the wall clock may be believed when old rows are to be deleted: a wrong clock must not
// delete history.
//
// Thread: one at a time.
#pragma once

#include <optional>

#include "core/time.h"

namespace gatewatch::storage {

class ClockGuard {
 public:
  // Wall time has to go in step with steady time for this long …
  static constexpr Duration kProof = std::chrono::minutes(10);
  // … and departs from it when it is off by more than this.
  static constexpr Duration kStep = std::chrono::seconds(60);

  // Takes note of both clocks; true where wall time has kept in step for kProof.
  bool trusts(SteadyTime steady, WallTime wall);

 private:
  struct Anchor {
    SteadyTime steady;
    WallTime wall;
  };
  std::optional<Anchor> anchor_;
};

}  // namespace gatewatch::storage
