// SPDX-License-Identifier: MIT
//
// detection_report [--long]: the tables of docs/detection.md, in Markdown. Fixed seeds: the same
// numbers at each run. Without --long a short version of each, which the document holds too.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "tests/detection/detection.h"

namespace gatewatch::testing {
namespace {

constexpr double kMonth = 30 * 86'400.0;
constexpr double kSettled = 7200;  // of quiet before an outage
constexpr double kHour = 3600;

struct Extent {
  int months;
  int onsets;
};
constexpr Extent kShort{.months = 2, .onsets = 60};
constexpr Extent kLong{.months = 40, .onsets = 600};

using Make = std::function<std::unique_ptr<Watcher>()>;

struct Counted {
  double openings = 0;    // a month
  double confirming = 0;  // probes a month
};

Counted count_openings(const Make& make, double interval, int months,
                       const std::function<Fate(uint64_t seed)>& fate) {
  Counted sum;
  for (int month = 0; month < months; ++month) {
    const std::unique_ptr<Watcher> watcher = make();
    const double phase = interval * month / months;
    const Played run = watch(*watcher, interval, phase, kMonth, fate(static_cast<uint64_t>(month)));
    sum.openings += static_cast<double>(run.openings.size());
    sum.confirming += static_cast<double>(run.confirming);
  }
  return {.openings = sum.openings / months, .confirming = sum.confirming / months};
}

struct Found {
  double median = 0;
  double p90 = 0;
  double in_an_hour = 0;  // share
};

Found find(const Make& make, double interval, int onsets, double rate) {
  std::vector<double> delays;
  for (int i = 0; i < onsets; ++i) {
    const std::unique_ptr<Watcher> watcher = make();
    std::mt19937_64 random(static_cast<uint64_t>(i));
    const double onset = kSettled + interval * draw(random);
    const double until = onset + 24 * kHour;
    const Played run = watch(*watcher, interval, 0, until,
                             outage(static_cast<uint64_t>(i) + 1'000'000, onset, rate), true);
    delays.push_back((run.openings.empty() ? until : run.openings.front()) - onset);
  }
  std::sort(delays.begin(), delays.end());
  const auto in_an_hour =
      std::count_if(delays.begin(), delays.end(), [](double delay) { return delay <= kHour; });
  return {.median = delays[delays.size() / 2],
          .p90 = delays[delays.size() * 9 / 10],
          .in_an_hour = static_cast<double>(in_an_hour) / onsets};
}

std::string time_of(double seconds) {
  std::array<char, 32> text{};
  if (seconds < 120) {
    std::snprintf(text.data(), text.size(), "%.0f s", seconds);
  } else {
    std::snprintf(text.data(), text.size(), "%.1f min", seconds / 60);
  }
  return text.data();
}

void print_found(const char* name, const Make& make, double interval, int onsets) {
  std::printf("| %s | %.0f s |", name, interval);
  for (const double rate : {1.0, 0.5, 0.2, 0.05}) {
    const Found found = find(make, interval, onsets, rate);
    std::printf(" %s / %s |", time_of(found.median).c_str(), time_of(found.p90).c_str());
    if (rate == 0.05) {
      std::printf(" %.0f %% |", found.in_an_hour * 100);
    }
  }
  std::printf("\n");
}

void print_false(const char* name, const Make& make, double interval, int months) {
  const auto count = [&](const std::function<Fate(uint64_t)>& fate) {
    return count_openings(make, interval, months, fate);
  };
  const Counted quiet = count([](uint64_t seed) { return noise(seed, 0.001); });
  const Counted loud = count([](uint64_t seed) { return noise(seed, 0.01); });
  std::printf("| %s | %.0f s | %.2f | %.2f | %.2f | %.1f | %.0f | %.0f, %.0f |\n", name, interval,
              quiet.openings, loud.openings, count([](uint64_t) { return daily(20); }).openings,
              count([](uint64_t seed) { return blips(seed, 6, 15); }).openings,
              count([](uint64_t seed) { return blips(seed, 58, 15); }).openings, quiet.confirming,
              loud.confirming);
}

Make shipped(double interval) {
  const Duration length = std::chrono::seconds(static_cast<int64_t>(interval));
  return [rule = shipped_rule(length), length] { return std::make_unique<Shipped>(rule, length); };
}

void print(const Extent& extent) {
  const Make reference = [] { return std::make_unique<Reference>(); };
  std::printf(
      "Found after (median / 90 %%), %d onsets each, of troubles in which each request fails with "
      "this probability:\n\n| rule | interval | 100 %% | 50 %% | 20 %% | 5 %% | 5 %%: found in an "
      "hour |\n|---|---|---|---|---|---|---|\n",
      extent.onsets);
  for (const double interval : {10.0, 30.0, 60.0}) {
    print_found("to beat", reference, interval, extent.onsets);
    print_found("`bad-gateway`", shipped(interval), interval, extent.onsets);
  }
  std::printf(
      "\nIncidents in 30 days, mean of %d, of what is none or hardly one:\n\n| rule | interval | "
      "0.1 %% noise | 1 %% noise | 20 s each day | solid for 15 s on average, 6 a day | 58 a day | "
      "confirming probes at 0.1 %%, 1 %% |\n|---|---|---|---|---|---|---|---|\n",
      extent.months);
  for (const double interval : {10.0, 30.0, 60.0}) {
    print_false("to beat", reference, interval, extent.months);
    print_false("`bad-gateway`", shipped(interval), interval, extent.months);
  }
}

}  // namespace
}  // namespace gatewatch::testing

int main(int argc, char** argv) {
  const bool is_long = argc > 1 && std::strcmp(argv[1], "--long") == 0;
  gatewatch::testing::print(is_long ? gatewatch::testing::kLong : gatewatch::testing::kShort);
}
