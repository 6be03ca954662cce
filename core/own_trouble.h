// SPDX-License-Identifier: MIT
//
// Telling our own trouble from the target's, after a probe has ended.
#pragma once

#include <string_view>

#include "core/outcome.h"
#include "core/sample.h"

namespace gatewatch {

// Whether the probe failed without a whole answer, on the way or at the door: what a target that is
// down has in common with a network of ours that is.
[[nodiscard]] bool is_network_failure(Outcome outcome);

// Whether our own slowness may be why: time ran out, or what came was late or cut short, by a peer
// that would not wait either.
[[nodiscard]] bool may_be_for_time(Outcome outcome);

// Makes a result inconclusive: its error becomes "not counted: WHY; OUTCOME: ERROR", so that what
// the probe met is still told.
void set_aside(ProbeResult& result, std::string_view why);

}  // namespace gatewatch
