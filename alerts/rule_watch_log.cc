// SPDX-License-Identifier: MIT
//
// What a rule over logs does. It hears of requests only when there are some: that none come any
// more is found by looking, not by a line.
#include <algorithm>

#include "alerts/rule_watch.h"

namespace gatewatch::alerts {

std::optional<Change> RuleWatch::take_log(const Counts& counts, Instant now, Rng& ids,
                                          const Verdict& verdict) {
  if (rule_->source != RuleSource::Log || counts.probes == 0) {
    return std::nullopt;
  }
  count(counts, now.steady);
  if (counts.bad > 0) {
    logged_bad_ = now.steady;
  }
  if (is_open()) {
    incident_->total += counts;
    const bool is_clear = clear_since_ && now.steady - *clear_since_ >= rule_->clear_for;
    return is_clear ? std::optional(resolve(now)) : std::nullopt;
  }
  if (should_open(window_.sum(now.steady))) {
    return open({kDetectedByLog, counts, verdict}, now, ids);
  }
  return std::nullopt;
}

std::optional<Change> RuleWatch::end_if_silent(bool is_read, Instant now) {
  if (rule_->source != RuleSource::Log || !is_open()) {
    return std::nullopt;
  }
  if (!logged_bad_ || !is_read) {  // after a restart there is none
    logged_bad_ = now.steady;
  }
  const Duration silence = std::max({kLogSilence, rule_->window, rule_->clear_for});
  const bool is_judged = window_.sum(now.steady).probes >= static_cast<uint32_t>(rule_->min_probes);
  if (is_judged || now.steady - *logged_bad_ < silence) {
    return std::nullopt;
  }
  return end(kSilent, now);
}

}  // namespace gatewatch::alerts
