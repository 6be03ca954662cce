// SPDX-License-Identifier: MIT
//
// Where jobs report in: the tokens of the targets of kind "push", and what was last heard under
// each.
//
// A watch stands for one target. Silence counts from the last report; before the first one from
// when the watch was made. A watch made while one of the same target and token is there (at a
// reload) goes on with what that one knows. A report is for all watches of its token.
//
// Tokens are kept and compared as their SHA-256, so that the time it takes to find one tells
// nothing about any.
//
// Thread: the loop's. Lifetime: the loop outlives it; watches may outlive it, but then hear
// nothing. Limits: kMaxReportsPerSecond of known tokens; above it reports are refused. Unknown
// tokens do not count and change nothing.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "core/push_report.h"
#include "core/sample.h"
#include "core/secret.h"
#include "core/time.h"
#include "probe/loop/loop.h"

namespace gatewatch::probe {

inline constexpr int kMaxReportsPerSecond = 1'000;

using TokenDigest = std::array<unsigned char, 32>;
[[nodiscard]] TokenDigest digest_of(const std::string& token);

// What is known of the job of one target.
struct PushWatch {
  std::string target;
  TokenDigest digest{};
  Duration limit{};  // silence for longer is a failure
  SteadyTime silent_since;
  bool heard = false;   // a report came, if only before the daemon's start
  bool failed = false;  // the last report was of a failure …
  std::string message;  // … in these words; printable, may be empty
};

class PushRegistry {
 public:
  // `on_report` gets each report as a sample of purpose manual, at the time it came: ok, or as
  // failed_result() has it. It may make and drop watches.
  PushRegistry(Loop& loop, std::function<void(Sample)> on_report);

  // The token is known as long as the watch is held.
  [[nodiscard]] std::shared_ptr<const PushWatch> watch(const std::string& target,
                                                       const Secret& token, Duration limit);

  // Taken, Unknown or TooMany.
  PushAnswer take(const PushReport& report);

  // The targets of all watches, and the longest limit of them; zero without any.
  [[nodiscard]] std::set<std::string> targets() const;
  [[nodiscard]] Duration longest_limit() const;

  // Goes on where the last run of the daemon stopped, from the newest samples that it left of a
  // target: of a turn, and of a report. The time that it did not run is not silence: a job could
  // not report then. Nothing happens where there is no sample of a turn, and for a target without a
  // watch or that has reported since.
  void restore(const std::string& target, const std::optional<Sample>& turn,
               const std::optional<Sample>& report);

 private:
  struct HashDigest {
    size_t operator()(const TokenDigest& digest) const;
  };

  bool is_over_limit();

  Loop& loop_;
  const std::function<void(Sample)> on_report_;
  std::unordered_multimap<TokenDigest, std::weak_ptr<PushWatch>, HashDigest> watches_;
  SteadyTime second_began_;
  int in_this_second_ = 0;
};

// How a job that reported a failure shows in samples.
[[nodiscard]] ProbeResult failed_result(const std::string& message);

}  // namespace gatewatch::probe
