// SPDX-License-Identifier: MIT
#include "core/repair_times.h"

#include <algorithm>

namespace gatewatch {

std::optional<RepairTimes> repair_times(std::vector<Duration> lengths, Duration age) {
  if (lengths.size() < kFewestRepairs) {
    return std::nullopt;
  }
  std::sort(lengths.begin(), lengths.end());
  const auto count_below = [&](Duration length) {
    return static_cast<size_t>(std::lower_bound(lengths.begin(), lengths.end(), length) -
                               lengths.begin());
  };
  RepairTimes times;
  times.incidents = lengths.size();
  times.median = lengths[(lengths.size() - 1) / 2];
  times.as_old = lengths.size() - count_below(age);
  times.soon = count_below(age + kPrognosis) - count_below(age);
  return times;
}

std::string describe(const RepairTimes& times) {
  std::string text = std::to_string(times.incidents) + " incidents before: half were over after " +
                     humanize_duration(times.median) + "; ";
  if (times.as_old == 0) {
    return text + "none lasted as long as this one";
  }
  return text + "of " + std::to_string(times.as_old) + " that lasted as long as this one, " +
         std::to_string(times.soon) + " ended within " + humanize_duration(kPrognosis) + " more";
}

}  // namespace gatewatch
