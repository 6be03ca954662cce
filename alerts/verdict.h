// SPDX-License-Identifier: MIT
//
// From what was observed to where the fault lies.
//
// A verdict says what the observations are consistent with, and lists them. It follows from the
// causes that remain possible when each source has ruled out what it can: the answers of the
// gateway, probes of the origin made beside them, the gateway's log, what the gateway says of
// itself (gateway_evidence.h). Where the sources contradict each other, or leave causes of
// different faults, the fault is unknown.
//
// The origin counts as failing where it failed in at least half of its newest probes, in a way that
// a gateway tells, and not already before the trouble began. It counts as fine after kFineProbes
// good probes and no bad one, and so many that they are luck with less than kLuck, if it failed as
// often as the target does. One address of k is named where its share of failures has
// p * k < kAddressP by Fisher's test and the others fail in at most kOthersMayFail.
//
// Pure.
#pragma once

#include "alerts/case_file.h"
#include "core/incident.h"

namespace gatewatch::alerts {

inline constexpr size_t kFineProbes = 3;
inline constexpr double kLuck = 0.05;
inline constexpr double kAddressP = 0.01;
inline constexpr double kOthersMayFail = 0.2;
// A gateway whose first byte comes this late has tried, or waited for, an upstream.
inline constexpr Duration kWaitedFrom = std::chrono::milliseconds(500);
// Failures that come this close to a round number of seconds are somebody's timeout.
inline constexpr Duration kCliffWidth = std::chrono::milliseconds(400);
inline constexpr size_t kCliffFailures = 3;

[[nodiscard]] Verdict judge(const CaseFile& file);

}  // namespace gatewatch::alerts
