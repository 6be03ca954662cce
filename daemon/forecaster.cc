// SPDX-License-Identifier: MIT
#include "daemon/forecaster.h"

#include <algorithm>
#include <utility>

#include "core/log.h"
#include "core/text.h"
#include "daemon/forecasts.h"
#include "storage/error.h"

namespace gatewatch::daemon {
namespace {

// The wall clock is looked at again after so long, for it may be set.
constexpr Duration kLongestWait = std::chrono::minutes(1);

}  // namespace

WallTime next_forecast(WallTime now) {
  constexpr auto kDelay = std::chrono::duration_cast<std::chrono::microseconds>(kForecastDelay);
  return std::chrono::floor<std::chrono::hours>(now - kDelay) + std::chrono::hours(1) + kDelay;
}

Forecaster::Forecaster(std::string database_path, const Clock& clock,
                       std::function<void(std::vector<alerts::Forecast>)> on_forecasts)
    : path_(std::move(database_path)),
      clock_(clock),
      on_forecasts_(std::move(on_forecasts)),
      thread_([this] { run(); }) {}

Forecaster::~Forecaster() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Forecaster::set_targets(std::vector<std::string> targets) {
  MutexLock lock(mutex_);
  targets_ = std::move(targets);
}

void Forecaster::request() {
  {
    MutexLock lock(mutex_);
    requested_ = true;
  }
  changed_.notify_one();
}

std::vector<std::string> Forecaster::wait_for_work() {
  const WallTime due = next_forecast(clock_.wall());
  MutexLock lock(mutex_);
  while (!stopping_) {
    const Duration left = due - clock_.wall();
    // An hour passes in an hour: a longer wait tells that the clock was set back.
    const bool is_due = left <= Duration::zero() || left > std::chrono::hours(2);
    if ((requested_ || is_due) && !targets_.empty()) {
      requested_ = false;
      return targets_;
    }
    const Duration wait = is_due ? kLongestWait : std::min(left, kLongestWait);
    changed_.wait_until(mutex_, clock_.steady() + wait);
  }
  return {};
}

bool Forecaster::goes_on() {
  MutexLock lock(mutex_);
  return !stopping_;
}

void Forecaster::run() {
  Forecasts forecasts(path_);
  for (auto targets = wait_for_work(); !targets.empty(); targets = wait_for_work()) {
    try {
      std::vector<alerts::Forecast> made =
          forecasts.make(targets, clock_.wall(), [this] { return goes_on(); });
      if (!made.empty()) {
        on_forecasts_(std::move(made));
      }
    } catch (const storage::StorageError& error) {
      log(LogLevel::Warning, "no forecast", {{"reason", printable(error.what())}});
    }
  }
}

}  // namespace gatewatch::daemon
