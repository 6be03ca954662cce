// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace gatewatch {

struct Tally {
  uint32_t bad = 0;
  uint32_t all = 0;
};

// How likely it is by mere luck that of all that is bad in both at least as much falls to `one` as
// did: the one-sided p of Fisher's exact test (R. A. Fisher, Statistical Methods for Research
// Workers, section 21.02). 1 where one of them is empty. Requires: bad <= all.
[[nodiscard]] double fisher_p(Tally one, Tally others);

}  // namespace gatewatch
