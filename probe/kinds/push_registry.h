// SPDX-License-Identifier: MIT
//
// Where jobs report in: the tokens of the targets of kind "push", and what was last heard under
// each.
//
// A watch stands for one target, under one token: the newest. Silence counts from the last report;
// before the first one from when the target began to be watched. As long as its token stays, that
// outlives a reload (a watch made while one is held is the same one) and a restart (what is known
// is handed out as PushStates, and taken back by remember()). A report is for all targets of its
// token.
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
#include <vector>

#include "core/push_report.h"
#include "core/push_state.h"
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
  SteadyTime silent_since;
  WallTime watched_since;
  std::optional<WallTime> reported_at;  // the last report, if only before the daemon's start
  std::optional<std::string> failure;   // it was of a failure, in these printable words (or "")
  std::optional<std::string> untold;    // the newest failure that no turn has told of, in its words
};

class PushRegistry {
 public:
  // `on_report` gets each report as a sample of purpose manual, at the time it came: ok, or as
  // failed_result() has it. It may make and drop watches. `on_state` gets what is to outlive the
  // daemon, at each report and from save(); it must not call back.
  PushRegistry(Loop& loop, std::function<void(Sample)> on_report,
               std::function<void(PushState)> on_state);

  // What the last run left, for the watches that are made before the next save(). The time since
  // noted_at is not silence: no report could come in.
  void remember(std::vector<PushState> states);

  // The token is known as long as the watch is held, or until the target is watched under another.
  [[nodiscard]] std::shared_ptr<const PushWatch> watch(const std::string& target,
                                                       const Secret& token);

  // Taken, Unknown or TooMany.
  PushAnswer take(const PushReport& report);

  // To be told of the samples of all turns: a conclusive one of a target has told of its failures.
  void note_turn(const Sample& sample);

  // Hands over the states that are new or no longer true, and those handed over `renew_after` ago
  // or longer; and that those are gone that nobody watches any more. For after each change of
  // watches, now and then, and at the end with a `renew_after` of zero.
  void save(Duration renew_after);

 private:
  struct HashDigest {
    size_t operator()(const TokenDigest& digest) const;
  };

  struct Job {
    TokenDigest digest{};
    std::weak_ptr<PushWatch> watch;
    std::optional<PushState> saved;  // as on_state has it
  };

  bool is_over_limit();
  [[nodiscard]] PushWatch begin(const std::string& target, const TokenDigest& digest);
  [[nodiscard]] PushState state_of(const std::string& target, const Job& job,
                                   const PushWatch& watch) const;
  void hand_over(Job& job, PushState state);
  void forget_token(const std::string& target, const TokenDigest& digest);

  Loop& loop_;
  const std::function<void(Sample)> on_report_;
  const std::function<void(PushState)> on_state_;
  std::unordered_map<std::string, Job> jobs_;  // by target
  std::unordered_map<TokenDigest, std::set<std::string>, HashDigest> targets_;
  std::unordered_map<std::string, PushState> remembered_;  // by target
  SteadyTime second_began_;
  int in_this_second_ = 0;
};

// How a job that reported a failure shows in samples.
[[nodiscard]] ProbeResult failed_result(const std::string& message);

}  // namespace gatewatch::probe
