// SPDX-License-Identifier: MIT
#include "core/own_trouble.h"

#include <gtest/gtest.h>

namespace gatewatch {
namespace {

TEST(OwnTrouble, SettingAResultAsideKeepsWhatItMet) {
  ProbeResult result;
  result.outcome = Outcome::Refused;
  result.error = "connection refused";
  result.address = "192.0.2.1";
  set_aside(result, "no control target answers");
  EXPECT_EQ(result.outcome, Outcome::Inconclusive);
  EXPECT_EQ(result.error, "not counted: no control target answers; refused: connection refused");
  EXPECT_EQ(result.address, "192.0.2.1");
}

TEST(OwnTrouble, AResultWithoutWordsKeepsItsOutcome) {
  ProbeResult result;
  result.outcome = Outcome::Timeout;
  set_aside(result, "why");
  EXPECT_EQ(result.error, "not counted: why; timeout");
}

TEST(OwnTrouble, WhatAServerAnsweredIsNoNetworkFailure) {
  for (const Outcome outcome :
       {Outcome::Ok, Outcome::BadGateway, Outcome::Unavailable, Outcome::GatewayTimeout,
        Outcome::HttpError, Outcome::Protocol, Outcome::Body, Outcome::Inconclusive}) {
    EXPECT_FALSE(is_network_failure(outcome)) << to_string(outcome);
  }
  for (const Outcome outcome : {Outcome::Timeout, Outcome::Refused, Outcome::Reset, Outcome::Dns,
                                Outcome::DnsFailure, Outcome::DnsTimeout, Outcome::Tls}) {
    EXPECT_TRUE(is_network_failure(outcome)) << to_string(outcome);
  }
}

TEST(OwnTrouble, OurSlownessMayMakeAnAnswerLateOrCutItShort) {
  for (const Outcome outcome : {Outcome::Timeout, Outcome::DnsTimeout, Outcome::Slow, Outcome::Body,
                                Outcome::Reset, Outcome::Tls}) {
    EXPECT_TRUE(may_be_for_time(outcome)) << to_string(outcome);
  }
  for (const Outcome outcome : {Outcome::Ok, Outcome::BadGateway, Outcome::HttpError,
                                Outcome::Refused, Outcome::Dns, Outcome::Header}) {
    EXPECT_FALSE(may_be_for_time(outcome)) << to_string(outcome);
  }
}

}  // namespace
}  // namespace gatewatch
