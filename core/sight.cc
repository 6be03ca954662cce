// SPDX-License-Identifier: MIT
#include "core/sight.h"

#include <algorithm>
#include <cmath>

namespace gatewatch {
namespace {

constexpr int kSteps = 40;     // of bisection, to 1e-12
constexpr double kUnseen = 2;  // no rate is
constexpr int64_t kMostTerms = 10'000'000;

}  // namespace

double chance_of_at_least(int64_t least, int64_t probes, double rate) {
  if (least <= 0) {
    return 1;
  }
  if (least > probes || rate <= 0) {
    return 0;
  }
  if (rate >= 1) {
    return 1;
  }
  const auto n = static_cast<double>(probes);
  double below = 0;
  for (int64_t i = 0; i < std::min(least, kMostTerms); ++i) {
    const auto k = static_cast<double>(i);
    below += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                      k * std::log(rate) + (n - k) * std::log1p(-rate));
  }
  return std::clamp(1 - below, 0.0, 1.0);
}

double least_rate_seen(const Rule& rule, Duration interval) {
  const int64_t probes = rule.window / interval;
  const auto by_rate =
      static_cast<int64_t>(std::ceil(rule.threshold * static_cast<double>(probes) - 1e-9));
  const int64_t needed = std::max<int64_t>(rule.min_bad, by_rate);
  if (probes < rule.min_probes || probes < needed) {
    return kUnseen;
  }
  double low = 0;
  double high = 1;
  for (int i = 0; i < kSteps; ++i) {
    const double middle = (low + high) / 2;
    (chance_of_at_least(needed, probes, middle) >= kSure ? high : low) = middle;
  }
  return high;
}

Duration time_to_first_bad(double rate, Duration interval) {
  return interval * static_cast<int64_t>(std::ceil(std::log(1 - kSure) / std::log1p(-rate)));
}

}  // namespace gatewatch
