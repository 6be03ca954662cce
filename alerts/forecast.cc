// SPDX-License-Identifier: MIT
#include "alerts/forecast.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace gatewatch::alerts {
namespace {

using Json = nlohmann::json;

Json rounded(const std::optional<double>& value) {
  return value ? Json(std::round(*value * 1'000) / 1'000) : Json();
}

Json json_of(const HazardFigures& figures) {
  return {{"precision", rounded(figures.precision())},
          {"recall", rounded(figures.recall())},
          {"f1", rounded(figures.f1())},
          {"incidents", figures.onsets},
          {"caught", figures.caught},
          {"alarms", figures.alarms},
          {"right_alarms", figures.right_alarms},
          {"alarms_per_month", rounded(figures.alarms_per_month)},
          {"lead_time_seconds",
           figures.lead_time ? Json(std::llround(to_seconds(*figures.lead_time))) : Json()}};
}

Json json_of(const Forecast& forecast) {
  const HazardReport& report = forecast.report;
  HazardFigures never;
  never.onsets = report.model.onsets;
  return {{"target", forecast.target},
          {"verdict", report.warns ? "warns" : "silent"},
          {"reason", report.warns ? Json() : Json(report.reason)},
          {"incidents", report.onsets},
          {"tested_hours", report.tested_hours},
          {"tested_from", report.tested_from ? Json(format_utc(*report.tested_from)) : Json()},
          {"horizon_seconds", std::llround(to_seconds(kHorizon))},
          {"model", json_of(report.model)},
          {"baselines",
           {{"always_no", json_of(never)}, {"incident_in_last_7d", json_of(report.recent)}}},
          {"hazard", rounded(forecast.hazard)},
          {"warn_at", kWarnAt},
          {"certificate_ends",
           forecast.certificate_ends ? Json(format_utc(*forecast.certificate_ends)) : Json()}};
}

}  // namespace

std::optional<WallTime> ending_soon(const HazardHistory::Certificate& certificate, WallTime now) {
  const Duration left = certificate.not_after - now;
  const Duration life = certificate.not_after - certificate.not_before;
  const bool is_soon = left > Duration::zero() && left < kMostNotice &&
                       to_seconds(left) < kNoticeShare * to_seconds(life);
  return is_soon ? std::optional(certificate.not_after) : std::nullopt;
}

Forecast forecast(std::string target, const HazardHistory& history, WallTime now) {
  return forecast(std::move(target), history, backtest(history, now), now);
}

Forecast forecast(std::string target, const HazardHistory& history, HazardReport report,
                  WallTime now) {
  Forecast made{.target = std::move(target),
                .report = std::move(report),
                .hazard = std::nullopt,
                .certificate_ends = std::nullopt,
                .is_in_trouble = history.is_in_trouble()};
  if (made.report.warns) {
    made.hazard = hazard_now(history, now);
  }
  if (history.certificate()) {
    made.certificate_ends = ending_soon(*history.certificate(), now);
  }
  return made;
}

std::string verdict_of(const Forecast& forecast) {
  std::string text = forecast.report.warns ? "warns" : "silent: " + forecast.report.reason;
  if (forecast.certificate_ends) {
    text += "; certain: its certificate ends at " + format_utc(*forecast.certificate_ends);
  }
  return text;
}

std::string figures_of(const HazardFigures& figures) {
  if (figures.alarms == 0) {
    return "never warned, caught none of " + std::to_string(figures.onsets) + " incidents";
  }
  std::string text = std::to_string(figures.right_alarms) + " of " +
                     std::to_string(figures.alarms) + " warnings came true, " +
                     std::to_string(figures.caught) + " of " + std::to_string(figures.onsets) +
                     " incidents were foretold";
  if (figures.lead_time) {
    text += ", " + humanize_duration(*figures.lead_time) + " before";
  }
  return text;
}

std::string to_json(std::span<const Forecast> forecasts) {
  Json all = Json::array();
  for (const Forecast& forecast : forecasts) {
    all.push_back(json_of(forecast));
  }
  return all.dump();
}

}  // namespace gatewatch::alerts
