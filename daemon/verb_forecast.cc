// SPDX-License-Identifier: MIT
//
// `forecast`: what an early warning would have been worth for each target, and what it says now.
#include <array>
#include <cstdio>
#include <iostream>

#include "alerts/forecast.h"
#include "core/text.h"
#include "daemon/forecasts.h"
#include "daemon/text_table.h"
#include "daemon/verbs.h"
#include "storage/history.h"

namespace gatewatch::daemon {
namespace {

using alerts::Forecast;
using alerts::HazardFigures;

std::string number(double value, const char* format) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, value);
  return buffer.data();
}

std::string share(const std::optional<double>& value) {
  return value ? number(*value * 100, "%.0f%%") : "-";
}

std::vector<std::string> row_of(const std::string& target, const std::string& way,
                                const HazardFigures& figures) {
  return {target,
          way,
          share(figures.precision()),
          share(figures.recall()),
          figures.lead_time ? humanize_duration(*figures.lead_time) : "-",
          number(figures.alarms_per_month, "%.1f"),
          figures.alarms == 0
              ? "-"
              : std::to_string(figures.right_alarms) + " of " + std::to_string(figures.alarms)};
}

void print_figures(const std::vector<Forecast>& forecasts) {
  std::vector<std::vector<std::string>> rows{
      {"TARGET", "WARNING", "PRECISION", "RECALL", "LEAD TIME", "A MONTH", "CAME TRUE"}};
  for (const Forecast& forecast : forecasts) {
    if (forecast.report.tested_hours == 0) {
      continue;
    }
    HazardFigures never;
    never.onsets = forecast.report.model.onsets;
    rows.push_back(row_of(forecast.target, "by hazard", forecast.report.model));
    rows.push_back(row_of("", "never", never));
    rows.push_back(row_of("", "7 days after each", forecast.report.recent));
  }
  if (rows.size() > 1) {
    std::cout << text_table(rows) << '\n';
  }
}

void print_verdicts(const std::vector<Forecast>& forecasts) {
  std::vector<std::vector<std::string>> rows{{"TARGET", "INCIDENTS", "HAZARD", "VERDICT"}};
  for (const Forecast& forecast : forecasts) {
    rows.push_back({forecast.target, std::to_string(forecast.report.onsets), share(forecast.hazard),
                    alerts::verdict_of(forecast)});
  }
  std::cout << text_table(rows);
}

// The targets that are watched; or the one that was asked for. Says on stderr where there is none.
std::optional<std::vector<std::string>> targets_of(const Settings& settings,
                                                   const std::string& subject) {
  std::vector<std::string> names;
  for (const ProbedTarget& probed : settings.targets) {
    if (!probed.target.is_control && (subject.empty() || probed.target.name == subject)) {
      names.push_back(probed.target.name);
    }
  }
  if (!names.empty() || subject.empty()) {
    return names;
  }
  std::vector<std::string_view> known;
  for (const ProbedTarget& probed : settings.targets) {
    known.push_back(probed.target.name);
  }
  const std::string_view near = closest(subject, known);
  std::cerr << "gatewatch: there is no target \"" << subject << '"'
            << (near.empty() ? "" : " (did you mean \"" + std::string(near) + "\"?)") << '\n';
  return std::nullopt;
}

}  // namespace

ExitCode forecast(const Command& command) {
  const std::optional<Settings> settings = load_for_tool(command);
  if (!settings) {
    return ExitCode::Config;
  }
  const auto targets = targets_of(*settings, command.subject);
  if (!targets) {
    return ExitCode::Usage;
  }
  // Throws where there is no database.
  static_cast<void>(storage::find_incidents(settings->storage.path, {.limit = 1}));
  Forecasts forecasts(settings->storage.path);
  const std::vector<Forecast> made =
      forecasts.make(*targets, system_clock().wall(), [] { return true; });
  if (command.json) {
    std::cout << alerts::to_json(made) << '\n';
    return ExitCode::Fine;
  }
  print_figures(made);
  print_verdicts(made);
  return ExitCode::Fine;
}

}  // namespace gatewatch::daemon
