// SPDX-License-Identifier: MIT
//
// When a notification that was not taken is tried again.
#pragma once

#include "alerts/channel.h"
#include "core/notification.h"
#include "core/time.h"

namespace gatewatch::alerts {

inline constexpr Duration kSlowRetry = std::chrono::minutes(10);
inline constexpr Duration kGiveUpAfter = std::chrono::hours(72);
// For how long a message is tried in each run at least, however old it is: while gatewatch was off
// nobody tried, and the wall clock that tells its age may have been wrong.
inline constexpr Duration kLastChance = std::chrono::hours(1);
inline constexpr Duration kLongestRetryAfter = std::chrono::minutes(15);

// The progress after one more try, at `now`, of a message made `age` ago, that ended in `result`:
//
// - Delivered: delivered.
// - StopChannel, or anything else once `age` has reached kGiveUpAfter: a dead letter.
// - Retry: again 5, 15, 30, 60, 120, 300 s after the first tries and then after kSlowRetry each
//   time; where the receiver gave a Retry-After, after that, from 1 s to kLongestRetryAfter.
// - RetrySlowly: again after kSlowRetry, or the receiver's Retry-After where that is longer.
//
// No delay is over kLongestRetryAfter. Pure.
[[nodiscard]] DeliveryProgress after_try(const DeliveryProgress& before, const SendResult& result,
                                         Duration age, WallTime now);

}  // namespace gatewatch::alerts
