// SPDX-License-Identifier: MIT
//
// A condition on a window of recent probes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/incident.h"
#include "core/outcome.h"
#include "core/rate_window.h"
#include "core/sample.h"
#include "core/time.h"

namespace gatewatch {

// One word of a rule's `count`: which results are bad.
class CountMatcher {
 public:
  // Reads "502" (a status), "5xx" (a class of statuses), an outcome ("timeout"; "dns" stands for
  // dns_failure and dns_timeout too), "gateway" (is_gateway_failure()) or "failure" (every
  // conclusive outcome but ok). Empty for anything else.
  [[nodiscard]] static std::optional<CountMatcher> parse(std::string_view word);

  // Statuses match whether they were expected or not; never an inconclusive result.
  [[nodiscard]] bool matches(const ProbeResult& result) const;

  bool operator==(const CountMatcher&) const = default;

 private:
  enum class Kind { StatusRange, Outcome, Gateway, Failure };
  Kind kind_ = Kind::Failure;
  int first_status_ = 0;
  int last_status_ = 0;
  Outcome outcome_ = Outcome::Ok;
};

// An answer that a gateway made because its upstream failed: any server error of a known gateway;
// where nobody knows who made it, 502, 503 and 504; never the application's own.
[[nodiscard]] bool is_gateway_failure(const ProbeResult& result);

struct Rule {
  std::string name;
  std::vector<std::string> count_words;  // as written, for messages
  std::vector<CountMatcher> count;       // bad: any of these matches
  double threshold = 0.2;                // opens at rate >= threshold; over 0, at most 1
  Duration window = std::chrono::minutes(5);
  int min_probes = 5;  // with fewer conclusive probes in the window nothing changes
  int min_bad = 2;
  double clear = 0.1;                         // resolves at rate < clear; at most threshold
  Duration clear_for = Duration::zero();      // … for this long
  Duration reopen_within = Duration::zero();  // trouble this soon after: the same incident
  Severity severity = Severity::Critical;

  bool confirm = false;  // the first bad scheduled probe starts a burst of extra ones …
  Duration confirm_every = std::chrono::seconds(2);  // … this far apart; over 0
  Duration confirm_for = std::chrono::seconds(30);  // … and for this long; at least confirm_every

  // False for a rule of which only the name is known: gatewatch's own incidents, and incidents of a
  // rule that is gone.
  [[nodiscard]] bool has_window() const { return !count_words.empty(); }

  bool operator==(const Rule&) const = default;
};

// What one conclusive scheduled probe adds to the window of `rule`; zero probes for any other.
[[nodiscard]] Counts counts_of(const Rule& rule, const Sample& sample);

// Whether both fill their windows alike, so that one may take over the other's.
[[nodiscard]] bool same_window(const Rule& a, const Rule& b);

}  // namespace gatewatch
