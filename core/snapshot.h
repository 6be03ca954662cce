// SPDX-License-Identifier: MIT
//
// An immutable picture of everything gatewatch knows at one instant, made on the loop thread for
// readers on other threads (status page, metrics, `gatewatch status`).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/incident.h"
#include "core/sample.h"
#include "core/target.h"
#include "core/time.h"

namespace gatewatch {

struct TargetStatus {
  Target target;
  // The newest scheduled probe, without head and body; the worst of its samples where it was of
  // several addresses.
  std::optional<Sample> last;
  // Since start, by (outcome, status); status 0 where none came.
  std::map<std::pair<Outcome, int>, uint64_t> probes;
  std::optional<Sample> origin;  // the newest probe of its origin, without head and body
  uint64_t skipped = 0;          // turns that found the probe before still in flight
  std::map<Outcome, uint64_t> confirm_probes;  // those of confirmation bursts, since start
};

// What a gateway's log has told since start.
struct LogStatus {
  std::string log;        // its name
  std::string trouble;    // why it is not read; empty where it is
  uint64_t requests = 0;  // of real traffic
  uint64_t bad_502 = 0;   // of these, with status 502
  uint64_t gateway = 0;   // of these, gateway failures
  uint64_t masked =
      0;  // of these, and of probes, that failed at one upstream and went well at another
  uint64_t failures = 0;   // lines of an error log about a failed try
  uint64_t lines_cut = 0;  // lines longer than is kept
};

// gatewatch's own state.
struct OwnHealth {
  uint64_t probes_in_flight = 0;
  uint64_t samples_stored = 0;   // committed since start
  uint64_t samples_dropped = 0;  // lost because the disk could not take them
  uint64_t samples_waiting = 0;  // not yet committed
  bool storage_ok = true;        // the newest commit succeeded, or nothing waits
  std::string storage_error;     // printable; empty when ok
  uint64_t notifications_pending = 0;
  uint64_t notifications_delivered = 0;  // since start
  uint64_t dead_letters = 0;             // in the database at start, and since
  bool offline = false;                  // no control target answers
  uint64_t stalls = 0;       // times the loop stood still, since start; so are the next two
  uint64_t suspensions = 0;  // … the machine was suspended
  uint64_t clock_steps = 0;  // … the wall clock was set
  // Lateness of scheduled probes since start: upper bounds in seconds and cumulative counts.
  std::vector<std::pair<double, uint64_t>> lateness;
  double lateness_sum_seconds = 0;
  uint64_t lateness_count = 0;
};

struct Snapshot {
  WallTime at;
  WallTime started_at;
  std::string version;
  std::vector<TargetStatus> targets;     // in configuration order
  std::vector<Incident> open_incidents;  // oldest first
  std::vector<LogStatus> logs;           // by name
  OwnHealth health;
};

}  // namespace gatewatch
