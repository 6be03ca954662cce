// SPDX-License-Identifier: MIT
#include "alerts/early_warning.h"

#include <cmath>
#include <memory>
#include <utility>

namespace gatewatch::alerts {
namespace {

constexpr std::string_view kCame = "the incident it warned of has come";
constexpr std::string_view kOver = "no incident is foretold any more";
constexpr std::string_view kRemoved = "removed";

Verdict verdict_for(const Forecast& forecast) {
  Verdict verdict;
  const HazardReport& report = forecast.report;
  const std::string horizon = humanize_duration(kHorizon);
  if (forecast.certificate_ends) {
    const std::string ends = format_utc(*forecast.certificate_ends);
    verdict.summary = "The certificate ends at " + ends + '.';
    verdict.evidence.push_back("the newest certificate that the target showed ends at " + ends);
  } else {
    verdict.summary = "An incident within " + horizon + " is likely.";
  }
  if (forecast.hazard) {
    verdict.evidence.push_back("hazard within " + horizon + ": " +
                               std::to_string(std::lround(*forecast.hazard * 100)) + " %");
    verdict.evidence.push_back("on this target's past: " + figures_of(report.model));
    verdict.evidence.push_back("warning for 7 days after each incident: " +
                               figures_of(report.recent));
  }
  return verdict;
}

}  // namespace

std::optional<Change> EarlyWarning::observe(const Target& target, const Forecast& forecast,
                                            Instant now) {
  if (forecast.is_in_trouble) {
    return incident_came(target.name, now);
  }
  Watch& watch = watches_[target.name];
  watch.state.observe(forecast.hazard.value_or(0));
  const bool is_foretold = watch.state.is_on || forecast.certificate_ends.has_value();
  if (is_foretold == watch.incident.has_value()) {
    return std::nullopt;
  }
  return is_foretold ? open(watch, target, forecast, now) : resolve(watch, kOver, now);
}

std::optional<Change> EarlyWarning::incident_came(const std::string& target, Instant now) {
  const auto found = watches_.find(target);
  if (found == watches_.end()) {
    return std::nullopt;
  }
  found->second.state = {};
  return found->second.incident ? std::optional(resolve(found->second, kCame, now)) : std::nullopt;
}

std::vector<Change> EarlyWarning::keep_only(const std::set<std::string>& targets, Instant now) {
  std::vector<Change> changes;
  for (auto at = watches_.begin(); at != watches_.end();) {
    if (targets.contains(at->first)) {
      ++at;
      continue;
    }
    if (at->second.incident) {
      changes.push_back(resolve(at->second, kRemoved, now));
    }
    at = watches_.erase(at);
  }
  return changes;
}

void EarlyWarning::restore(Incident incident) {
  Watch& watch = watches_[incident.target];
  watch.state.is_on = true;
  watch.incident = std::move(incident);
}

std::vector<Incident> EarlyWarning::open_incidents() const {
  std::vector<Incident> open;
  for (const auto& [target, watch] : watches_) {
    if (watch.incident) {
      open.push_back(*watch.incident);
    }
  }
  return open;
}

Change EarlyWarning::open(Watch& watch, const Target& target, const Forecast& forecast,
                          Instant now) {
  watch.incident = Incident{.id = make_ulid(now.wall, ids_),
                            .target = target.name,
                            .url = target.url,
                            .tags = target.tags,
                            .rule = std::string(kEarlyWarningRule),
                            .severity = Severity::Warning,
                            .detected_by = std::string(kDetectedByForecast),
                            .verdict = verdict_for(forecast),
                            .opened_at = now.wall,
                            .resolved_at = std::nullopt,
                            .reason = {},
                            .total = {},
                            .counted_until = now.wall};
  return bare_change(Change::Kind::Opened, *watch.incident);
}

Change EarlyWarning::resolve(Watch& watch, std::string_view reason, Instant now) {
  watch.incident->resolved_at = now.wall;
  watch.incident->reason = reason;
  Change change = bare_change(Change::Kind::Resolved, *watch.incident);
  watch.incident.reset();
  return change;
}

}  // namespace gatewatch::alerts
