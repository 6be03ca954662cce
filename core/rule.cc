// SPDX-License-Identifier: MIT
#include "core/rule.h"

#include <algorithm>

namespace gatewatch {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<CountMatcher> CountMatcher::parse(std::string_view word) {
  CountMatcher matcher;
  if (word == "gateway") {
    matcher.kind_ = Kind::Gateway;
    return matcher;
  }
  if (word == "failure") {
    matcher.kind_ = Kind::Failure;
    return matcher;
  }
  if (word == "masked") {
    matcher.kind_ = Kind::Masked;
    return matcher;
  }
  if (word.size() == 3 && word[0] >= '1' && word[0] <= '5') {
    matcher.kind_ = Kind::StatusRange;
    const int hundreds = (word[0] - '0') * 100;
    if (word.substr(1) == "xx") {
      matcher.first_status_ = hundreds;
      matcher.last_status_ = hundreds + 99;
      return matcher;
    }
    if (is_digit(word[1]) && is_digit(word[2])) {
      matcher.first_status_ = hundreds + (word[1] - '0') * 10 + (word[2] - '0');
      matcher.last_status_ = matcher.first_status_;
      return matcher;
    }
  }
  const std::optional<Outcome> outcome = parse_outcome(word);
  if (!outcome || !is_conclusive(*outcome) || *outcome == Outcome::Ok) {
    return std::nullopt;
  }
  matcher.kind_ = Kind::Outcome;
  matcher.outcome_ = *outcome;
  return matcher;
}

bool CountMatcher::matches(const ProbeResult& result) const {
  if (!is_conclusive(result.outcome)) {
    return false;
  }
  switch (kind_) {
    case Kind::StatusRange:
      return result.status >= first_status_ && result.status <= last_status_;
    case Kind::Outcome:
      return result.outcome == outcome_ ||
             (outcome_ == Outcome::Dns && is_dns_trouble(result.outcome));
    case Kind::Gateway:
      return is_gateway_failure(result);
    case Kind::Failure:
      return result.outcome != Outcome::Ok;
    case Kind::Masked:
      return false;
  }
  return false;
}

bool is_gateway_failure(const ProbeResult& result) {
  switch (result.answered_by.role) {
    case Role::Gateway:
      return is_server_error(result.status);
    case Role::Application:
      return false;
    case Role::Unknown:
      break;
  }
  return result.status == 502 || result.status == 503 || result.status == 504;
}

bool is_bad(const Rule& rule, const ProbeResult& result) {
  return std::any_of(rule.count.begin(), rule.count.end(),
                     [&](const CountMatcher& matcher) { return matcher.matches(result); });
}

Counts counts_of(const Rule& rule, const Sample& sample) {
  if (rule.source != RuleSource::Probes || sample.purpose != Purpose::Scheduled ||
      !is_conclusive(sample.result.outcome)) {
    return {};
  }
  Counts counts;
  counts.probes = 1;
  counts.bad = is_bad(rule, sample.result) ? 1 : 0;
  counts.bad_502 = sample.result.status == 502 ? 1 : 0;
  counts.gateway = is_gateway_failure(sample.result) ? 1 : 0;
  return counts;
}

bool same_window(const Rule& a, const Rule& b) {
  return a.source == b.source && a.window == b.window && a.count == b.count;
}

}  // namespace gatewatch
