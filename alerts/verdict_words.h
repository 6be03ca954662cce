// SPDX-License-Identifier: MIT
//
// Pieces of the sentences of a verdict.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/answered_by.h"

namespace gatewatch::alerts {

// "3 of 12".
[[nodiscard]] std::string times(size_t count, size_t of);

// Where it is not among them.
void add_new(std::vector<std::string>& items, std::string item);

// "nothing listens at the upstream's port", or all that is possible.
[[nodiscard]] std::string explain(CauseSet causes);

}  // namespace gatewatch::alerts
