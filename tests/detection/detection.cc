// SPDX-License-Identifier: MIT
#include "tests/detection/detection.h"

#include <cmath>
#include <string>

#include "config/config.h"
#include "core/assert.h"

namespace gatewatch::testing {
namespace {

constexpr double kDaySeconds = 86'400;
constexpr double kClose = 0.02;  // a confirming probe this near to a turn is left out
constexpr double kLatency = 0.015;

SteadyTime steady(double at) {
  return SteadyTime(std::chrono::hours(1)) +
         std::chrono::duration_cast<Duration>(std::chrono::duration<double>(at));
}

WallTime wall(double at) {
  return WallTime(std::chrono::hours(1'000'000)) +
         std::chrono::microseconds(static_cast<int64_t>(at * 1e6));
}

double exponential(std::mt19937_64& random, double mean) {
  return -mean * std::log(1 - draw(random));
}

}  // namespace

Rule shipped_rule(Duration interval) {
  config::Diagnostics diagnostics;
  const config::Config config = config::load_text(
      "none", "[[target]]\nname = \"shop\"\nurl = \"http://127.0.0.1/\"\n", {}, diagnostics);
  GW_ASSERT(config.rules.front().rule.name == "bad-gateway");
  return config.rules.front().for_target({.name = "shop", .interval = interval});
}

double draw(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11U) * 0x1p-53;
}

Fate noise(uint64_t seed, double rate) {
  return
      [random = std::mt19937_64(seed), rate](double /*at*/) mutable { return draw(random) < rate; };
}

Fate outage(uint64_t seed, double onset, double rate) {
  return [random = std::mt19937_64(seed), onset, rate](double at) mutable {
    return at >= onset && draw(random) < rate;
  };
}

Fate blips(uint64_t seed, double a_day, double mean_seconds) {
  return [random = std::mt19937_64(seed), a_day, mean_seconds, begin = 0.0,
          end = 0.0](double at) mutable {
    while (at >= end) {
      begin = end + exponential(random, kDaySeconds / a_day);
      end = begin + exponential(random, mean_seconds);
    }
    return at >= begin;
  };
}

Fate daily(double seconds) {
  return [seconds](double at) {
    const double of_day = std::fmod(at, kDaySeconds) - kDaySeconds / 2;
    return of_day >= 0 && of_day < seconds;
  };
}

Shipped::Shipped(const Rule& rule, Duration interval) {
  const std::vector<alerts::Watched> watched{
      {.target = {.name = "shop", .interval = interval, .timeout = std::chrono::seconds(10)},
       .rules = {std::make_shared<const Rule>(rule)}}};
  (void)evaluator_.configure(watched, {steady(0), wall(0)});
  confirmation_.configure(watched);
}

bool Shipped::take(double at, bool is_scheduled, bool is_bad) {
  Sample sample;
  sample.target = "shop";
  sample.at = wall(at);
  sample.purpose = is_scheduled ? Purpose::Scheduled : Purpose::Confirm;
  sample.result.status = is_bad ? 502 : 200;
  sample.result.outcome = is_bad ? Outcome::BadGateway : Outcome::Ok;
  const alerts::Instant now{steady(at + kLatency), wall(at + kLatency)};
  bool opened = false;
  for (alerts::Change& change : evaluator_.take(sample, now)) {
    opened = opened || change.kind == alerts::Change::Kind::Opened;
    changes_.push_back(std::move(change));
  }
  burst_.reset();
  if (const auto request = confirmation_.take(sample, now.steady, evaluator_.need(sample.target))) {
    burst_ = Burst{.every = to_seconds(request->every), .length = to_seconds(request->length)};
  }
  return opened;
}

bool Reference::take(double at, bool is_scheduled, bool is_bad) {
  const bool confirmed = try_it(at, is_scheduled, is_bad);
  const bool over_rate = is_scheduled && is_over_rate(at, is_bad);
  if (open_) {
    clean_since_ = is_scheduled && is_bad ? at : clean_since_;
    if (at - clean_since_ >= 600) {
      open_ = false;
      closed_at_ = at;
      window_.clear();
      oldest_ = 0;
      window_bad_ = 0;
    }
    return false;
  }
  if (!confirmed && !over_rate) {
    return false;
  }
  open_ = true;
  first_.reset();
  clean_since_ = at;
  return at - closed_at_ > 1800;
}

bool Reference::try_it(double at, bool is_scheduled, bool is_bad) {
  burst_.reset();
  const bool begins = !first_ && is_scheduled && is_bad && armed_ && !open_;
  armed_ = is_scheduled ? !is_bad : armed_;
  if (begins) {
    first_ = last_bad_ = at;
    bad_ = 1;
    burst_ = Burst{.every = 2, .length = 600};
    return false;
  }
  if (!first_) {
    return false;
  }
  bad_ += is_bad ? 1 : 0;
  last_bad_ = is_bad ? at : last_bad_;
  const double age = at - *first_;
  if (age >= 30 && bad_ >= 5 && at - last_bad_ < 10) {
    return true;
  }
  if (age >= 30 && (at - last_bad_ >= 20 || age >= 600)) {
    first_.reset();
    burst_ = Burst{.every = 1, .length = 0};  // it ends
  }
  return false;
}

bool Reference::is_over_rate(double at, bool is_bad) {
  window_.emplace_back(at, is_bad);
  window_bad_ += is_bad ? 1 : 0;
  while (window_[oldest_].first <= at - 3600 + kClose) {
    window_bad_ -= window_[oldest_].second ? 1 : 0;
    ++oldest_;
  }
  const auto probes = static_cast<double>(window_.size() - oldest_);
  return probes >= 20 && window_bad_ >= 5 && window_bad_ >= 0.05 * probes - 1e-9;
}

Played watch(Watcher& watcher, double interval, double phase, double until, const Fate& is_bad,
             bool until_found) {
  Played run;
  double turn = phase;
  double next = 0;  // confirming probe, up to `last`
  double last = -1;
  Watcher::Burst burst;
  while (true) {
    const bool confirming = next <= last && next < turn - kClose;
    const double at = confirming ? next : turn;
    if (at >= until) {
      return run;
    }
    ++(confirming ? run.confirming : run.scheduled);
    if (watcher.take(at, !confirming, is_bad(at))) {
      run.openings.push_back(at);
      if (until_found) {
        return run;
      }
    }
    turn += confirming ? 0 : interval;
    if (const auto wanted = watcher.burst()) {
      burst = *wanted;
      next = at + kLatency + burst.every;
      last = at + kLatency + burst.length;
    } else if (confirming || (next <= last && next < at + kClose)) {
      next += burst.every;
    }
  }
}

}  // namespace gatewatch::testing
