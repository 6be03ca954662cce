// SPDX-License-Identifier: MIT
#include "tests/forecast/synthetic_history.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/id.h"

namespace gatewatch::testing {
namespace {

using namespace std::chrono_literals;

constexpr Duration kEvery = 5min;
constexpr double kMeanTroubleHours = 44.0 / 60;
constexpr double kLeastTroubleHours = 0.1;
constexpr double kAnnounced = 0.8;             // share of the troubles
constexpr double kFalseAnnouncementDays = 40;  // between two of them, on average

class Chance {
 public:
  explicit Chance(uint64_t seed) : rng_(seed) {}

  double uniform() { return static_cast<double>(rng_.next() >> 11U) * 0x1p-53; }
  double exponential(double mean) { return -mean * std::log1p(-uniform()); }
  double normal() {
    const double radius = std::sqrt(exponential(2));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  Rng rng_;
};

WallTime after(WallTime begin, double hours) {
  return begin + std::chrono::microseconds(std::llround(hours * 3.6e9));
}

// Hours from the end of one trouble to the beginning of the next.
double gap_hours(PastKind kind, Chance& chance) {
  if (kind == PastKind::Bursts) {
    return chance.uniform() < 0.75 ? 3 + 15 * chance.uniform() : chance.exponential(24 * 20);
  }
  if (kind == PastKind::WeeklyBursts) {
    return chance.uniform() < 0.75 ? 24 + 120 * chance.uniform() : chance.exponential(24 * 30);
  }
  return kind == PastKind::Frequent ? 1.5 + chance.exponential(34.5)
                                    : 24 + chance.exponential(24 * 5);
}

std::vector<PastTrouble> troubles_of(PastKind kind, Chance& chance, WallTime end) {
  std::vector<PastTrouble> troubles;
  WallTime free = kPastBegin + 48h;
  while (kind != PastKind::Few || troubles.size() < 6) {
    const WallTime opened = kind == PastKind::EveryNight
                                ? std::chrono::ceil<std::chrono::days>(free - 3h) + 3h
                                : after(free, gap_hours(kind, chance));
    const double length = std::max(kLeastTroubleHours, chance.exponential(kMeanTroubleHours));
    const PastTrouble trouble{opened, after(opened, length)};
    if (trouble.resolved >= end) {
      break;
    }
    troubles.push_back(trouble);
    free = trouble.resolved;
  }
  return troubles;
}

struct Span {
  WallTime begin;
  WallTime end;
};

// The hours in which something shows: before most troubles, and now and then for nothing.
std::vector<Span> announcements(const std::vector<PastTrouble>& troubles, Chance& chance,
                                WallTime end) {
  std::vector<Span> spans;
  for (const PastTrouble& trouble : troubles) {
    if (chance.uniform() < kAnnounced) {
      spans.push_back({after(trouble.opened, -3 - 5 * chance.uniform()), trouble.opened});
    }
  }
  for (WallTime at = kPastBegin + 48h; at < end;) {
    at = after(at, chance.exponential(24 * kFalseAnnouncementDays));
    spans.push_back({at, after(at, 3 + 5 * chance.uniform())});
  }
  return spans;
}

bool is_within(const std::vector<Span>& spans, WallTime at) {
  return std::any_of(spans.begin(), spans.end(),
                     [at](const Span& span) { return span.begin <= at && at < span.end; });
}

Duration milliseconds(double length) {
  return std::chrono::nanoseconds(std::llround(length * 1e6));
}

}  // namespace

std::string_view to_string(PastKind kind) {
  switch (kind) {
    case PastKind::SlowBefore:
      return "slow before";
    case PastKind::ErrorsBefore:
      return "503s before";
    case PastKind::Bursts:
      return "several within a day";
    case PastKind::WeeklyBursts:
      return "several within a week";
    case PastKind::Nothing:
      return "by chance, 6 days apart";
    case PastKind::Wandering:
      return "by chance, drifting latency";
    case PastKind::Frequent:
      return "by chance, 36 hours apart";
    case PastKind::EveryNight:
      return "every night at three";
    case PastKind::Few:
      return "slow before, but six only";
  }
  return "";
}

Past make_past(PastKind kind, uint64_t seed, int days) {
  Chance chance(seed * 1'000 + static_cast<uint64_t>(kind));
  Past past;
  past.end = kPastBegin + std::chrono::days(days);
  past.troubles = troubles_of(kind, chance, past.end);
  const std::vector<Span> shows = announcements(past.troubles, chance, past.end);
  const bool is_slow = kind == PastKind::SlowBefore || kind == PastKind::Few;
  const bool has_errors = kind == PastKind::ErrorsBefore;
  const bool wanders = kind == PastKind::Wandering;
  double drift = 0;
  double errors = 0;
  auto trouble = past.troubles.begin();
  for (WallTime at = kPastBegin; at < past.end;
       at += std::chrono::duration_cast<WallTime::duration>(kEvery)) {
    const double hour = to_seconds(at - kPastBegin) / 3'600;
    const double daily = 0.2 * std::sin(2 * std::numbers::pi * hour / 24);
    drift = 0.985 * drift + 0.08 * chance.normal();  // remembers about half a day
    errors = std::max(0.0, 0.97 * errors + 0.01 * chance.normal());
    const bool shown = is_within(shows, at);
    const double first_byte = std::log(80) + daily + 0.25 * chance.normal() +
                              (is_slow && shown ? std::log(2) : 0) + (wanders ? drift : 0);
    const double connect = std::log(12) + 0.2 * chance.normal() + (wanders ? 0.5 * drift : 0);
    PastProbe probe{.at = at,
                    .phases = {.connect = milliseconds(std::exp(connect)),
                               .tls = milliseconds(std::exp(std::log(20) + 0.2 * chance.normal())),
                               .first_byte = milliseconds(std::exp(first_byte))}};
    const double unavailable = has_errors && shown ? 0.08 : wanders ? errors : 0.001;
    while (trouble != past.troubles.end() && trouble->resolved <= at) {
      ++trouble;
    }
    if (trouble != past.troubles.end() && trouble->opened <= at) {
      probe.outcome = Outcome::BadGateway;
    } else if (chance.uniform() < unavailable) {
      probe.outcome = Outcome::Unavailable;
    }
    past.probes.push_back(probe);
  }
  return past;
}

alerts::HazardHistory record(const Past& past, std::optional<WallTime> until) {
  const WallTime end = until.value_or(past.end);
  alerts::HazardHistory history;
  auto probe = past.probes.begin();
  const auto probes_before = [&](WallTime at) {
    for (; probe != past.probes.end() && probe->at < std::min(at, end); ++probe) {
      history.add_probe(probe->at, probe->outcome, probe->phases);
    }
  };
  for (const PastTrouble& trouble : past.troubles) {
    probes_before(trouble.opened);
    if (trouble.opened >= end) {
      break;
    }
    history.open_incident(trouble.opened);
    probes_before(trouble.resolved);
    if (trouble.resolved >= end) {
      break;
    }
    history.close_incident(trouble.resolved);
  }
  probes_before(end);
  history.advance(end);
  return history;
}

}  // namespace gatewatch::testing
