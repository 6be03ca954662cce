// SPDX-License-Identifier: MIT
//
// A wish for probes besides a target's turns. Whoever judges samples utters it, whoever makes
// probes fulfils it as far as its limits go; neither knows the other.
#pragma once

#include <string>

#include "core/sample.h"
#include "core/time.h"

namespace gatewatch {

struct ProbeRequest {
  std::string target;
  Purpose purpose = Purpose::Confirm;  // never Scheduled
  bool of_origin = false;              // of the target's origin instead of the target itself
  // Zero: one probe, at once. Else a series, the first one `every` from now, the last one at most
  // `length` from now.
  Duration every{};
  Duration length{};

  bool operator==(const ProbeRequest&) const = default;
};

}  // namespace gatewatch
