// SPDX-License-Identifier: MIT
//
// early_warning_report - prints what the early warning is worth on made-up pasts of which it is
// known whether anything tells of a trouble: the table in docs/early-warning.md.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "alerts/hazard_backtest.h"
#include "tests/forecast/synthetic_history.h"

namespace {

using namespace gatewatch;
using alerts::HazardFigures;
using alerts::HazardReport;

// The constants of the model were chosen with the seeds 1 to 20; these it has never seen.
constexpr uint64_t kFirstSeed = 101;
constexpr uint64_t kSeeds = 20;
constexpr int kDays = 180;

struct Range {
  std::vector<double> values;

  void add(std::optional<double> value) {
    if (value) {
      values.push_back(*value);
    }
  }
  [[nodiscard]] double median() const {
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
  [[nodiscard]] std::string text(double times, const char* unit, int digits = 0) const {
    if (values.empty()) {
      return "-";
    }
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f%s", digits, median() * times, unit);
    return buffer;
  }
};

struct Columns {
  Range precision, recall, alarms, lead;

  void add(const HazardFigures& figures) {
    precision.add(figures.precision());
    recall.add(figures.recall());
    alarms.add(figures.alarms_per_month);
    if (figures.lead_time) {
      lead.add(to_seconds(*figures.lead_time) / 3'600);
    }
  }
};

void print_row(testing::PastKind kind) {
  int warns = 0;
  Range onsets;
  Columns model;
  Columns recent;
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + kSeeds; ++seed) {
    const testing::Past past = testing::make_past(kind, seed, kDays);
    const HazardReport report = alerts::backtest(testing::record(past), past.end);
    warns += report.warns ? 1 : 0;
    onsets.add(static_cast<double>(report.onsets));
    if (report.tested_hours > 0) {
      model.add(report.model);
      recent.add(report.recent);
    }
  }
  std::printf("| %s | %s | %d of %d | %s | %s | %s | %s | %s | %s | %s |\n",
              std::string(to_string(kind)).c_str(), onsets.text(1, "").c_str(), warns,
              static_cast<int>(kSeeds), model.precision.text(100, " %").c_str(),
              model.recall.text(100, " %").c_str(), model.lead.text(1, " h", 1).c_str(),
              model.alarms.text(1, "", 1).c_str(), recent.precision.text(100, " %").c_str(),
              recent.recall.text(100, " %").c_str(), recent.alarms.text(1, "", 1).c_str());
}

}  // namespace

int main() {
  std::puts(
      "| troubles | incidents | warns | precision | recall | lead time | alarms a month | "
      "7 days: precision | recall | alarms a month |\n"
      "|---|---|---|---|---|---|---|---|---|---|");
  for (const testing::PastKind kind : testing::kAllPasts) {
    print_row(kind);
  }
  return 0;
}
