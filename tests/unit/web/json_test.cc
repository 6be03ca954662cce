// SPDX-License-Identifier: MIT
#include "web/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/web/example_snapshot.h"

namespace gatewatch::web {
namespace {

using Json = nlohmann::json;

TEST(StatusJson, HoldsEveryTargetAndOpenIncident) {
  const Json json = Json::parse(to_json(gatewatch::testing::example_snapshot()));
  ASSERT_EQ(json["targets"].size(), 2U);
  EXPECT_EQ(json["targets"][0]["last"]["status"], 502);
  EXPECT_EQ(json["targets"][0]["last"]["phases_ms"]["tls"], 3.0);
  EXPECT_EQ(json["targets"][0]["probes"], 100);
  EXPECT_TRUE(json["targets"][1]["last"].is_null());
  ASSERT_EQ(json["incidents"].size(), 1U);
  EXPECT_EQ(json["incidents"][0]["bad"], 7);
  EXPECT_TRUE(json["incidents"][0]["resolved_at"].is_null());
}

TEST(StatusJson, IsValidWhateverTheNamesHold) {
  Snapshot snapshot = gatewatch::testing::example_snapshot();
  snapshot.targets[0].last->result.error = "\xFF\xFE not UTF-8";
  EXPECT_FALSE(Json::parse(to_json(snapshot), nullptr, false).is_discarded());
}

}  // namespace
}  // namespace gatewatch::web
