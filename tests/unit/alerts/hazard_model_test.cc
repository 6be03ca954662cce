// SPDX-License-Identifier: MIT
#include "alerts/hazard_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/id.h"

namespace gatewatch::alerts {
namespace {

constexpr auto kFirst = static_cast<size_t>(HazardFeature::FirstByteDrift);

HazardFeatures drifting(float drift) {
  HazardFeatures features{};
  features[kFirst] = drift;
  return features;
}

// `count` examples, of which so many had a trouble.
void add(std::vector<HazardExample>& examples, float drift, int count, int troubles) {
  for (int i = 0; i < count; ++i) {
    examples.push_back({drifting(drift), i < troubles});
  }
}

TEST(HazardModel, NeedsExamplesOfBothSorts) {
  std::vector<HazardExample> examples;
  EXPECT_FALSE(HazardModel::fit(examples).has_value());
  add(examples, 0, 100, 0);
  EXPECT_FALSE(HazardModel::fit(examples).has_value());
  add(examples, 0, 1, 1);
  EXPECT_TRUE(HazardModel::fit(examples).has_value());
}

TEST(HazardModel, WithoutAnythingToTellThemApartSaysTheShare) {
  std::vector<HazardExample> examples;
  add(examples, 0, 1'000, 150);
  const auto model = HazardModel::fit(examples);
  ASSERT_TRUE(model.has_value());
  EXPECT_NEAR(model->hazard(drifting(0)), 0.15, 1e-9);
  EXPECT_EQ(model->coefficient(HazardFeature::FirstByteDrift), 0.0);
}

// With two groups of examples logistic regression without a penalty says each group's own share;
// the more examples, the less the penalty matters.
TEST(HazardModel, ComesNearTheSharesOfTwoGroupsWithManyExamples) {
  std::vector<HazardExample> examples;
  add(examples, 0, 50'000, 5'000);
  add(examples, 4, 50'000, 40'000);
  const auto model = HazardModel::fit(examples);
  ASSERT_TRUE(model.has_value());
  EXPECT_NEAR(model->hazard(drifting(0)), 0.1, 0.005);
  EXPECT_NEAR(model->hazard(drifting(4)), 0.8, 0.005);
}

TEST(HazardModel, BelievesFewExamplesLess) {
  std::vector<HazardExample> examples;
  add(examples, 0, 100, 0);
  add(examples, 4, 5, 5);
  const auto model = HazardModel::fit(examples);
  ASSERT_TRUE(model.has_value());
  EXPECT_GT(model->hazard(drifting(4)), model->hazard(drifting(0)));
  EXPECT_LT(model->hazard(drifting(4)), 0.6);
}

// At the maximum of w * sum (y log p + (1 - y) log(1 - p)) - ridge / 2 * b^2 the derivatives
// vanish: w * sum (y - p) = 0, and w * sum (y - p) z = ridge * b for the standardized feature z.
TEST(HazardModel, IsWhereTheDerivativesOfThePenalizedLikelihoodVanish) {
  Rng rng(7);
  std::vector<HazardExample> examples;
  for (int i = 0; i < 2'000; ++i) {
    const float drift = static_cast<float>(rng.next() % 600) / 100.0F;
    examples.push_back({drifting(drift), rng.next() % 100 < 5 + static_cast<uint64_t>(drift * 10)});
  }
  const auto model = HazardModel::fit(examples);
  ASSERT_TRUE(model.has_value());
  double mean = 0;
  double squares = 0;
  for (const HazardExample& example : examples) {
    mean += example.features[kFirst] / 2'000;
  }
  for (const HazardExample& example : examples) {
    squares += std::pow(example.features[kFirst] - mean, 2) / 2'000;
  }
  double by_constant = 0;
  double by_drift = 0;
  for (const HazardExample& example : examples) {
    const double rest = (example.has_trouble ? 1 : 0) - model->hazard(example.features);
    by_constant += kHourWeight * rest;
    by_drift += kHourWeight * rest * (example.features[kFirst] - mean) / std::sqrt(squares);
  }
  EXPECT_NEAR(by_constant, 0, 1e-6);
  EXPECT_NEAR(by_drift, kRidge * model->coefficient(HazardFeature::FirstByteDrift), 1e-6);
}

TEST(HazardModel, ForetellsNothingFromWhatItNeverSaw) {
  std::vector<HazardExample> examples;
  add(examples, 0, 1'000, 50);
  add(examples, 1, 1'000, 500);
  const auto model = HazardModel::fit(examples);
  ASSERT_TRUE(model.has_value());
  EXPECT_EQ(model->hazard(drifting(1'000)), model->hazard(drifting(1)));
  EXPECT_EQ(model->hazard(drifting(-1'000)), model->hazard(drifting(0)));
}

TEST(HazardModel, StaysFiniteWhereAFeatureTellsThemApartWhollyAndFeaturesAreTheSame) {
  std::vector<HazardExample> examples;
  for (int i = 0; i < 2'000; ++i) {
    HazardExample example;
    example.has_trouble = i % 2 == 0;
    example.features.fill(example.has_trouble ? 6.0F : 0.0F);
    examples.push_back(example);
  }
  const auto model = HazardModel::fit(examples);
  ASSERT_TRUE(model.has_value());
  const double hazard = model->hazard(examples.front().features);
  EXPECT_GT(hazard, 0.9);
  EXPECT_LT(hazard, 1.0);
}

}  // namespace
}  // namespace gatewatch::alerts
