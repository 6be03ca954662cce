// SPDX-License-Identifier: MIT
//
// What is to be said about an incident, before a channel puts it into its own format.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/incident.h"
#include "core/rate_window.h"
#include "core/rule.h"
#include "core/time.h"
#include "core/trial.h"

namespace gatewatch::alerts {

enum class MessageType { Opened, Updated, Reopened, Resolved, Test };
[[nodiscard]] std::string_view to_string(MessageType type);  // "incident.opened", …, "test"

// Who speaks.
struct Source {
  std::string host;
  std::string version;
};

struct Message {
  std::string id;  // "msg_" + ULID
  MessageType type = MessageType::Test;
  WallTime at;
  Source source;
  Incident incident;                        // empty for a test
  Rule rule;                                // as it watches the incident's target
  Counts window;                            // the rule's window at `at`
  std::optional<Confirmed> confirmed = {};  // where a trial opened or reopened the incident
  std::string text;                         // one or two sentences for a person
  std::string diagnosis;                    // what one found, in lines; empty: none was made
  int sequence = 0;                         // 0 for the incident's first message, then counting
};

// The sentences of `message.text`, made from its other fields: names the target, the share of bad
// probes with both the strict 502 share and the gateway-failure share, and when resolved how long
// it lasted; ends with the URL where there is one. An incident of gatewatch itself is told by its
// verdict's summary instead of shares. One line. Pure.
[[nodiscard]] std::string describe(const Message& message);

// A share for a person: "35%", "0.4%", "99.6%"; 0% and 100% only where it is exactly that.
[[nodiscard]] std::string format_share(double share);

// What gateway failures are, in the words of every message.
inline constexpr std::string_view kGatewayFailures = "gateway failures (502, 503, 504)";

}  // namespace gatewatch::alerts
