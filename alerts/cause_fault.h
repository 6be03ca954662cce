// SPDX-License-Identifier: MIT
#pragma once

#include "core/answered_by.h"
#include "core/incident.h"

namespace gatewatch::alerts {

// What is known of the upstream besides what the gateway says.
enum class OriginIs : uint8_t {
  NotKnown,  // not looked at, or it fails too
  Fine,
};

// Whose fault all of `causes` are; unknown where there are none or they differ.
[[nodiscard]] Fault common_fault(CauseSet causes, OriginIs origin);

}  // namespace gatewatch::alerts
