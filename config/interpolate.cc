// SPDX-License-Identifier: MIT
#include "config/interpolate.h"

#include <algorithm>

namespace gatewatch::config {
namespace {

bool is_variable_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

std::expected<std::string, InterpolationError> interpolate(
    std::string_view text, const std::map<std::string, std::string>& environment) {
  std::string out;
  while (true) {
    const size_t dollar = text.find("${");
    if (dollar == std::string_view::npos) {
      return out.append(text);
    }
    if (dollar > 0 && text[dollar - 1] == '$') {
      out.append(text.substr(0, dollar - 1)).append("${");
      text.remove_prefix(dollar + 2);
      continue;
    }
    out.append(text.substr(0, dollar));
    text.remove_prefix(dollar + 2);
    const size_t end = text.find('}');
    const std::string_view inside = text.substr(0, end);
    const size_t separator = inside.find(":-");
    const std::string name(inside.substr(0, separator));
    if (end == std::string_view::npos || !is_variable_name(name)) {
      return std::unexpected(InterpolationError{"\"${\" begins no ${NAME} or ${NAME:-default}",
                                                "a literal ${ is written $${"});
    }
    const auto found = environment.find(name);
    const bool has_default = separator != std::string_view::npos;
    if (found == environment.end() && !has_default) {
      return std::unexpected(
          InterpolationError{"the environment variable " + name + " is not set",
                             "${" + name + ":-default} gives a default, $${ is a literal ${"});
    }
    if (has_default && (found == environment.end() || found->second.empty())) {
      out.append(inside.substr(separator + 2));
    } else {
      out.append(found->second);
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace gatewatch::config
