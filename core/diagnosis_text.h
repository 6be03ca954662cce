// SPDX-License-Identifier: MIT
//
// A diagnosis as a person reads it, in a terminal or a mail. Pure.
#pragma once

#include <string>

#include "core/diagnosis.h"

namespace gatewatch {

// Lines: what the findings say together, one line for each finding in aligned columns, then the
// evidence of each that has some. Ends with a line end. At most a few hundred kB:
// kMaxFindings × kMaxFindingEvidence.
[[nodiscard]] std::string to_text(const Diagnosis& diagnosis);

}  // namespace gatewatch
