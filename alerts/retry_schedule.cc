// SPDX-License-Identifier: MIT
#include "alerts/retry_schedule.h"

#include <algorithm>
#include <array>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

constexpr std::array<Duration, 6> kFirstDelays{5s, 15s, 30s, 60s, 120s, 300s};
constexpr Duration kShortestRetryAfter = 1s;

// Requires: tries >= 1, the one that has just failed among them.
Duration delay_after(const SendResult& result, int tries) {
  if (result.kind == SendResult::Kind::RetrySlowly) {
    return std::clamp(result.retry_after.value_or(kSlowRetry), kSlowRetry, kLongestRetryAfter);
  }
  if (result.retry_after) {
    return std::clamp(*result.retry_after, kShortestRetryAfter, kLongestRetryAfter);
  }
  const auto index = static_cast<size_t>(tries - 1);
  return index < kFirstDelays.size() ? kFirstDelays.at(index) : kSlowRetry;
}

}  // namespace

DeliveryProgress after_try(const DeliveryProgress& before, const SendResult& result, Duration age,
                           WallTime now) {
  DeliveryProgress after = before;
  ++after.attempts;
  if (result.kind == SendResult::Kind::Delivered) {
    after.state = DeliveryState::Delivered;
    after.delivered_at = now;
    after.last_error.clear();
    return after;
  }
  after.last_error = result.detail;
  if (result.kind == SendResult::Kind::StopChannel || age >= kGiveUpAfter) {
    after.state = DeliveryState::Dead;
    return after;
  }
  after.next_attempt_at =
      now + std::chrono::ceil<std::chrono::microseconds>(delay_after(result, after.attempts));
  return after;
}

}  // namespace gatewatch::alerts
