// SPDX-License-Identifier: MIT
//
// How soon troubles are found and how often noise is taken for one, months in seconds: the rules
// and incidents of the daemon itself, fed with samples at simulated times. The scheduler is left
// out (tests/sim/world.h has it): turns are exact, and a confirming probe that falls on one is
// left out.
//
// Seconds are doubles since the start. The same seed gives the same run, with any compiler.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "alerts/confirmation.h"
#include "alerts/evaluator.h"
#include "core/rule.h"

namespace gatewatch::testing {

// The built-in rule `bad-gateway` as it watches a target probed every `interval`.
[[nodiscard]] Rule shipped_rule(Duration interval);

// A uniform number from 0 to below 1.
[[nodiscard]] double draw(std::mt19937_64& random);

// Whether a probe that begins then is bad; asked in the order of time.
using Fate = std::function<bool(double at)>;
[[nodiscard]] Fate noise(uint64_t seed, double rate);
// From `onset` on bad at this rate, good before.
[[nodiscard]] Fate outage(uint64_t seed, double onset, double rate);
// Solid troubles of exponentially distributed length, so many a day.
[[nodiscard]] Fate blips(uint64_t seed, double a_day, double mean_seconds);
// One of so many seconds each day at noon.
[[nodiscard]] Fate daily(double seconds);

// Who watches one target.
class Watcher {
 public:
  struct Burst {
    double every = 0;
    double length = 0;
  };

  virtual ~Watcher() = default;
  // Takes a probe that began at `at`; whether an incident opened by it.
  virtual bool take(double at, bool is_scheduled, bool is_bad) = 0;
  // What extra probes it wants after that one.
  virtual std::optional<Burst> burst() = 0;
};

// The evaluator and the confirmation of the daemon, with one rule.
class Shipped final : public Watcher {
 public:
  Shipped(const Rule& rule, Duration interval);
  bool take(double at, bool is_scheduled, bool is_bad) override;
  std::optional<Burst> burst() override { return burst_; }
  [[nodiscard]] const std::vector<alerts::Change>& changes() const { return changes_; }
  [[nodiscard]] std::vector<Incident> open_incidents() const { return evaluator_.open_incidents(); }

 private:
  Rng ids_{1};
  alerts::Evaluator evaluator_{ids_};
  alerts::Confirmation confirmation_;
  std::optional<Burst> burst_;
  std::vector<alerts::Change> changes_;
};

// The rule to beat, in its own few lines: a burst of 2 s from the first bad probe; opens once that
// is 30 s ago, with 5 bad and one of them in the last 10 s; ends, 30 s old, when 20 s passed
// without a bad one. And 5 % of exactly 60 min, at least 20 probes and 5 bad. An incident ends
// after 10 clean minutes, and one that follows within 30 is the same.
class Reference final : public Watcher {
 public:
  bool take(double at, bool is_scheduled, bool is_bad) override;
  std::optional<Burst> burst() override { return burst_; }

 private:
  bool try_it(double at, bool is_scheduled, bool is_bad);
  bool is_over_rate(double at, bool is_bad);

  std::optional<double> first_;
  int bad_ = 0;
  double last_bad_ = 0;
  bool armed_ = true;
  std::optional<Burst> burst_;
  std::vector<std::pair<double, bool>> window_;
  size_t oldest_ = 0;  // in window_
  int window_bad_ = 0;
  bool open_ = false;
  double clean_since_ = 0;
  double closed_at_ = -1e9;
};

struct Played {
  std::vector<double> openings;
  uint64_t scheduled = 0;
  uint64_t confirming = 0;
};

// Probes every `interval` seconds from `phase` to `until`; ends at the first opening where asked.
[[nodiscard]] Played watch(Watcher& watcher, double interval, double phase, double until,
                           const Fate& is_bad, bool until_found = false);

}  // namespace gatewatch::testing
