// SPDX-License-Identifier: MIT
//
// How it works. Features are brought to mean 0 and deviation 1, then b becomes b + H^-1 g until it
// stays, g being the gradient of the penalized likelihood and H the negative of its second
// derivatives, which the penalty makes positive definite: Cholesky's method solves it.
#include "alerts/hazard_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace gatewatch::alerts {
namespace {

constexpr size_t kTerms = kHazardFeatures + 1;
constexpr double kLeastScale = 1e-6;  // a deviation below it is none
constexpr double kLeastPivot = 1e-12;
constexpr double kMaxLogOdds = 30;  // beyond, exp() tells nothing more

using Vector = std::array<double, kTerms>;
using Matrix = std::array<Vector, kTerms>;

double probability(double log_odds) {
  return 1 / (1 + std::exp(-std::clamp(log_odds, -kMaxLogOdds, kMaxLogOdds)));
}

double log_odds(const Vector& coefficients, const Vector& terms) {
  double sum = 0;
  for (size_t j = 0; j < kTerms; ++j) {
    sum += coefficients[j] * terms[j];
  }
  return sum;
}

struct Row {
  Vector terms;
  double outcome;
};

// The penalized likelihood's logarithm.
double likelihood(const std::vector<Row>& rows, const Vector& coefficients) {
  double sum = 0;
  for (const Row& row : rows) {
    const double odds = std::clamp(log_odds(coefficients, row.terms), -kMaxLogOdds, kMaxLogOdds);
    sum += kHourWeight * (row.outcome * odds - std::log1p(std::exp(odds)));
  }
  for (size_t j = 0; j < kHazardFeatures; ++j) {
    sum -= kRidge / 2 * coefficients[j] * coefficients[j];
  }
  return sum;
}

void add_derivatives(const std::vector<Row>& rows, const Vector& coefficients, Vector& gradient,
                     Matrix& hessian) {
  for (const Row& row : rows) {
    const double p = probability(log_odds(coefficients, row.terms));
    const double pull = kHourWeight * (row.outcome - p);
    const double weight = kHourWeight * p * (1 - p);
    for (size_t j = 0; j < kTerms; ++j) {
      gradient[j] += pull * row.terms[j];
      const double weighted = weight * row.terms[j];
      for (size_t k = 0; k <= j; ++k) {
        hessian[j][k] += weighted * row.terms[k];
      }
    }
  }
  for (size_t j = 0; j < kHazardFeatures; ++j) {
    gradient[j] -= kRidge * coefficients[j];
    hessian[j][j] += kRidge;
  }
}

// Solves H x = g by Cholesky's method, reading the lower half of H; false where H is singular.
bool solve(Matrix hessian, Vector gradient, Vector& step) {
  for (size_t j = 0; j < kTerms; ++j) {
    for (size_t k = 0; k <= j; ++k) {
      double sum = hessian[j][k];
      for (size_t i = 0; i < k; ++i) {
        sum -= hessian[j][i] * hessian[k][i];
      }
      if (j == k && !(sum > kLeastPivot)) {
        return false;
      }
      hessian[j][k] = j == k ? std::sqrt(sum) : sum / hessian[k][k];
    }
  }
  for (size_t j = 0; j < kTerms; ++j) {
    for (size_t i = 0; i < j; ++i) {
      gradient[j] -= hessian[j][i] * gradient[i];
    }
    gradient[j] /= hessian[j][j];
  }
  for (size_t j = kTerms; j-- > 0;) {
    for (size_t i = j + 1; i < kTerms; ++i) {
      gradient[j] -= hessian[i][j] * gradient[i];
    }
    gradient[j] /= hessian[j][j];
  }
  step = gradient;
  return true;
}

// Newton's method from `coefficients`; false where it came to no end.
bool maximize(const std::vector<Row>& rows, Vector& coefficients) {
  double best = likelihood(rows, coefficients);
  for (int i = 0; i < kMaxNewtonSteps; ++i) {
    Vector gradient{};
    Matrix hessian{};
    add_derivatives(rows, coefficients, gradient, hessian);
    Vector step{};
    if (!solve(hessian, gradient, step)) {
      return false;
    }
    const double longest = std::abs(*std::max_element(
        step.begin(), step.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
    if (longest < kNewtonEnd) {
      return true;
    }
    bool is_better = false;
    for (int halvings = 0; halvings < kMaxHalvings && !is_better; ++halvings) {
      Vector moved = coefficients;
      for (size_t j = 0; j < kTerms; ++j) {
        moved[j] += std::ldexp(step[j], -halvings);
      }
      const double reached = likelihood(rows, moved);
      if (reached > best) {
        best = reached;
        coefficients = moved;
        is_better = true;
      }
    }
    if (!is_better) {
      return true;  // as good as doubles can tell
    }
  }
  return false;
}

}  // namespace

HazardModel::Range HazardModel::range_of(std::span<const HazardExample> examples, size_t feature) {
  Range range{.low = examples.front().features[feature],
              .high = examples.front().features[feature]};
  double sum = 0;
  double squares = 0;
  for (const HazardExample& example : examples) {
    const float value = example.features[feature];
    sum += value;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  const auto count = static_cast<double>(examples.size());
  range.mean = sum / count;
  for (const HazardExample& example : examples) {
    const double difference = example.features[feature] - range.mean;
    squares += difference * difference;
  }
  const double deviation = std::sqrt(squares / count);
  range.scale = deviation < kLeastScale ? std::numeric_limits<double>::infinity() : deviation;
  return range;
}

std::optional<HazardModel> HazardModel::fit(std::span<const HazardExample> examples) {
  const auto troubles = std::count_if(examples.begin(), examples.end(),
                                      [](const auto& example) { return example.has_trouble; });
  const auto total = static_cast<double>(examples.size());
  if (troubles == 0 || troubles == std::ssize(examples)) {
    return std::nullopt;
  }
  HazardModel model;
  for (size_t j = 0; j < kHazardFeatures; ++j) {
    model.ranges_[j] = range_of(examples, j);
  }
  std::vector<Row> rows(examples.size());
  for (size_t i = 0; i < examples.size(); ++i) {
    rows[i].outcome = examples[i].has_trouble ? 1 : 0;
    rows[i].terms[kHazardFeatures] = 1;
    for (size_t j = 0; j < kHazardFeatures; ++j) {
      rows[i].terms[j] = (examples[i].features[j] - model.ranges_[j].mean) / model.ranges_[j].scale;
    }
  }
  const double share = static_cast<double>(troubles) / total;
  model.coefficients_[kHazardFeatures] = std::log(share / (1 - share));
  return maximize(rows, model.coefficients_) ? std::optional(model) : std::nullopt;
}

double HazardModel::hazard(const HazardFeatures& features) const {
  Vector terms{};
  for (size_t j = 0; j < kHazardFeatures; ++j) {
    const Range& range = ranges_[j];
    terms[j] = (std::clamp(features[j], range.low, range.high) - range.mean) / range.scale;
  }
  terms[kHazardFeatures] = 1;
  return probability(log_odds(coefficients_, terms));
}

double HazardModel::coefficient(HazardFeature feature) const {
  return coefficients_[static_cast<size_t>(feature)];
}

}  // namespace gatewatch::alerts
