// SPDX-License-Identifier: MIT
//
// Where log lines go: stderr, through spdlog, from a thread of its own, so that a stuck terminal or
// journal delays nothing. In a terminal lines are coloured and carry the time of day; in the
// journal they carry the priority prefix of sd-daemon(3) and no time; elsewhere an ISO time.
//
// Limits: kMaxQueuedLines wait; the oldest are dropped first.
#pragma once

#include "core/log.h"

namespace gatewatch::daemon {

inline constexpr size_t kMaxQueuedLines = 1024;

// Requires: called once, before other threads start.
void open_log(LogLevel least);

// Writes out what waits. Nothing is logged afterwards.
void close_log();

}  // namespace gatewatch::daemon
