// SPDX-License-Identifier: MIT
//
// One statement of a TOML file as a path and a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/document.h"
#include "config/outline.h"

namespace gatewatch::config {

struct ParsedStatement {
  std::vector<std::string> path;  // the parts of the key, or of the header's name
  Value value;                    // of a key; with ${NAME} put into its strings
};

// Empty where it is not valid TOML, with the reason in `diagnostics`. An unset ${NAME} is told as
// well, and leaves a broken string in the value.
// Requires: not `broken`, not Lost.
[[nodiscard]] std::optional<ParsedStatement> parse_statement(
    const SourceFile& file, const Statement& statement,
    const std::map<std::string, std::string>& environment, Diagnostics& diagnostics);

}  // namespace gatewatch::config
