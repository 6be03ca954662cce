// SPDX-License-Identifier: MIT
//
// How long the past incidents of each (target, rule) lasted.
//
// Thread: one at a time. No I/O. Limits: the newest kMaxLengths of each pair.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "alerts/change.h"
#include "core/incident.h"
#include "core/time.h"

namespace gatewatch::alerts {

inline constexpr size_t kMaxLengths = 200;

class RepairHistory {
 public:
  // A closed incident of an earlier run; oldest first. One that did not recover, and an open one,
  // tells nothing.
  void add(const Incident& incident);
  void take(const Change& change);

  // What there is to say beside an open incident; empty where that is nothing.
  [[nodiscard]] std::string beside(const Incident& incident, WallTime now) const;

 private:
  std::map<std::pair<std::string, std::string>, std::deque<Duration>> lengths_;
};

}  // namespace gatewatch::alerts
