// SPDX-License-Identifier: MIT
#include "storage/retention.h"

namespace gatewatch::storage {

bool ClockGuard::trusts(SteadyTime steady, WallTime wall) {
  if (anchor_.has_value()) {
    const Duration passed = steady - anchor_->steady;
    const Duration off = (wall - anchor_->wall) - passed;
    if (off <= kStep && off >= -kStep) {
      return passed >= kProof;
    }
  }
  anchor_ = Anchor{steady, wall};
  return false;
}

}  // namespace gatewatch::storage
