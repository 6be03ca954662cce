// SPDX-License-Identifier: MIT
//
// A condition on a window of recent probes.
#pragma once

#include <cstdint>
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
  // conclusive outcome but ok), "masked" (of a log alone: a request that failed at one upstream and
  // went well at another). Empty for anything else.
  [[nodiscard]] static std::optional<CountMatcher> parse(std::string_view word);

  // Statuses match whether they were expected or not; never an inconclusive result.
  [[nodiscard]] bool matches(const ProbeResult& result) const;
  [[nodiscard]] bool is_masked() const { return kind_ == Kind::Masked; }
  // Whether it is something that a line of a log can tell: a status, "gateway" or "masked".
  [[nodiscard]] bool fits_logs() const {
    return kind_ == Kind::StatusRange || kind_ == Kind::Gateway || kind_ == Kind::Masked;
  }

  bool operator==(const CountMatcher&) const = default;

 private:
  enum class Kind { StatusRange, Outcome, Gateway, Failure, Masked };
  Kind kind_ = Kind::Failure;
  int first_status_ = 0;
  int last_status_ = 0;
  Outcome outcome_ = Outcome::Ok;
};

// An answer that a gateway made because its upstream failed: any server error of a known gateway;
// where nobody knows who made it, 502, 503 and 504; never the application's own.
[[nodiscard]] bool is_gateway_failure(const ProbeResult& result);

// What fills the window of a rule.
enum class RuleSource : uint8_t {
  Probes,  // scheduled probes of the target
  Log,     // requests in the logs of gateways that are about the target
};

struct Rule {
  std::string name;
  RuleSource source = RuleSource::Probes;
  std::vector<std::string> count_words;  // as written, for messages
  std::vector<CountMatcher> count;       // bad: any of these matches
  double threshold = 0.2;                // opens at rate >= threshold; over 0, at most 1
  Duration window = std::chrono::minutes(5);
  int min_probes = 5;  // with fewer conclusive probes in the window nothing changes
  int min_bad = 2;
  double clear = 0.1;                         // resolves at rate < clear; at most threshold, or …
  static constexpr double kNoClear = 2;       // … this: whatever the rate
  Duration clear_for = Duration::zero();      // … for this long
  Duration reopen_within = Duration::zero();  // trouble this soon after: the same incident
  Duration recovering_after =
      std::chrono::minutes(2);  // shown as recovering when clean for so long
  Severity severity = Severity::Critical;

  // The first bad scheduled probe starts a trial (core/trial.h) with a burst of extra probes, which
  // opens as well; what opened resolves by clean time.
  bool confirm = false;
  Duration confirm_every = std::chrono::seconds(2);  // between probes of the burst; over 0
  Duration confirm_for = std::chrono::seconds(30);   // the burst at least; at least confirm_every
  int confirm_bad = 5;                               // bad ones that are enough for an incident …
  // … and one of them within the last of confirm_for; under confirm_for.
  Duration confirm_recent = std::chrono::seconds(10);
  // The burst at most, while it is undecided; at least confirm_for.
  Duration confirm_at_most = std::chrono::minutes(10);

  // False for a rule of which only the name is known: gatewatch's own incidents, and incidents of a
  // rule that is gone.
  [[nodiscard]] bool has_window() const { return !count_words.empty(); }

  bool operator==(const Rule&) const = default;
};

// Whether the result is bad by the rule, whatever the probe was made for.
[[nodiscard]] bool is_bad(const Rule& rule, const ProbeResult& result);

// What one conclusive scheduled probe adds to the window of `rule`; zero probes for any other, and
// where a log fills it.
[[nodiscard]] Counts counts_of(const Rule& rule, const Sample& sample);

// Whether both fill their windows alike, so that one may take over the other's.
[[nodiscard]] bool same_window(const Rule& a, const Rule& b);

}  // namespace gatewatch
