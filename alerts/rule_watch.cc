// SPDX-License-Identifier: MIT
//
// How an incident moves, evaluated at each conclusive scheduled sample over the rule's window:
//
//   quiet     opens at probes >= min_probes, bad >= min_bad, rate >= threshold; the same condition
//             within reopen_within of a resolution reopens the last incident instead
//   open      is clear while probes >= min_probes and rate < clear; resolves when it has been clear
//             for clear_for and the sample at hand is ok
#include "alerts/rule_watch.h"

#include <algorithm>
#include <utility>

#include "alerts/message.h"

namespace gatewatch::alerts {

namespace {

// What the window alone carries: that, and how often; not whose fault it is.
Verdict verdict_at_opening(const Rule& rule, const Counts& window) {
  const std::string bad = std::to_string(window.bad) + " of " + std::to_string(window.probes) +
                          " probes in the last " + humanize_duration(rule.window) + " were bad";
  return {
      .fault = Fault::Unknown,
      .summary = bad + "; what the cause is, probes alone do not tell.",
      .evidence = {bad, format_share(window.rate_502()) + " of the probes answered 502",
                   format_share(window.rate_gateway()) + " were " + std::string(kGatewayFailures)}};
}

}  // namespace

RuleWatch::RuleWatch(std::shared_ptr<const Rule> rule, std::shared_ptr<const Target> target)
    : rule_(std::move(rule)), target_(std::move(target)), window_(rule_->window) {}

bool RuleWatch::count(const Counts& counts, SteadyTime at) {
  if (counts.probes == 0) {
    return false;
  }
  window_.add(at, counts);
  const Counts& window = window_.sum(at);
  const auto least = static_cast<uint32_t>(rule_->min_probes);
  if (window.probes >= least) {
    if (window.rate() >= rule_->clear) {
      clear_since_.reset();
    } else if (!clear_since_) {
      clear_since_ = at;
    }
  }
  return true;
}

bool RuleWatch::should_open(const Counts& window) const {
  return window.probes >= static_cast<uint32_t>(rule_->min_probes) &&
         window.bad >= static_cast<uint32_t>(rule_->min_bad) && window.rate() >= rule_->threshold;
}

Change RuleWatch::change(Change::Kind kind, const Counts& window) {
  ++incident_->transitions;
  return {.kind = kind, .incident = *incident_, .rule = rule_, .window = window};
}

Verdict RuleWatch::joined(const Verdict& verdict, const Counts& window) const {
  Verdict joined = verdict_at_opening(*rule_, window);
  joined.fault = verdict.fault;
  joined.causes = verdict.causes;
  if (!verdict.summary.empty()) {
    joined.summary = verdict.summary;
  }
  joined.evidence.insert(joined.evidence.end(), verdict.evidence.begin(), verdict.evidence.end());
  return joined;
}

std::optional<Change> RuleWatch::judge(const Verdict& verdict) {
  if (!incident_ || !incident_->is_open() || verdict.evidence.empty()) {
    return std::nullopt;
  }
  const Counts window = window_.sum();
  incident_->verdict = joined(verdict, window);
  if (verdict.fault == Fault::Unknown || verdict.fault == told_fault_ || updates_ == kMaxUpdates) {
    return std::nullopt;
  }
  ++updates_;
  told_fault_ = verdict.fault;
  return change(Change::Kind::Updated, window);
}

std::optional<Change> RuleWatch::take(const Sample& sample, Instant now, Rng& ids,
                                      const Verdict& verdict) {
  const Counts counts = counts_of(*rule_, sample);
  if (!count(counts, now.steady)) {
    return std::nullopt;
  }
  const Counts& window = window_.sum(now.steady);
  if (incident_ && incident_->is_open()) {
    incident_->total += counts;
    incident_->counted_until = sample.at;
    const bool is_clear = clear_since_ && now.steady - *clear_since_ >= rule_->clear_for;
    const bool is_good = sample.result.outcome == Outcome::Ok && counts.bad == 0;
    if (!is_clear || !is_good) {
      return std::nullopt;
    }
    incident_->resolved_at = now.wall;
    resolved_at_ = now.steady;
    return change(Change::Kind::Resolved, window);
  }
  if (!should_open(window)) {
    return std::nullopt;
  }
  if (incident_ && rule_->reopen_within > Duration::zero() &&
      now.steady - resolved_at_ <= rule_->reopen_within) {
    incident_->resolved_at.reset();
    incident_->reason.clear();
    incident_->total += counts;
    incident_->counted_until = sample.at;
    incident_->verdict = joined(verdict, window);
    told_fault_ = verdict.fault;
    return change(Change::Kind::Reopened, window);
  }
  incident_ = std::make_unique<Incident>(Incident{.id = make_ulid(now.wall, ids),
                                                  .target = target_->name,
                                                  .url = target_->url,
                                                  .tags = target_->tags,
                                                  .rule = rule_->name,
                                                  .severity = rule_->severity,
                                                  .verdict = joined(verdict, window),
                                                  .opened_at = now.wall,
                                                  .resolved_at = std::nullopt,
                                                  .reason = {},
                                                  .total = window,
                                                  .counted_until = sample.at});
  told_fault_ = verdict.fault;
  updates_ = 0;
  return change(Change::Kind::Opened, window);
}

void RuleWatch::replay(const Sample& sample, SteadyTime began) {
  const Counts counts = counts_of(*rule_, sample);
  const bool counted = count(counts, began);
  if (counted && incident_ && incident_->is_open() && sample.at > incident_->counted_until) {
    incident_->total += counts;
    incident_->counted_until = sample.at;
  }
}

void RuleWatch::restore(Incident incident, Instant now) {
  if (incident_ && (incident_->is_open() || !incident.is_open())) {
    return;
  }
  if (incident.resolved_at) {
    // A wall clock that was set back must not put it into the future.
    const Duration ago = std::max<Duration>(now.wall - *incident.resolved_at, Duration::zero());
    resolved_at_ = now.steady - ago;
  }
  told_fault_ = incident.verdict.fault;
  incident_ = std::make_unique<Incident>(std::move(incident));
}

void RuleWatch::reconfigure(std::shared_ptr<const Rule> rule,
                            std::shared_ptr<const Target> target) {
  if (!same_window(*rule_, *rule)) {
    window_ = RateWindow(rule->window);
    clear_since_.reset();
  }
  rule_ = std::move(rule);
  target_ = std::move(target);
}

std::optional<Change> RuleWatch::end(std::string_view reason, Instant now) {
  if (!incident_ || !incident_->is_open()) {
    return std::nullopt;
  }
  incident_->resolved_at = now.wall;
  incident_->reason = reason;
  resolved_at_ = now.steady;
  return change(Change::Kind::Resolved, window_.sum(now.steady));
}

}  // namespace gatewatch::alerts
