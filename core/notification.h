// SPDX-License-Identifier: MIT
//
// One message to one channel, frozen when it was queued: a repeat is the same bytes under the same
// id.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"

namespace gatewatch {

enum class DeliveryState {
  Pending,    // has still to be sent
  Delivered,  // the receiver took it
  Dead,       // given up: a dead letter, shown in status
  Dropped,    // its channel was removed from the configuration
};
[[nodiscard]] std::string_view to_string(DeliveryState state);
[[nodiscard]] std::optional<DeliveryState> parse_delivery_state(std::string_view word);

struct Notification {
  std::string id;           // "msg_" + ULID; the webhook-id
  std::string incident_id;  // empty for a test message
  std::string channel;      // the channel's name
  std::string type;         // "incident.opened", …
  std::string body;         // what goes over the wire, in the channel's own format
  WallTime created_at;
};

// How far the delivery of a notification has come.
struct DeliveryProgress {
  DeliveryState state = DeliveryState::Pending;
  int attempts = 0;
  WallTime next_attempt_at;  // meaningful while pending
  std::optional<WallTime> delivered_at;
  std::string last_error;  // printable; empty where none
};

}  // namespace gatewatch
