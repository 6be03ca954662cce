// SPDX-License-Identifier: MIT
#include <string_view>

#include "config/sections.h"
#include "core/text.h"

namespace gatewatch::config {

std::string Names::read(Table& table) {
  const std::optional<std::string> name = table.required_string("name");
  std::string problem;
  if (name) {
    if (name->empty() || count_characters(*name) > kMaxNameCharacters) {
      problem = "a name has 1 to " + std::to_string(kMaxNameCharacters) + " characters";
    } else if (!is_printable_utf8(*name)) {
      problem = "a name has printable characters only";
    } else if (name->starts_with("tag:")) {
      problem = "a name cannot begin with \"tag:\"";
    }
  }
  if (!problem.empty()) {
    table.error("name", problem);
  }
  if (!name || !problem.empty()) {
    complete_ = false;
    return {};
  }
  const Location here = table.where("name");
  const auto [first, is_new] = places_.emplace(*name, here);
  if (!is_new) {
    const Location& there = first->second;
    table.error(
        "name",
        "the name \"" + *name + "\" is taken at " +
            (there.file == here.file ? "line " + std::to_string(there.line) : to_string(there)),
        "names are unique");
  }
  return *name;
}

bool Names::contains(const std::string& name) const {
  return places_.contains(name);
}

std::string Names::hint(const std::string& name) const {
  std::vector<std::string_view> candidates;
  for (const auto& [candidate, place] : places_) {
    candidates.push_back(candidate);
  }
  const std::string_view near = closest(name, candidates);
  return near.empty() ? "" : "did you mean \"" + std::string(near) + "\"?";
}

}  // namespace gatewatch::config
