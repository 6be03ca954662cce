// SPDX-License-Identifier: MIT
#include "daemon/control_messages.h"

#include <gtest/gtest.h>

namespace gatewatch::daemon {
namespace {

using namespace std::chrono_literals;

TEST(ControlMessages, AReloadReplyComesBackAsItWas) {
  const ReloadReply reply{.applied = false,
                          .error = "stuck",
                          .diagnostics = {{.gravity = config::Gravity::Warning,
                                           .where = {.file = "a.toml", .line = 3, .column = 7},
                                           .message = "odd",
                                           .hint = "mend it"},
                                          {.where = {.file = "b.toml"}, .message = "wrong"}}};
  const ReloadReply back = decode_reload(encode(reply));
  EXPECT_FALSE(back.applied);
  EXPECT_EQ(back.error, "stuck");
  ASSERT_EQ(back.diagnostics.size(), 2U);
  EXPECT_EQ(config::to_string(back.diagnostics[0]), config::to_string(reply.diagnostics[0]));
  EXPECT_EQ(back.diagnostics[1].gravity, config::Gravity::Error);
}

TEST(ControlMessages, ATestReplyComesBackAsItWas) {
  const TestReply back =
      decode_test(encode(TestReply{.known = true, .delivered = true, .detail = "200 OK"}));
  EXPECT_TRUE(back.known);
  EXPECT_TRUE(back.delivered);
  EXPECT_EQ(back.detail, "200 OK");
}

TEST(ControlMessages, ASampleComesBackAsAManualOne) {
  Sample sample;
  sample.target = "shop";
  sample.at = WallTime(123'456'789us);
  sample.result.outcome = Outcome::BadGateway;
  sample.result.status = 502;
  sample.result.latency = 15ms;
  sample.result.phases.dns = 1ms;
  sample.result.reason = "Bad Gateway";
  const std::optional<Sample> back = decode_sample(encode(sample));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->target, "shop");
  EXPECT_EQ(back->at, sample.at);
  EXPECT_EQ(back->purpose, Purpose::Manual);
  EXPECT_EQ(back->result.status, 502);
  EXPECT_EQ(back->result.latency, 15ms);
  EXPECT_EQ(back->result.phases.dns, Duration(1ms));
  EXPECT_FALSE(back->result.phases.tls.has_value());
}

TEST(ControlMessages, ASampleOfADiagnosisStaysOne) {
  Sample sample;
  sample.target = "shop";
  sample.purpose = Purpose::Diagnosis;
  EXPECT_EQ(decode_sample(encode(sample)).value_or(Sample()).purpose, Purpose::Diagnosis);
  sample.purpose = Purpose::Scheduled;
  EXPECT_EQ(decode_sample(encode(sample)).value_or(Sample()).purpose, Purpose::Manual);
}

TEST(ControlMessages, AnAnswerThatIsTooLongIsCutBetweenCharacters) {
  Sample sample;
  sample.target = "shop";
  sample.result.outcome = Outcome::BadGateway;
  sample.result.head = "x";
  while (sample.result.head.size() < 10'000) {
    sample.result.head += "é";
  }
  sample.result.body = sample.result.head.substr(1);
  const std::optional<Sample> back = decode_sample(encode(sample));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->result.head, sample.result.head.substr(0, 8'191));
  EXPECT_EQ(back->result.body, sample.result.body.substr(0, 8'192));
}

TEST(ControlMessages, WhatIsMalformedIsNoSample) {
  for (const char* text : {"", "{", "[]", "{}", R"({"target": 5})", R"({"target": "a"})",
                           R"({"target": "a", "outcome": "nonsense"})"}) {
    EXPECT_FALSE(decode_sample(text).has_value()) << text;
  }
  EXPECT_FALSE(decode_reload("not json").applied);
  EXPECT_FALSE(decode_test(R"({"known": "yes"})").known);
}

}  // namespace
}  // namespace gatewatch::daemon
