// SPDX-License-Identifier: MIT
//
// Rows of text in aligned columns, for a terminal.
#pragma once

#include <string>
#include <vector>

namespace gatewatch::daemon {

// The first row is the heading. Columns are as wide as their widest cell (in characters), two
// spaces apart; the last one is not padded.
[[nodiscard]] std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace gatewatch::daemon
