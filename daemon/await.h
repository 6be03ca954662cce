// SPDX-License-Identifier: MIT
//
// How other threads wait for the loop's answer.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <optional>

#include "core/time.h"

namespace gatewatch::daemon {

// Waits for what a posted task promises; empty where the loop is stuck, or `ended` with the task
// unrun.
template <typename Value>
std::optional<Value> await(std::future<Value>& answer, Duration patience,
                           const std::atomic<bool>& ended) {
  static constexpr Duration kSlice = std::chrono::milliseconds(50);
  for (Duration waited{}; waited < patience && !ended; waited += kSlice) {
    if (answer.wait_for(std::min(kSlice, patience - waited)) == std::future_status::ready) {
      break;
    }
  }
  if (answer.wait_for(Duration::zero()) != std::future_status::ready) {
    return std::nullopt;
  }
  try {
    return answer.get();
  } catch (const std::future_error&) {  // the task was destroyed unrun
    return std::nullopt;
  }
}

}  // namespace gatewatch::daemon
