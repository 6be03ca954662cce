// SPDX-License-Identifier: MIT
#include "daemon/forecaster.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/support/temp_dir.h"

namespace gatewatch::daemon {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kTen{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 10h};

TEST(NextForecast, IsFiveMinutesAfterAFullHour) {
  EXPECT_EQ(next_forecast(kTen), kTen + 5min);
  EXPECT_EQ(next_forecast(kTen + 4min + 59s), kTen + 5min);
  EXPECT_EQ(next_forecast(kTen + 5min), kTen + 65min);
  EXPECT_EQ(next_forecast(kTen + 59min), kTen + 65min);
}

TEST(Forecaster, MakesAForecastForEachTargetWhenAsked) {
  const testing::TempDir folder;
  std::promise<std::vector<alerts::Forecast>> made;
  Forecaster forecaster(
      folder.file("none.db"), system_clock(),
      [&](std::vector<alerts::Forecast> forecasts) { made.set_value(std::move(forecasts)); });
  forecaster.set_targets({"shop", "blog"});
  forecaster.request();
  std::future<std::vector<alerts::Forecast>> answer = made.get_future();
  ASSERT_EQ(answer.wait_for(10s), std::future_status::ready);
  const std::vector<alerts::Forecast> forecasts = answer.get();
  ASSERT_EQ(forecasts.size(), 2U);
  EXPECT_EQ(forecasts[0].target, "shop");
  EXPECT_EQ(forecasts[1].target, "blog");
}

TEST(Forecaster, EndsWhileItHasNothingToDo) {
  const testing::TempDir folder;
  Forecaster forecaster(folder.file("none.db"), system_clock(),
                        [](const auto&) { ADD_FAILURE() << "there is no target"; });
  forecaster.request();
}

}  // namespace
}  // namespace gatewatch::daemon
