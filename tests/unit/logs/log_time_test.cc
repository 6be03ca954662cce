// SPDX-License-Identifier: MIT
#include "logs/log_time.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <string>

namespace gatewatch::logs {
namespace {

class InZone {
 public:
  explicit InZone(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
  ~InZone() {
    unsetenv("TZ");
    tzset();
  }
};

std::string utc(std::string_view text) {
  const auto at = parse_log_time(text);
  return at ? format_utc(*at) : "none";
}

TEST(LogTime, ReadsWhatHasAnOffsetAsItSays) {
  const InZone zone("Asia/Tokyo");
  EXPECT_EQ(utc("2026-11-22T18:00:18+00:00"), "2026-11-22T18:00:18.000Z");
  EXPECT_EQ(utc("2026-11-22T18:00:18.250+0100"), "2026-11-22T17:00:18.250Z");
  EXPECT_EQ(utc("2026-11-22T18:00:18,250Z"), "2026-11-22T18:00:18.250Z");
  EXPECT_EQ(utc("22/Nov/2026:18:01:30 -0530"), "2026-11-22T23:31:30.000Z");
  EXPECT_EQ(utc("1795370265.351"), "2026-11-22T17:57:45.351Z");
  EXPECT_EQ(utc("1795370265351"), "2026-11-22T17:57:45.351Z");
}

TEST(LogTime, ReadsWhatHasNoOffsetInTheMachinesZone) {
  const InZone zone("UTC-2");  // POSIX: two hours ahead of UTC
  EXPECT_EQ(utc("2026/11/22 18:00:18"), "2026-11-22T16:00:18.000Z");
  EXPECT_EQ(utc("2026-11-22 17:57:37"), "2026-11-22T15:57:37.000Z");
  EXPECT_EQ(utc("22/Nov/2026:18:00:53.098"), "2026-11-22T16:00:53.098Z");
  EXPECT_EQ(utc("Sun Nov 22 18:01:30.646223 2026"), "2026-11-22T16:01:30.646Z");
  EXPECT_EQ(utc("Sun Nov  1 18:01:30 2026"), "2026-11-01T16:01:30.000Z");
  EXPECT_EQ(utc("20261122.17h59m29s"), "2026-11-22T15:59:29.000Z");
}

TEST(LogTime, TakesNoInstantAfterWhatCanBeTold) {
  EXPECT_EQ(utc("7000000000.5"), "2191-10-27T12:26:40.500Z");
  EXPECT_EQ(utc("9999999999.5"), "none") << "nanoseconds end in the year 2262";
  EXPECT_EQ(utc("9999999999999"), "none");
}

TEST(LogTime, TakesNothingElse) {
  for (const std::string_view text :
       {"", "-", "yesterday", "2026-13-22T18:00:18Z", "2026-02-30T18:00:18Z",
        "2026-11-22T24:00:18Z", "2026-11-22T18:00:18Zx", "2026-11-22T18:00:18+15:00",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "179537026.5", "17953702655",
        "22/Foo/2026:18:01:30 +0000", "22/Nov/2026:18:01:30 ", "2026/11/22 18:00"}) {
    EXPECT_EQ(utc(text), "none") << text;
  }
}

}  // namespace
}  // namespace gatewatch::logs
