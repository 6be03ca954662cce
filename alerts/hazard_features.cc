// SPDX-License-Identifier: MIT
#include "alerts/hazard_features.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

// A longer time without any fact is passed over in one step.
constexpr Duration kLongGap = std::chrono::days(60);
// An hour cannot move the averages by more than this many deviations.
constexpr double kMaxPull = 3;

WallTime hour_of(WallTime at) {
  return std::chrono::floor<std::chrono::hours>(at);
}

}  // namespace

void HazardHistory::Drift::add(double log_length) {
  sum_ += log_length;
  ++probes_;
}

float HazardHistory::Drift::end_hour() {
  if (probes_ == 0) {
    return 0;
  }
  static const double kForgets =
      1 - std::exp2(-to_seconds(std::chrono::hours(1)) / to_seconds(kDriftHalfLife));
  const double mean_of_hour = sum_ / probes_;
  const double deviation = std::max(std::sqrt(variance_), kLeastDriftDeviation);
  double difference = mean_of_hour - mean_;
  const double drift = hours_ < kDriftHours
                           ? 0.0
                           : std::clamp(difference / deviation - kDriftAllowance, 0.0, kMaxDrift);
  if (hours_ >= kDriftHours) {
    difference = std::clamp(difference, -kMaxPull * deviation, kMaxPull * deviation);
  }
  ++hours_;
  const double weight = std::max(kForgets, 1.0 / hours_);
  mean_ += weight * difference;
  variance_ = (1 - weight) * (variance_ + weight * difference * difference);
  sum_ = 0;
  probes_ = 0;
  return static_cast<float>(drift);
}

void HazardHistory::add_probe(WallTime at, Outcome outcome, const Phases& phases) {
  advance(at);
  if (!hour_) {
    hour_ = hour_of(at);
  }
  if (!is_conclusive(outcome)) {
    return;
  }
  ++probes_.conclusive;
  if (outcome == Outcome::Ok) {
    const std::array lengths{phases.connect, phases.tls, phases.first_byte};
    for (size_t i = 0; i < lengths.size(); ++i) {
      if (lengths[i] && *lengths[i] > Duration::zero()) {
        drifts_[i].add(std::log(to_ms(*lengths[i])));
      }
    }
  } else if (open_ == 0) {
    ++probes_.bad;
    probes_.unavailable +=
        outcome == Outcome::Unavailable || outcome == Outcome::GatewayTimeout ? 1 : 0;
  }
}

void HazardHistory::open_incident(WallTime at) {
  advance(at);
  if (open_++ > 0 || (calm_since_ && at - *calm_since_ < kCalm)) {
    return;
  }
  onsets_.push_back(onsets_.empty() ? at : std::max(at, onsets_.back()));
  if (onsets_.size() > kMaxOnsets) {
    onsets_.pop_front();
  }
}

void HazardHistory::close_incident(WallTime at) {
  GW_ASSERT(open_ > 0);
  advance(at);
  if (--open_ == 0) {
    calm_since_ = at;
    probes_ = {.conclusive = probes_.conclusive};
    recent_.clear();
  }
}

void HazardHistory::see_certificate(WallTime at, WallTime not_before, WallTime not_after) {
  advance(at);
  certificate_ = Certificate{not_before, not_after};
}

void HazardHistory::advance(WallTime now) {
  if (!hour_) {
    return;
  }
  if (now - *hour_ > kLongGap) {
    end_hour(*hour_ + 1h);
    hour_ = hour_of(now);
    recent_.clear();
  }
  while (now >= *hour_ + 1h) {
    end_hour(*hour_ + 1h);
    *hour_ += 1h;
  }
}

void HazardHistory::end_hour(WallTime end) {
  recent_.push_back(probes_);
  if (recent_.size() > kShareHours) {
    recent_.pop_front();
  }
  HazardHour hour;
  hour.at = end;
  hour.is_calm = open_ == 0 && (!calm_since_ || end - *calm_since_ >= kCalm);
  hour.features = {onsets_within(24h, end),
                   onsets_within(std::chrono::days(7), end),
                   onsets_within(std::chrono::days(30), end),
                   static_cast<float>(std::log1p(probes_.bad)),
                   drifts_[0].end_hour(),
                   drifts_[1].end_hour(),
                   drifts_[2].end_hour(),
                   unavailable_share(),
                   certificate_days(end)};
  if (probes_.conclusive > 0) {
    hours_.push_back(hour);
    if (hours_.size() > kMaxHazardHours) {
      hours_.pop_front();
    }
  }
  probes_ = {};
}

float HazardHistory::onsets_within(Duration span, WallTime now) const {
  const auto first = std::find_if(onsets_.rbegin(), onsets_.rend(),
                                  [&](WallTime onset) { return now - onset > span; });
  return static_cast<float>(std::log1p(std::distance(onsets_.rbegin(), first)));
}

float HazardHistory::unavailable_share() const {
  Probes sum;
  for (const Probes& hour : recent_) {
    sum.conclusive += hour.conclusive;
    sum.unavailable += hour.unavailable;
  }
  return sum.conclusive == 0
             ? 0.0F
             : static_cast<float>(sum.unavailable) / static_cast<float>(sum.conclusive);
}

float HazardHistory::certificate_days(WallTime now) const {
  double days = kMostCertificateDays;
  if (certificate_) {
    days = std::clamp(to_seconds(certificate_->not_after - now) / to_seconds(24h), 0.0, days);
  }
  return static_cast<float>(std::log1p(days));
}

}  // namespace gatewatch::alerts
