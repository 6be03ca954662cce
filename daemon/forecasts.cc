// SPDX-License-Identifier: MIT
//
// How it works. Probes come from the database in the order of time, for all targets at once; before
// each the target's incidents and certificates up to then are told to its history. Where another
// target has had enough incidents to be looked at, its probes are missing, and all is read anew.
#include "daemon/forecasts.h"

#include <algorithm>
#include <utility>

#include "alerts/early_warning.h"
#include "alerts/hazard_backtest.h"
#include "core/incident.h"
#include "storage/past.h"

namespace gatewatch::daemon {
namespace {

constexpr Duration kHour = std::chrono::hours(1);

}  // namespace

void Forecasts::Learnt::take_events(WallTime until) {
  for (; next_event < events.size() && events[next_event].at < until; ++next_event) {
    const Event& event = events[next_event];
    switch (event.kind) {
      case Event::Kind::Opened:
        history.open_incident(event.at);
        break;
      case Event::Kind::Resolved:
        if (history.is_in_trouble()) {
          history.close_incident(event.at);
        }
        break;
      case Event::Kind::Certificate:
        history.see_certificate(event.at, event.not_before, event.not_after);
        break;
    }
  }
}

void Forecasts::forget() {
  learnt_.clear();
  observed_.clear();
  read_until_.reset();
}

// Leaves for each target what lies between what was read before and `until`.
void Forecasts::read_events(const std::vector<std::string>& targets, WallTime until) {
  for (const std::string& target : targets) {
    learnt_.try_emplace(target);
  }
  std::erase_if(learnt_, [&targets](const auto& entry) {
    return std::find(targets.begin(), targets.end(), entry.first) == targets.end();
  });
  for (auto& [target, learnt] : learnt_) {
    learnt.events.clear();
    learnt.next_event = 0;
  }
  const auto add = [&](const std::string& target, const Event& event) {
    const auto known = learnt_.find(target);
    if (known != learnt_.end() && event.at < until && (!read_until_ || event.at >= *read_until_)) {
      known->second.events.push_back(event);
    }
  };
  for (const storage::PastIncident& incident : storage::past_incidents(path_)) {
    if (incident.detected_by == kDetectedBySelf ||
        incident.detected_by == alerts::kDetectedByForecast) {
      continue;
    }
    add(incident.target, {.kind = Event::Kind::Opened, .at = incident.opened_at});
    if (incident.resolved_at) {
      add(incident.target, {.kind = Event::Kind::Resolved,
                            .at = std::max(*incident.resolved_at, incident.opened_at)});
    }
  }
  for (const storage::PastCertificate& certificate : storage::past_certificates(path_)) {
    add(certificate.target, {.kind = Event::Kind::Certificate,
                             .at = certificate.first_seen,
                             .not_before = certificate.not_before,
                             .not_after = certificate.not_after});
  }
  for (auto& [target, learnt] : learnt_) {
    std::stable_sort(learnt.events.begin(), learnt.events.end(),
                     [](const Event& a, const Event& b) { return a.at < b.at; });
  }
}

std::set<std::string> Forecasts::with_enough_incidents() const {
  std::set<std::string> names;
  for (const auto& [target, learnt] : learnt_) {
    const auto opened =
        std::count_if(learnt.events.begin(), learnt.events.end(),
                      [](const Event& event) { return event.kind == Event::Kind::Opened; });
    if (learnt.history.onsets().size() + static_cast<size_t>(opened) >= alerts::kOnsetsNeeded) {
      names.insert(target);
    }
  }
  return names;
}

bool Forecasts::read_probes(WallTime until, const std::function<bool()>& go_on) {
  const std::vector<std::string> names(observed_.begin(), observed_.end());
  std::vector<Learnt*> histories;
  std::transform(names.begin(), names.end(), std::back_inserter(histories),
                 [this](const std::string& name) { return &learnt_.at(name); });
  const WallTime oldest = until - std::chrono::hours(static_cast<int64_t>(alerts::kMaxHazardHours));
  bool is_whole = true;
  storage::for_each_past_probe(path_, names, read_until_.value_or(oldest), until,
                               [&](const storage::PastProbe& probe) {
                                 Learnt& learnt = *histories[probe.target];
                                 learnt.take_events(probe.at + std::chrono::microseconds(1));
                                 learnt.history.add_probe(probe.at, probe.outcome, probe.phases);
                                 is_whole = is_whole && go_on();
                                 return is_whole;
                               });
  return is_whole;
}

std::vector<alerts::Forecast> Forecasts::make(const std::vector<std::string>& targets, WallTime now,
                                              const std::function<bool()>& go_on) {
  const WallTime until = std::chrono::floor<std::chrono::hours>(now);
  const bool has_new = std::any_of(targets.begin(), targets.end(), [this](const auto& target) {
    return !learnt_.contains(target);
  });
  if (has_new || (read_until_ && *read_until_ > until)) {
    forget();
  }
  read_events(targets, until);
  std::set<std::string> enough = with_enough_incidents();
  if (!std::includes(observed_.begin(), observed_.end(), enough.begin(), enough.end())) {
    forget();
    read_events(targets, until);
  }
  observed_ = std::move(enough);
  if (!read_probes(until, go_on)) {
    forget();
    return {};
  }
  read_until_ = until;
  std::vector<alerts::Forecast> made;
  for (const std::string& target : targets) {
    Learnt& learnt = learnt_.at(target);
    learnt.take_events(until);
    learnt.history.advance(until);
    if (!learnt.tested_at || until - *learnt.tested_at >= kRetestEvery - kHour / 2) {
      if (observed_.contains(target) && !go_on()) {
        return {};
      }
      learnt.report = alerts::backtest(learnt.history, until);
      learnt.tested_at = until;
    }
    made.push_back(alerts::forecast(target, learnt.history, learnt.report, until));
  }
  return made;
}

}  // namespace gatewatch::daemon
