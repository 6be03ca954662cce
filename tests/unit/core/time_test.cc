// SPDX-License-Identifier: MIT
#include "core/time.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <utility>
#include <vector>

namespace gatewatch {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, ReadsANumberAndOneUnit) {
  const std::vector<std::pair<std::string_view, Duration>> cases{
      {"500ms", 500ms}, {"30s", 30s}, {"5m", 5min}, {"2h", 2h}, {"7d", 7 * 24h}, {"0s", 0s},
  };
  for (const auto& [text, length] : cases) {
    EXPECT_EQ(parse_duration(text), length) << text;
  }
}

TEST(ParseDuration, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1h30m", "5sec", "1.5s", "5S", "0x5s",
        "99999999999999999999s", "9223372036854775807d", "4000d"}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
  }
}

TEST(FormatDuration, IsReadBackAsTheSame) {
  for (const Duration length : {Duration(1ms), Duration(1500ms), Duration(90s), Duration(5min),
                                Duration(25h), Duration(48h)}) {
    EXPECT_EQ(parse_duration(format_duration(length)), length);
  }
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(5min), "5m");
}

TEST(HumanizeDuration, NamesTwoUnitsAtMost) {
  EXPECT_EQ(humanize_duration(850ms), "850 ms");
  EXPECT_EQ(humanize_duration(20s), "20 s");
  EXPECT_EQ(humanize_duration(200s), "3 min 20 s");
  EXPECT_EQ(humanize_duration(5min), "5 min");
  EXPECT_EQ(humanize_duration(2h + 5min + 3s), "2 h 5 min");
  EXPECT_EQ(humanize_duration(49h), "2 d 1 h");
  EXPECT_EQ(humanize_duration(0s), "0 s");
}

TEST(FormatUtc, HasMillisecondsThatNeverRoundUp) {
  const WallTime time{1'763'806'559'999'600us};
  EXPECT_EQ(format_utc(time), "2025-11-22T10:15:59.999Z");
  EXPECT_EQ(format_utc(WallTime{}), "1970-01-01T00:00:00.000Z");
}

TEST(FormatLocal, NamesTheOffset) {
  ::setenv("TZ", "Europe/Berlin", 1);
  ::tzset();
  const std::string summer = format_local(WallTime{1'750'000'000'000'000us});
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  const bool has_zone_data = summer.ends_with("+02:00");
  EXPECT_TRUE(has_zone_data || summer.ends_with("+00:00")) << summer;
  EXPECT_EQ(format_local(WallTime{1'750'000'000'000'000us}), "2025-06-15 15:06:40 +00:00");
}

TEST(SystemClock, SteadyNeverGoesBack) {
  const Clock& clock = system_clock();
  SteadyTime last = clock.steady();
  for (int i = 0; i < 1000; ++i) {
    const SteadyTime now = clock.steady();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace gatewatch
