// SPDX-License-Identifier: MIT
//
// The message that tests of texts and channels start from.
#pragma once

#include "alerts/message.h"

namespace gatewatch::testing {

// 2026-11-22T10:15:30.123Z
inline constexpr WallTime kSampleTime{std::chrono::milliseconds(1'795'342'530'123)};

// "shop" answered 502 in 7, and with a gateway failure in 8, of 20 probes of 5 minutes.
inline alerts::Message sample_message(alerts::MessageType type = alerts::MessageType::Opened) {
  alerts::Message message;
  message.id = "msg_01KAMP0000000000000000TEST";
  message.type = type;
  message.at = kSampleTime;
  message.source = {.host = "mon1", .version = "0.1.0"};
  message.incident.id = "01KAMP0000000000000000SHOP";
  message.incident.target = "shop";
  message.incident.url = "https://shop.example.com/health";
  message.incident.tags = {"prod"};
  message.incident.rule = "bad-gateway";
  message.incident.opened_at = kSampleTime;
  message.incident.verdict.summary = "Not enough is known to say where the fault lies.";
  message.incident.verdict.evidence = {"7 of 20 probes answered 502"};
  message.rule.name = "bad-gateway";
  message.rule.count_words = {"502"};
  message.window = {.probes = 20, .bad = 7, .bad_502 = 7, .gateway = 8};
  message.text = "what happened";
  return message;
}

// The same incident `length` later, recovered.
inline alerts::Message resolved_message(Duration length) {
  alerts::Message message = sample_message(alerts::MessageType::Resolved);
  message.at += std::chrono::floor<WallTime::duration>(length);
  message.incident.resolved_at = message.at;
  message.window = {.probes = 20, .bad = 0, .bad_502 = 0, .gateway = 1};
  message.sequence = 1;
  return message;
}

}  // namespace gatewatch::testing
