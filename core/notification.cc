// SPDX-License-Identifier: MIT
#include "core/notification.h"

namespace gatewatch {

std::string_view to_string(DeliveryState state) {
  switch (state) {
    case DeliveryState::Pending:
      return "pending";
    case DeliveryState::Delivered:
      return "delivered";
    case DeliveryState::Dead:
      return "dead";
    case DeliveryState::Dropped:
      return "dropped";
  }
  return "pending";
}

std::optional<DeliveryState> parse_delivery_state(std::string_view word) {
  for (const DeliveryState state : {DeliveryState::Pending, DeliveryState::Delivered,
                                    DeliveryState::Dead, DeliveryState::Dropped}) {
    if (word == to_string(state)) {
      return state;
    }
  }
  return std::nullopt;
}

}  // namespace gatewatch
