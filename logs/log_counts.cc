// SPDX-License-Identifier: MIT
#include "logs/log_counts.h"

#include <algorithm>

namespace gatewatch::logs {
namespace {

constexpr int kNoStatusLine = 9;

ProbeResult as_probed(const AnswerClass& answer) {
  ProbeResult result;
  result.status = answer.status;
  result.answered_by.role = answer.answered_by;
  result.outcome = answer.status == kNoStatusLine   ? Outcome::Protocol
                   : is_server_error(answer.status) ? outcome_of_unexpected_status(answer.status)
                                                    : Outcome::Ok;
  return result;
}

}  // namespace

void LogCounts::add(const GatewayEvent& event) {
  if (event.kind == EventKind::Upstream) {
    return;
  }
  if (event.of_probe) {
    probes += event.kind == EventKind::Request ? 1U : 0U;
    masked_probes += event.masked ? 1U : 0U;
    return;
  }
  if (event.kind == EventKind::Request) {
    ++requests;
    masked += event.masked ? 1U : 0U;
    ++answers[{event.status, event.answered_by}];
  } else {
    ++failures;
  }
}

LogCounts& LogCounts::operator+=(const LogCounts& other) {
  requests += other.requests;
  masked += other.masked;
  probes += other.probes;
  masked_probes += other.masked_probes;
  failures += other.failures;
  for (const auto& [answer, count] : other.answers) {
    answers[answer] += count;
  }
  return *this;
}

uint32_t LogCounts::with_status(int status) const {
  uint32_t sum = 0;
  for (const auto& [answer, count] : answers) {
    sum += answer.status == status ? count : 0;
  }
  return sum;
}

uint32_t LogCounts::gateway_failures() const {
  uint32_t sum = 0;
  for (const auto& [answer, count] : answers) {
    sum += is_gateway_failure(as_probed(answer)) ? count : 0;
  }
  return sum;
}

Counts counts_of(const Rule& rule, const LogCounts& counts) {
  Counts sum;
  for (const auto& [answer, count] : counts.answers) {
    const ProbeResult result = as_probed(answer);
    const bool is_bad =
        std::any_of(rule.count.begin(), rule.count.end(),
                    [&](const CountMatcher& matcher) { return matcher.matches(result); });
    sum.probes += count;
    sum.bad += is_bad ? count : 0;
    sum.bad_502 += answer.status == 502 ? count : 0;
    sum.gateway += is_gateway_failure(result) ? count : 0;
  }
  // What probes met behind the gateway is as true of them as of others.
  if (std::any_of(rule.count.begin(), rule.count.end(),
                  [](const CountMatcher& matcher) { return matcher.is_masked(); })) {
    sum.probes += counts.probes;
    sum.bad += counts.masked + counts.masked_probes;
  }
  return sum;
}

}  // namespace gatewatch::logs
