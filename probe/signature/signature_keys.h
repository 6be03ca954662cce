// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "config/table.h"
#include "probe/signature/signatures.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxOwnSignatures = 100;

// Reads the [[signature]] tables. Mistakes go to their diagnostics; the rows are fit for use only
// where there are none. finish() is left to the caller.
[[nodiscard]] std::vector<OwnSignature> read_signatures(std::vector<config::Table>& tables);

}  // namespace gatewatch::probe
