// SPDX-License-Identifier: MIT
//
// A thread that makes forecasts once an hour: what they are learnt from has no place on the loop.
//
// Thread: any for the verbs. Limits: one forecast at a time; what is asked for meanwhile is made
// once, after it.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "alerts/forecast.h"
#include "core/mutex.h"
#include "core/time.h"

namespace gatewatch::daemon {

// So long after a full hour all of its probes are stored.
inline constexpr Duration kForecastDelay = std::chrono::minutes(5);

// When the next forecast is to be made: kForecastDelay after a full hour, later than `now`.
[[nodiscard]] WallTime next_forecast(WallTime now);

class Forecaster {
 public:
  // `on_forecasts` is called on the thread with one forecast for each target, at each making.
  // Requires: `clock` outlives it.
  Forecaster(std::string database_path, const Clock& clock,
             std::function<void(std::vector<alerts::Forecast>)> on_forecasts);
  // Waits until the thread has ended, which takes up reading within a page of the database and a
  // back-test within one target.
  ~Forecaster();
  Forecaster(const Forecaster&) = delete;
  Forecaster& operator=(const Forecaster&) = delete;

  // Forecasts are of these from now on. None: nothing is read.
  void set_targets(std::vector<std::string> targets);
  // Makes a forecast now.
  void request();

 private:
  void run();
  // The targets to forecast for; waits until there is something to do. Empty: it is to end.
  [[nodiscard]] std::vector<std::string> wait_for_work();
  [[nodiscard]] bool goes_on();

  const std::string path_;
  const Clock& clock_;
  const std::function<void(std::vector<alerts::Forecast>)> on_forecasts_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> targets_ GW_GUARDED_BY(mutex_);
  bool requested_ GW_GUARDED_BY(mutex_) = false;
  bool stopping_ GW_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace gatewatch::daemon
