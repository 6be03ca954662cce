// SPDX-License-Identifier: MIT
//
// ${NAME} and ${NAME:-default} in the strings of the configuration.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace gatewatch::config {

struct InterpolationError {
  std::string message;
  std::string hint;
};

// `text` with each ${NAME} replaced by the variable of that name. ${NAME:-default} gives the
// default, up to the next "}", where NAME is unset or empty. $${ gives "${"; any other $ stands for
// itself. What was put in is not looked at again. An unset variable without default, and a "${"
// that is neither form, are errors.
[[nodiscard]] std::expected<std::string, InterpolationError> interpolate(
    std::string_view text, const std::map<std::string, std::string>& environment);

}  // namespace gatewatch::config
