// SPDX-License-Identifier: MIT
#include "core/statistics.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"

namespace gatewatch {
namespace {

// ln of n over k.
double ln_choose(uint32_t n, uint32_t k) {
  return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
}

}  // namespace

double fisher_p(Tally one, Tally others) {
  GW_ASSERT(one.bad <= one.all && others.bad <= others.all);
  if (one.all == 0 || others.all == 0) {
    return 1;
  }
  const uint32_t bad = one.bad + others.bad;
  const uint32_t all = one.all + others.all;
  double p = 0;
  for (uint32_t here = one.bad; here <= std::min(bad, one.all); ++here) {
    if (bad - here <= others.all) {
      p += std::exp(ln_choose(one.all, here) + ln_choose(others.all, bad - here) -
                    ln_choose(all, bad));
    }
  }
  return std::min(p, 1.0);
}

}  // namespace gatewatch
