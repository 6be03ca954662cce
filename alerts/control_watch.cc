// SPDX-License-Identifier: MIT
#include "alerts/control_watch.h"

#include <algorithm>
#include <utility>

#include "core/own_trouble.h"

namespace gatewatch::alerts {

void ControlWatch::configure(const std::vector<Target>& targets) {
  std::map<std::string, Control> before = std::exchange(controls_, {});
  for (const Target& target : targets) {
    if (target.is_control && target.enabled) {
      controls_[target.name] = std::move(before[target.name]);
    }
  }
  if (controls_.size() < kMinControls) {
    offline_ = false;
  }
}

std::vector<ProbeRequest> ControlWatch::take(Sample& sample, SteadyTime now) {
  const ProbeResult& result = sample.result;
  const bool failed = is_network_failure(result.outcome);
  if (const auto control = controls_.find(sample.target); control != controls_.end()) {
    // A requested probe may have been ended by the control's turn, which says nothing.
    const bool says_nothing =
        !is_conclusive(result.outcome) &&
        (sample.purpose != Purpose::Scheduled || !control->second.has_answered);
    if (!says_nothing) {
      control->second.fails = failed || !is_conclusive(result.outcome);
      control->second.has_answered = control->second.has_answered || !control->second.fails;
      control->second.error = control->second.fails ? result.error : std::string();
      update(now);
    }
    return {};
  }
  if (!failed || sample.purpose == Purpose::Manual || controls_.size() < kMinControls) {
    return {};
  }
  if (offline_) {
    set_aside(sample.result, "no control target answers");
  } else if (online_since_ && now - result.latency < *online_since_) {
    set_aside(sample.result, "no control target answered when the probe began");
  }
  return ask(now);
}

void ControlWatch::update(SteadyTime now) {
  const bool all_fail = controls_.size() >= kMinControls &&
                        std::all_of(controls_.begin(), controls_.end(),
                                    [](const auto& control) { return control.second.fails; });
  if (offline_ && !all_fail) {
    online_since_ = now;
  }
  offline_ = all_fail;
}

std::vector<ProbeRequest> ControlWatch::ask(SteadyTime now) {
  std::vector<ProbeRequest> requests;
  if (asked_ && now - *asked_ < kAskPause) {
    return requests;
  }
  asked_ = now;
  for (const auto& [name, control] : controls_) {
    requests.push_back({.target = name, .purpose = Purpose::Diagnosis});
  }
  return requests;
}

std::string ControlWatch::trouble() const {
  if (!offline_) {
    return {};
  }
  std::string errors;
  for (const auto& [name, control] : controls_) {
    errors.append(errors.empty() ? "" : "; ").append(name).append(": ").append(control.error);
  }
  return "No control target answers (" + errors +
         "). Until one does, targets that do not answer are not counted as failing.";
}

}  // namespace gatewatch::alerts
