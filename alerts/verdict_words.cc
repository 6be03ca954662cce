// SPDX-License-Identifier: MIT
#include "alerts/verdict_words.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace gatewatch::alerts {

std::string times(size_t count, size_t of) {
  return std::to_string(count) + " of " + std::to_string(of);
}

void add_new(std::vector<std::string>& items, std::string item) {
  if (std::find(items.begin(), items.end(), item) == items.end()) {
    items.push_back(std::move(item));
  }
}

std::string explain(CauseSet causes) {
  std::vector<std::string> items;
  for (const Cause cause : kAllCauses) {
    if (causes.contains(cause)) {
      items.emplace_back(gatewatch::explain(cause));
    }
  }
  return items.size() > 1 ? "one of these: " + list_of(items, "; or ") : list_of(items, "");
}

}  // namespace gatewatch::alerts
