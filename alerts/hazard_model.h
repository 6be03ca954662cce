// SPDX-License-Identifier: MIT
//
// Logistic regression with a ridge penalty: from the features of an hour to the probability that a
// trouble begins soon after it.
//
//   p(x) = 1 / (1 + exp(-(b0 + sum_j b_j (x_j - mean_j) / scale_j)))
//
// (D. R. Cox, "The regression analysis of binary sequences", J. R. Stat. Soc. B 20(2), 1958),
// fitted by maximizing sum_i w l_i(b) - (kRidge / 2) sum_j b_j^2, b0 without penalty (S. le Cessie,
// J. C. van Houwelingen, "Ridge estimators in logistic regression", Appl. Stat. 41(1), 1992), with
// Newton's method, which is iteratively reweighted least squares (P. McCullagh, J. A. Nelder,
// "Generalized Linear Models", 2nd ed. 1989, section 4.4); a step that makes it worse is halved.
//
// Every hour counts w = kHourWeight only: the hours of a day tell nearly the same, and a target
// with ten troubles is no evidence of 240.
//
// Thread: any. No I/O, no clock, no chance: the same examples give the same model.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "alerts/hazard_features.h"

namespace gatewatch::alerts {

inline constexpr double kRidge = 1;
inline constexpr double kHourWeight = 1.0 / 24;
inline constexpr int kMaxNewtonSteps = 50;
inline constexpr int kMaxHalvings = 30;     // of one step
inline constexpr double kNewtonEnd = 1e-7;  // a step that moves no coefficient further is the last

struct HazardExample {
  HazardFeatures features{};
  bool has_trouble = false;  // one began soon after
};

class HazardModel {
 public:
  // Empty where the examples are all of one sort or Newton's method came to no end.
  [[nodiscard]] static std::optional<HazardModel> fit(std::span<const HazardExample> examples);

  // 0 to 1. A feature outside the range it had in the examples counts as the end of that range:
  // nothing is foretold from what was never seen.
  [[nodiscard]] double hazard(const HazardFeatures& features) const;

  // Per deviation of the feature in the examples; zero for one that was always the same.
  [[nodiscard]] double coefficient(HazardFeature feature) const;

 private:
  // How a feature looked in the examples.
  struct Range {
    double mean = 0;
    double scale = 1;  // the deviation; infinite for one that was always the same
    float low = 0;
    float high = 0;
  };

  [[nodiscard]] static Range range_of(std::span<const HazardExample> examples, size_t feature);

  std::array<Range, kHazardFeatures> ranges_{};
  std::array<double, kHazardFeatures + 1> coefficients_{};  // the last is b0
};

}  // namespace gatewatch::alerts
