// SPDX-License-Identifier: MIT
//
// Tells "we are offline" from "they are down", by the control targets: places that are not watched
// for their own sake and that never all fail at once, unless it is us.
//
// A control fails where its newest probe got no answer: a network failure or, once it has answered,
// inconclusive (one that never answered may be one that cannot be probed from here at all). Any
// answer will do, a 502 included. We are offline while all controls fail, of which there must be at
// least kMinControls. A target's network failure is then set aside, as is one whose probe had begun
// before we were online again. Failures that end before the controls are known to fail count: each
// network failure of a target therefore asks for a probe of each control, kAskPause apart at least.
//
// Thread: one at a time. No I/O, no clock: what it decides depends on what it is handed alone.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/probe_request.h"
#include "core/sample.h"
#include "core/target.h"
#include "core/time.h"

namespace gatewatch::alerts {

inline constexpr size_t kMinControls = 2;
inline constexpr Duration kAskPause = std::chrono::seconds(5);

class ControlWatch {
 public:
  // Minds exactly those of `targets` that are controls and enabled; what is known of those that
  // stay is kept. One that no sample came of yet does not fail.
  void configure(const std::vector<Target>& targets);

  // Takes a live sample that ends now, of any target, and sets its result aside where we are
  // offline; samples of controls stay as they are, and manual ones. Returns the probes to make.
  std::vector<ProbeRequest> take(Sample& sample, SteadyTime now);

  [[nodiscard]] bool is_offline() const { return offline_; }
  // Why we are taken to be offline, as a sentence; empty while we are not.
  [[nodiscard]] std::string trouble() const;

 private:
  struct Control {
    bool fails = false;
    bool has_answered = false;
    std::string error;  // of the newest probe, where it failed
  };

  void update(SteadyTime now);
  std::vector<ProbeRequest> ask(SteadyTime now);

  std::map<std::string, Control> controls_;
  bool offline_ = false;
  std::optional<SteadyTime> online_since_;  // after having been offline
  std::optional<SteadyTime> asked_;
};

}  // namespace gatewatch::alerts
