// SPDX-License-Identifier: MIT
//
// How an incident moves, evaluated at each conclusive sample:
//
//   quiet     opens where a trial confirms (a rule with `confirm`; scheduled and confirming
//             samples), or at a scheduled one with probes >= min_probes, bad >= min_bad and
//             rate >= threshold in the window; either within reopen_within of a resolution reopens
//             the last incident instead
//   open      without `confirm`: is clear while probes >= min_probes and rate < clear; resolves
//             when it has been clear for clear_for and the sample at hand is ok
//             with `confirm`: resolves when clean (alerts/course.h) for clear_for and rate < clear,
//             where there is such a level; the window begins anew, or what it still holds would
//             reopen the incident at the next probe
#include "alerts/rule_watch.h"

#include <algorithm>
#include <utility>

#include "alerts/message.h"

namespace gatewatch::alerts {

namespace {

// What the window alone carries: that, and how often; not whose fault it is.
Verdict verdict_at_opening(const Rule& rule, const Counts& window,
                           const std::optional<Confirmed>& confirmed) {
  const bool of_log = rule.source == RuleSource::Log;
  std::string bad = std::to_string(window.bad) + " of " + std::to_string(window.probes) +
                    (of_log ? " logged requests" : " probes") + " in the last " +
                    humanize_duration(rule.window) + " were bad";
  Verdict verdict{
      .fault = Fault::Unknown,
      .summary = {},
      .evidence = {bad,
                   format_share(window.rate_502()) + " of the " +
                       (of_log ? "requests were" : "probes") + " answered 502",
                   format_share(window.rate_gateway()) + " were " + std::string(kGatewayFailures)}};
  if (confirmed) {
    bad = std::to_string(confirmed->bad) + " of " + std::to_string(confirmed->probes) +
          " probes within " + humanize_duration(confirmed->length) + " were bad";
    verdict.evidence.insert(verdict.evidence.begin(), bad);
  }
  verdict.summary = bad + "; what the cause is, " +
                    (of_log ? "their number alone does" : "probes alone do") + " not tell.";
  return verdict;
}

bool is_good(const Sample& sample, const Counts& counts) {
  return sample.result.outcome == Outcome::Ok && counts.bad == 0;
}

}  // namespace

RuleWatch::RuleWatch(std::shared_ptr<const Rule> rule, std::shared_ptr<const Target> target)
    : rule_(std::move(rule)), target_(std::move(target)), window_(rule_->window) {}

void RuleWatch::count(const Counts& counts, SteadyTime at) {
  window_.add(at, counts);
  const Counts& window = window_.sum(at);
  if (window.probes >= static_cast<uint32_t>(rule_->min_probes)) {
    if (window.rate() >= rule_->clear) {
      clear_since_.reset();
    } else if (!clear_since_) {
      clear_since_ = at;
    }
  }
}

void RuleWatch::follow(const Sample& sample, const Counts& counts, SteadyTime at) {
  if (!course_ && counts.bad == 0) {
    return;
  }
  if (!course_) {
    course_ = std::make_unique<Course>(*target_);
  }
  course_->add(at, sample.result.outcome, !is_good(sample, counts));
  const bool may_return =
      incident_ && (is_open() || at - resolved_at_ <= rule_->reopen_within + kForgetAfter);
  if (!may_return && course_->clean_for(at) >= kForgetAfter) {
    course_.reset();
  }
}

bool RuleWatch::try_it(const Sample& sample, SteadyTime at) {
  if (!rule_->confirm || is_open()) {
    return false;
  }
  if (newest_ && at - *newest_ > kLongestGap * target_->interval + target_->timeout) {
    trial_.end();  // nobody knows what was in between
  }
  return trial_.take(*rule_, sample.purpose == Purpose::Scheduled, is_bad(*rule_, sample.result),
                     at);
}

bool RuleWatch::should_open(const Counts& window) const {
  return window.probes >= static_cast<uint32_t>(rule_->min_probes) &&
         window.bad >= static_cast<uint32_t>(rule_->min_bad) && window.rate() >= rule_->threshold;
}

bool RuleWatch::is_recovered(const Sample& sample, const Counts& counts, Instant now) const {
  if (!is_good(sample, counts)) {
    return false;
  }
  if (!rule_->confirm) {
    return clear_since_ && now.steady - *clear_since_ >= rule_->clear_for;
  }
  const Duration clean = course_ ? course_->clean_for(now.steady) : Duration::zero();
  const bool has_level = rule_->clear < Rule::kNoClear;
  return course_ && clean >= rule_->clear_for && (!has_level || clear_since_.has_value());
}

Change RuleWatch::change(Change::Kind kind, const Counts& window) {
  ++incident_->transitions;
  return {.kind = kind, .incident = *incident_, .rule = rule_, .window = window};
}

// The incident's verdict: what the rule itself saw at the opening, and what is known besides.
void RuleWatch::put(const Verdict& verdict) {
  if (!opening_) {
    opening_ = std::make_unique<Verdict>(verdict_at_opening(*rule_, window_.sum(), std::nullopt));
  }
  Verdict& whole = incident_->verdict;
  whole = *opening_;
  whole.fault = verdict.fault;
  whole.causes = verdict.causes;
  if (!verdict.summary.empty()) {
    whole.summary = verdict.summary;
  }
  whole.evidence.insert(whole.evidence.end(), verdict.evidence.begin(), verdict.evidence.end());
}

std::optional<Change> RuleWatch::judge(const Verdict& verdict, SteadyTime now) {
  const bool tells_less = verdict_is_restored_ && verdict.fault == Fault::Unknown;
  if (!is_open() || verdict.evidence.empty() || tells_less) {
    return std::nullopt;
  }
  verdict_is_restored_ = false;
  put(verdict);
  if (verdict.fault == told_fault_ || updates_ == kMaxUpdates ||
      (updates_ > 0 && now - updated_ < kLeastBetweenUpdates)) {
    return std::nullopt;
  }
  ++updates_;
  updated_ = now;
  told_fault_ = verdict.fault;
  return change(Change::Kind::Updated, window_.sum());
}

std::optional<Change> RuleWatch::take(const Sample& sample, Instant now, Rng& ids,
                                      const Verdict& verdict) {
  if (rule_->source != RuleSource::Probes) {
    return std::nullopt;
  }
  const bool is_confirming = sample.purpose == Purpose::Confirm;
  if (!is_conclusive(sample.result.outcome) ||
      (sample.purpose != Purpose::Scheduled && !is_confirming)) {
    return std::nullopt;
  }
  const bool is_confirmed = try_it(sample, now.steady);
  newest_ = now.steady;
  if (is_confirming) {
    return is_confirmed ? std::optional(open({kDetectedByConfirm, {}, verdict}, now, ids))
                        : std::nullopt;
  }
  const Counts counts = counts_of(*rule_, sample);
  count(counts, now.steady);
  counted_until_ = sample.at;
  follow(sample, counts, now.steady);
  if (is_open()) {
    return go_on(sample, counts, now);
  }
  if (is_confirmed) {
    return open({kDetectedByConfirm, counts, verdict}, now, ids);
  }
  if (should_open(window_.sum(now.steady))) {
    return open({kDetectedByRate, counts, verdict}, now, ids);
  }
  return std::nullopt;
}

// An open incident meets a scheduled sample.
std::optional<Change> RuleWatch::go_on(const Sample& sample, const Counts& counts, Instant now) {
  incident_->total += counts;
  incident_->counted_until = sample.at;
  if (!course_) {
    course_ = std::make_unique<Course>(*target_);  // goes on after a restart that replayed nothing
    course_->add(now.steady, sample.result.outcome, !is_good(sample, counts));
  }
  if (restored_) {
    course_->shape().began_by(*std::exchange(restored_, std::nullopt));
  }
  incident_->recovering =
      is_good(sample, counts) && course_->clean_for(now.steady) >= rule_->recovering_after;
  if (is_recovered(sample, counts, now)) {
    return resolve(now);
  }
  classify_it(now.steady);
  if (const auto turned = course_->turned_from(told_failing_, now.steady)) {
    const bool was_told = told_failing_.has_value();
    told_failing_ = turned;
    incident_->failing = to_string(*turned);
    if (was_told) {
      return change(Change::Kind::Updated, window_.sum(now.steady));
    }
  }
  return std::nullopt;
}

// Opens an incident, or reopens the last.
Change RuleWatch::open(const Opening& opening, Instant now, Rng& ids) {
  const Counts window = window_.sum(now.steady);
  std::optional<Confirmed> confirmed;
  SteadyTime since = now.steady;
  if (opening.detected_by == kDetectedByConfirm) {
    since = trial_.first();
    confirmed = {.probes = trial_.probes(), .bad = trial_.bad(), .length = trial_.last() - since};
  }
  trial_.end();
  const bool is_same = incident_ && rule_->reopen_within > Duration::zero() &&
                       since - resolved_at_ <= rule_->reopen_within;
  if (is_same) {
    incident_->resolved_at.reset();
    incident_->reason.clear();
    incident_->total += rule_->confirm ? window : opening.counts;  // that begins at the resolution
  } else {
    note_opening(now.steady);
    incident_ = std::make_unique<Incident>(Incident{.id = make_ulid(now.wall, ids),
                                                    .target = target_->name,
                                                    .url = target_->url,
                                                    .tags = target_->tags,
                                                    .rule = rule_->name,
                                                    .severity = rule_->severity,
                                                    .detected_by = std::string(opening.detected_by),
                                                    .verdict = {},
                                                    .opened_at = now.wall,
                                                    .resolved_at = std::nullopt,
                                                    .reason = {},
                                                    .total = window,
                                                    .counted_until = counted_until_});
    updates_ = 0;
  }
  opening_ = std::make_unique<Verdict>(verdict_at_opening(*rule_, window, confirmed));
  put(opening.verdict);
  told_fault_ = opening.verdict.fault;
  verdict_is_restored_ = false;
  incident_->incident_class = IncidentClass::Undetermined;
  incident_->class_reason = is_same ? "just reopened" : "just opened";
  incident_->counted_until = counted_until_;
  told_failing_ = course_ ? course_->failing_as() : std::nullopt;
  incident_->failing = told_failing_ ? to_string(*told_failing_) : std::string_view();
  Change opened = change(is_same ? Change::Kind::Reopened : Change::Kind::Opened, window);
  opened.confirmed = confirmed;
  return opened;
}

Change RuleWatch::resolve(Instant now) {
  incident_->resolved_at = now.wall;
  incident_->recovering = false;
  resolved_at_ = now.steady;
  classify_it(now.steady);
  const Counts window = window_.sum(now.steady);
  if (rule_->confirm) {
    window_ = RateWindow(rule_->window);
    clear_since_.reset();
  }
  if (rule_->reopen_within == Duration::zero()) {
    course_.reset();
  }
  return change(Change::Kind::Resolved, window);
}

// What is known never goes back to undetermined: after a restart the course may begin late.
void RuleWatch::classify_it(SteadyTime now) {
  if (!course_) {
    return;
  }
  const std::optional<SteadyTime> ended = course_->clean_since();
  const Classification found = classify(course_->shape(), is_open() ? std::nullopt : ended,
                                        ended.value_or(now), openings_in_a_day(now));
  if (found.incident_class != IncidentClass::Undetermined ||
      incident_->incident_class == IncidentClass::Undetermined) {
    incident_->incident_class = found.incident_class;
    incident_->class_reason = found.reason;
  }
}

uint32_t RuleWatch::openings_in_a_day(SteadyTime now) const {
  return static_cast<uint32_t>(std::count_if(openings_.begin(), openings_.end(),
                                             [&](SteadyTime at) { return now - at < kDay; }));
}

void RuleWatch::note_opening(SteadyTime at) {
  std::erase_if(openings_, [&](SteadyTime opening) { return at - opening >= kDay; });
  if (openings_.size() >= kMaxOpenings) {
    openings_.erase(openings_.begin());
  }
  openings_.push_back(at);
}

void RuleWatch::replay(const Sample& sample, SteadyTime began) {
  if (rule_->source != RuleSource::Probes) {
    return;
  }
  const bool is_scheduled = sample.purpose == Purpose::Scheduled;
  const bool is_past =
      rule_->confirm && incident_ && !is_open() && sample.at <= *incident_->resolved_at;
  if (!is_conclusive(sample.result.outcome) || is_past ||
      (!is_scheduled && sample.purpose != Purpose::Confirm)) {
    return;
  }
  (void)try_it(sample, began);  // what it confirms is decided again
  newest_ = began;
  if (!is_scheduled) {
    return;
  }
  const Counts counts = counts_of(*rule_, sample);
  count(counts, began);
  follow(sample, counts, began);
  counted_until_ = sample.at;
  if (is_open() && sample.at > incident_->counted_until) {
    incident_->total += counts;
    incident_->counted_until = sample.at;
  }
}

void RuleWatch::restore(Incident incident, Instant now) {
  // A wall clock that was set back must not put it into the future.
  const auto placed = [&now](WallTime at) {
    return now.steady - std::max<Duration>(now.wall - at, Duration::zero());
  };
  if (now.steady - placed(incident.opened_at) < kDay && openings_.size() < kMaxOpenings) {
    openings_.insert(openings_.begin(), placed(incident.opened_at));
  }
  if (incident_ && (incident_->is_open() || !incident.is_open())) {
    return;
  }
  if (incident.resolved_at) {
    resolved_at_ = placed(*incident.resolved_at);
  } else {
    restored_ = placed(incident.opened_at);
  }
  told_failing_ = parse_outcome(incident.failing);
  told_fault_ = incident.verdict.fault;
  verdict_is_restored_ = told_fault_ != Fault::Unknown;
  incident_ = std::make_unique<Incident>(std::move(incident));
}

void RuleWatch::reconfigure(std::shared_ptr<const Rule> rule,
                            std::shared_ptr<const Target> target) {
  if (!same_window(*rule_, *rule)) {
    window_ = RateWindow(rule->window);
    clear_since_.reset();
    logged_bad_.reset();
  }
  if (!rule->confirm || rule->count != rule_->count) {
    trial_.end();
  }
  rule_ = std::move(rule);
  target_ = std::move(target);
}

std::optional<Change> RuleWatch::end(std::string_view reason, Instant now) {
  if (!is_open()) {
    return std::nullopt;
  }
  incident_->resolved_at = now.wall;
  incident_->recovering = false;
  incident_->reason = reason;
  resolved_at_ = now.steady;
  return change(Change::Kind::Resolved, window_.sum(now.steady));
}

}  // namespace gatewatch::alerts
