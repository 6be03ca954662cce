// SPDX-License-Identifier: MIT
#include "daemon/foretelling.h"

#include <algorithm>
#include <utility>

namespace gatewatch::daemon {

void Foretelling::configure(const Settings& settings) {
  targets_.clear();
  for (const std::string& name : settings.forecast_targets()) {
    targets_.emplace(name, settings.find_target(name)->target);
  }
  keep_to_targets();
}

void Foretelling::restore(std::vector<Incident>& remembered) {
  std::erase_if(remembered, [this](Incident& incident) {
    const bool is_warning = incident.detected_by == alerts::kDetectedByForecast;
    if (is_warning && incident.is_open()) {
      warnings_.restore(std::move(incident));
    }
    return is_warning;
  });
  keep_to_targets();
}

void Foretelling::begin(const std::string& database_path, const Clock& clock) {
  forecaster_ = std::make_unique<Forecaster>(
      database_path, clock, [this](std::vector<alerts::Forecast> forecasts) {
        loop_.post([this, made = std::move(forecasts)] { take(made); });
      });
  keep_to_targets();
}

void Foretelling::incident_came(const std::string& target) {
  if (const auto over = warnings_.incident_came(target, now())) {
    tell_(*over);
  }
}

void Foretelling::take(const std::vector<alerts::Forecast>& forecasts) {
  for (const alerts::Forecast& forecast : forecasts) {
    const auto target = targets_.find(forecast.target);
    if (target == targets_.end()) {
      continue;
    }
    if (const auto change = warnings_.observe(target->second, forecast, now())) {
      tell_(*change);
    }
  }
}

// Ends warnings of targets that are no longer to be warned of, and makes no forecasts of them.
void Foretelling::keep_to_targets() {
  std::set<std::string> names;
  for (const auto& [name, target] : targets_) {
    names.insert(name);
  }
  for (const alerts::Change& change : warnings_.keep_only(names, now())) {
    tell_(change);
  }
  if (forecaster_ != nullptr) {
    forecaster_->set_targets({names.begin(), names.end()});
  }
}

}  // namespace gatewatch::daemon
