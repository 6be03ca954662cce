// SPDX-License-Identifier: MIT
#include "daemon/log_join.h"

#include <gtest/gtest.h>

#include <string>

namespace gatewatch::daemon {
namespace {

constexpr SteadyTime kStart{std::chrono::hours(1)};

class LogJoinTest : public ::testing::Test {
 protected:
  LogJoinTest() {
    logs::LogSettings log;
    log.name = "edge";
    log.targets = {"*"};
    join_.configure({log}, {{.name = "shop", .url = "http://shop/pay"}});
  }
  static GatewayEvent line_of(const std::string& id, bool of_probe) {
    GatewayEvent event;
    event.log = "edge";
    event.status = 502;
    event.causes = {Cause::Refused};
    event.request_id = id;
    event.of_probe = of_probe;
    return event;
  }
  static Sample bad_probe(const std::string& id) {
    Sample sample;
    sample.target = "shop";
    sample.result.outcome = Outcome::BadGateway;
    sample.result.status = 502;
    sample.result.request_id = id;
    return sample;
  }

  LogJoin join_;
};

TEST_F(LogJoinTest, FindsTheLineOfAProbeThatHadToWaitForIt) {
  EXPECT_TRUE(join_.take(line_of("id-1", true), kStart).empty());
  const auto lines = join_.take(bad_probe("id-1"), kStart);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].target, "shop");
}

TEST_F(LogJoinTest, IsNotCrowdedByIdsThatNobodySent) {
  EXPECT_TRUE(join_.take(line_of("id-1", true), kStart).empty());
  for (size_t i = 0; i < 2 * kMaxWaitingLines; ++i) {
    const std::string forged = "gatewatch-" + std::string(26, 'A' + static_cast<char>(i % 26));
    EXPECT_TRUE(join_.take(line_of(forged, false), kStart).empty());
  }
  EXPECT_EQ(join_.take(bad_probe("id-1"), kStart).size(), 1U);
}

TEST_F(LogJoinTest, TakesNoRepetitionOfAnId) {
  (void)join_.take(bad_probe("id-1"), kStart);
  EXPECT_EQ(join_.take(line_of("id-1", true), kStart).size(), 1U);
  EXPECT_TRUE(join_.take(line_of("id-1", false), kStart).empty());
}

}  // namespace
}  // namespace gatewatch::daemon
