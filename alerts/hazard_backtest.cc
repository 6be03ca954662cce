// SPDX-License-Identifier: MIT
#include "alerts/hazard_backtest.h"

#include <algorithm>
#include <cmath>

namespace gatewatch::alerts {
namespace {

constexpr Duration kReach = kWarningTime + kHorizon;
constexpr double kHoursPerMonth = 30.0 * 24;

using Onsets = std::deque<WallTime>;

// What became of an hour.
enum class Sequel { Quiet, Onset, TooLate, Unknown };

// Onsets are known up to `until`.
Sequel sequel_of(WallTime at, const Onsets& onsets, WallTime until) {
  if (at + kReach > until) {
    return Sequel::Unknown;
  }
  const auto next = std::upper_bound(onsets.begin(), onsets.end(), at);
  if (next == onsets.end() || *next - at > kReach) {
    return Sequel::Quiet;
  }
  return *next - at > kWarningTime ? Sequel::Onset : Sequel::TooLate;
}

size_t onsets_by(const Onsets& onsets, WallTime now) {
  return static_cast<size_t>(std::upper_bound(onsets.begin(), onsets.end(), now) - onsets.begin());
}

// Onsets before the first recorded hour are of no use: nothing is known of what led to them.
Onsets recorded(const std::deque<HazardHour>& hours, const Onsets& onsets) {
  if (hours.empty()) {
    return onsets;
  }
  return {std::upper_bound(onsets.begin(), onsets.end(), hours.front().at), onsets.end()};
}

std::optional<Duration> median(std::vector<Duration> lengths) {
  if (lengths.empty()) {
    return std::nullopt;
  }
  const auto middle = lengths.begin() + std::ssize(lengths) / 2;
  std::nth_element(lengths.begin(), middle, lengths.end());
  return *middle;
}

// P(X >= successes) for X binomial.
double binomial_tail(int trials, int successes, double probability) {
  if (successes <= 0 || probability >= 1) {
    return 1;
  }
  if (probability <= 0) {
    return 0;
  }
  double tail = 0;
  for (int k = successes; k <= trials; ++k) {
    tail +=
        std::exp(std::lgamma(trials + 1.0) - std::lgamma(k + 1.0) - std::lgamma(trials - k + 1.0) +
                 k * std::log(probability) + (trials - k) * std::log1p(-probability));
  }
  return std::min(tail, 1.0);
}

// Predictions in the order of time, asked for spans of it.
class Spoken {
 public:
  explicit Spoken(const std::vector<HazardPrediction>& all) : all_(all) {}

  // The first one whose warning would be of `instant`, or the first of those that warn.
  [[nodiscard]] const HazardPrediction* first_for(WallTime instant, bool warns) const {
    auto at = std::lower_bound(
        all_.begin(), all_.end(), instant - std::chrono::ceil<std::chrono::microseconds>(kReach),
        [](const HazardPrediction& one, WallTime begin) { return one.at < begin; });
    for (; at != all_.end() && instant - at->at > kWarningTime; ++at) {
      if (at->warns || !warns) {
        return &*at;
      }
    }
    return nullptr;
  }

 private:
  const std::vector<HazardPrediction>& all_;
};

void judge_hours(const std::vector<HazardPrediction>& predictions, const Onsets& onsets,
                 WallTime until, HazardFigures& figures) {
  const Spoken spoken(predictions);
  const HazardPrediction* before = nullptr;  // the last that warned
  bool alarm_is_right = false;
  int covered = 0;
  int tested = 0;
  for (const HazardPrediction& one : predictions) {
    const Sequel sequel = sequel_of(one.at, onsets, until);
    covered += spoken.first_for(one.at, true) != nullptr ? 1 : 0;
    ++tested;
    if (sequel == Sequel::Unknown || sequel == Sequel::TooLate || !one.warns) {
      before = one.warns ? before : nullptr;
      continue;
    }
    if (before == nullptr || onsets_by(onsets, before->at) != onsets_by(onsets, one.at)) {
      ++figures.alarms;
      alarm_is_right = false;
    }
    before = &one;
    ++figures.warned_hours;
    if (sequel == Sequel::Onset) {
      ++figures.right_hours;
      figures.right_alarms += alarm_is_right ? 0 : 1;
      alarm_is_right = true;
    }
  }
  figures.covered = tested == 0 ? 0.0 : static_cast<double>(covered) / tested;
  figures.alarms_per_month = tested == 0 ? 0.0 : figures.alarms * kHoursPerMonth / tested;
}

std::string why_silent(const HazardReport& report) {
  if (report.onsets < kOnsetsNeeded || report.model.onsets < kTestedOnsetsNeeded) {
    return "too few incidents (" + std::to_string(report.onsets) + ", " +
           std::to_string(report.model.onsets) + " of them to test on; " +
           std::to_string(kOnsetsNeeded) + " and " + std::to_string(kTestedOnsetsNeeded) +
           " are needed)";
  }
  const std::string no_skill = "no predictive skill on your data: ";
  if (report.model.alarms == 0) {
    return no_skill + "it would never have warned";
  }
  if (2 * report.model.right_alarms <= report.model.alarms ||
      2 * report.model.right_hours <= report.model.warned_hours) {
    return no_skill + "as many warnings would have been false as right, so never to warn is better";
  }
  if (report.model.f1() < report.recent.f1() + kMargin) {
    return no_skill + "not better than to warn after each incident for 7 days";
  }
  if (report.model.chance() > kMaxChance) {
    return no_skill + "what it would have caught may be chance";
  }
  return {};
}

std::vector<HazardPrediction> warn_after_onsets(const std::vector<HazardPrediction>& hours,
                                                const Onsets& onsets) {
  std::vector<HazardPrediction> said = hours;
  for (HazardPrediction& one : said) {
    const auto next = std::upper_bound(onsets.begin(), onsets.end(), one.at);
    one.warns = next != onsets.begin() && one.at - *std::prev(next) <= kRecent;
  }
  return said;
}

}  // namespace

std::optional<double> HazardFigures::precision() const {
  return warned_hours == 0 ? std::nullopt
                           : std::optional(static_cast<double>(right_hours) / warned_hours);
}

std::optional<double> HazardFigures::recall() const {
  return onsets == 0 ? std::nullopt : std::optional(static_cast<double>(caught) / onsets);
}

double HazardFigures::f1() const {
  const double p = precision().value_or(0);
  const double r = recall().value_or(0);
  return p + r > 0 ? 2 * p * r / (p + r) : 0;
}

double HazardFigures::chance() const {
  return binomial_tail(onsets, caught, covered);
}

std::optional<HazardModel> fit_past(const std::deque<HazardHour>& hours, const Onsets& onsets,
                                    WallTime now) {
  const Onsets usable = recorded(hours, onsets);
  if (onsets_by(usable, now) < kOnsetsToFit) {
    return std::nullopt;
  }
  auto hour = std::upper_bound(hours.begin(), hours.end(), now, [](WallTime end, const auto& one) {
    return end < one.at + std::chrono::ceil<std::chrono::microseconds>(kReach);
  });
  std::vector<HazardExample> examples;
  while (hour != hours.begin() && examples.size() < kMaxFittedHours) {
    --hour;
    const Sequel sequel = sequel_of(hour->at, usable, now);
    if (hour->is_calm && sequel != Sequel::TooLate) {
      examples.push_back({hour->features, sequel == Sequel::Onset});
    }
  }
  return HazardModel::fit(examples);
}

std::vector<HazardPrediction> predict_past(const std::deque<HazardHour>& hours,
                                           const Onsets& onsets) {
  std::vector<HazardPrediction> predictions;
  std::optional<HazardModel> model;
  std::optional<WallTime> fit_at;  // the next time
  WarningState warning;
  for (const HazardHour& hour : hours) {
    if (!fit_at || hour.at >= *fit_at) {
      model = fit_past(hours, onsets, hour.at);
      if (model || fit_at) {
        fit_at = hour.at + std::chrono::ceil<std::chrono::microseconds>(kFitEvery);
      }
    }
    if (!hour.is_calm) {
      warning = {};
    } else if (model) {
      const double hazard = model->hazard(hour.features);
      warning.observe(hazard);
      predictions.push_back({hour.at, hazard, warning.is_on});
    }
  }
  return predictions;
}

HazardFigures judge(const std::vector<HazardPrediction>& predictions, const Onsets& onsets,
                    WallTime until) {
  HazardFigures figures;
  judge_hours(predictions, onsets, until, figures);
  const Spoken spoken(predictions);
  std::vector<Duration> leads;
  for (const WallTime onset : onsets) {
    if (onset > until || spoken.first_for(onset, false) == nullptr) {
      continue;
    }
    ++figures.onsets;
    if (const HazardPrediction* first = spoken.first_for(onset, true)) {
      ++figures.caught;
      leads.push_back(onset - first->at);
    }
  }
  figures.lead_time = median(std::move(leads));
  return figures;
}

std::optional<double> hazard_now(const HazardHistory& history, WallTime now) {
  const std::deque<HazardHour>& hours = history.hours();
  if (hours.empty() || !hours.back().is_calm || history.is_in_trouble() ||
      now - hours.back().at > kFreshFor) {
    return std::nullopt;
  }
  const std::optional<HazardModel> model = fit_past(hours, history.onsets(), now);
  return model ? std::optional(model->hazard(hours.back().features)) : std::nullopt;
}

HazardReport backtest(const HazardHistory& history, WallTime now) {
  HazardReport report;
  const Onsets onsets = recorded(history.hours(), history.onsets());
  report.onsets = onsets.size();
  if (report.onsets >= kOnsetsNeeded) {
    const std::vector<HazardPrediction> said = predict_past(history.hours(), onsets);
    report.tested_hours = static_cast<int>(said.size());
    if (!said.empty()) {
      report.tested_from = said.front().at;
    }
    report.model = judge(said, onsets, now);
    report.recent = judge(warn_after_onsets(said, history.onsets()), onsets, now);
  }
  report.reason = why_silent(report);
  report.warns = report.reason.empty();
  return report;
}

}  // namespace gatewatch::alerts
