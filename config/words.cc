// SPDX-License-Identifier: MIT
#include "config/words.h"

#include <optional>
#include <vector>

#include "core/text.h"

namespace gatewatch::config {

void check_words(Table& table, const std::string& key, const std::string& words) {
  if (!is_printable_utf8(words) || count_characters(words) > kMaxWordCharacters ||
      (words.empty() && table.has(key))) {
    table.error(key, key + " must have 1 to " + std::to_string(kMaxWordCharacters) +
                         " printable characters");
  }
}

std::string UniqueNames::read(Table& table) {
  std::string name = table.required_string("name").value_or("");
  check_words(table, "name", name);
  if (!name.empty() && !names_.insert(name).second) {
    table.error("name", "there are two " + sort_ + " of the name \"" + printable(name) + '"');
  }
  return name;
}

CauseSet read_causes(Table& table) {
  CauseSet causes;
  const std::vector<std::string> words = table.one_or_more_strings("causes");
  for (size_t i = 0; i < words.size(); ++i) {
    if (const std::optional<Cause> cause = parse_cause(words[i])) {
      causes.add(*cause);
    } else {
      table.error_at("causes", i, "\"" + printable(words[i]) + "\" is not a cause",
                     "docs/signatures.md lists them");
    }
  }
  return causes;
}

}  // namespace gatewatch::config
