// SPDX-License-Identifier: MIT
#include "config/target_words.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "core/text.h"

namespace gatewatch::config {
namespace {

constexpr std::string_view kTagPrefix = "tag:";

bool fits(const std::string& pattern, const std::string& text) {
  return pattern == text || fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

}  // namespace

bool selects(const std::string& word, const Target& target) {
  if (target.is_control) {
    return false;
  }
  if (word.starts_with(kTagPrefix)) {
    const std::string pattern = word.substr(kTagPrefix.size());
    return std::any_of(target.tags.begin(), target.tags.end(),
                       [&](const std::string& tag) { return fits(pattern, tag); });
  }
  return fits(word, target.name);
}

bool select(const std::vector<std::string>& words, const Target& target) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return selects(word, target); });
}

bool is_name(std::string_view word) {
  return !word.starts_with(kTagPrefix) && word.find_first_of("*?[") == std::string_view::npos;
}

std::vector<std::string> read_target_words(Table& table, const std::vector<Target>& targets,
                                           const std::string& consequence) {
  if (!table.has("targets")) {
    return {"*"};
  }
  std::vector<std::string> words = table.strings("targets");
  if (table.is_empty_array("targets")) {
    table.error("targets", "targets is empty: " + consequence);
  }
  std::vector<std::string_view> names;
  for (const Target& target : targets) {
    names.emplace_back(target.name);
  }
  check_names(table, words, names);
  return words;
}

void check_names(Table& table, const std::vector<std::string>& words,
                 const std::vector<std::string_view>& names) {
  const std::set<std::string_view> known(names.begin(), names.end());
  for (size_t i = 0; i < words.size() && !known.contains(""); ++i) {
    if (is_name(words[i]) && !known.contains(words[i])) {
      const std::string_view near = closest(words[i], names);
      table.error_at("targets", i, "there is no target \"" + words[i] + "\"",
                     near.empty() ? "" : "did you mean \"" + std::string(near) + "\"?");
    }
  }
}

void remark_on_words(const Table& table, const std::vector<std::string>& words,
                     const std::vector<TargetConfig>& targets, Diagnostics& diagnostics) {
  for (size_t i = 0; table.has("targets") && i < words.size(); ++i) {
    const std::string& word = words[i];
    if (std::any_of(targets.begin(), targets.end(),
                    [&](const TargetConfig& one) { return selects(word, one.target); })) {
      continue;
    }
    const bool is_control = std::any_of(
        targets.begin(), targets.end(),
        [&](const TargetConfig& one) { return one.target.is_control && one.target.name == word; });
    diagnostics.remark(table.where_at("targets", i), "\"" + word + "\" fits no target",
                       is_control ? "it is a control, to which no rule applies" : "");
  }
}

}  // namespace gatewatch::config
