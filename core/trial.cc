// SPDX-License-Identifier: MIT
#include "core/trial.h"

#include <algorithm>
#include <cmath>

namespace gatewatch {
namespace {

constexpr double kNoiseShare = 0.2;  // of the threshold: the rate that is no trouble
const double kConfirms = std::log(3000);
// What 14 good probes say at a threshold of 5 %, the burst of confirm_for.
constexpr double kGiveUp = -0.55;
constexpr int kOneTrouble = 2;     // times confirm_every
constexpr double kHighest = 0.99;  // of a threshold, so that no probe alone decides

// What began within this was one trouble that passed by itself.
bool is_in_hold(const Rule& rule, Duration age) {
  return age < rule.confirm_for - rule.confirm_recent + rule.confirm_every;
}

}  // namespace

bool Trial::take(const Rule& rule, bool is_scheduled, bool is_bad, SteadyTime at) {
  if (!began_) {
    if (is_scheduled && is_bad) {
      begin(at);
    }
    return false;
  }
  ++probes_;
  bad_ += is_bad ? 1 : 0;
  last_ = at;
  weigh(rule, is_bad, at);
  if (is_bad && is_confirmed(rule)) {
    end();
    return true;
  }
  if (is_given_up(rule)) {
    end();
  }
  return false;
}

void Trial::begin(SteadyTime at) {
  *this = {};
  began_ = first_ = last_ = counted_ = at;
  probes_ = bad_ = 1;
}

void Trial::weigh(const Rule& rule, bool is_bad, SteadyTime at) {
  const double high = std::min(rule.threshold, kHighest);
  const double low = high * kNoiseShare;
  const double says_bad = std::log(high / low);
  const double says_good = std::log((1 - high) / (1 - low));
  if (is_in_hold(rule, at - first_)) {
    if (!is_bad) {
      score_ += says_good;
    } else {
      score_ += hold_bad_ ? 0 : says_bad;
      hold_bad_ = true;
      counted_ = at;
    }
  } else if (at - counted_ >= kOneTrouble * rule.confirm_every) {
    score_ += is_bad ? says_bad : says_good;
    counted_ = is_bad ? at : counted_;
  }
}

bool Trial::is_confirmed(const Rule& rule) const {
  const Duration age = last_ - first_;
  if (is_in_hold(rule, age)) {
    return false;
  }
  return (age <= rule.confirm_for + rule.confirm_recent &&
          bad_ >= static_cast<uint32_t>(rule.confirm_bad)) ||
         (bad_ == probes_ && probes_ >= kFewestUnanimous) || score_ >= kConfirms;
}

bool Trial::is_given_up(const Rule& rule) const {
  const Duration age = last_ - first_;
  return bad_ < probes_ &&
         ((age >= rule.confirm_for && score_ <= kGiveUp) || age >= rule.confirm_at_most);
}

bool Trial::needs_more() const {
  return began_ && (score_ > kGiveUp || bad_ == probes_);
}

}  // namespace gatewatch
