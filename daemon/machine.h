// SPDX-License-Identifier: MIT
//
// What this machine is called, and how much it lets one process do.
#pragma once

#include <cstddef>
#include <string>

namespace gatewatch::daemon {

// Raises the limit of open descriptors as far as it goes, and says how many probes at once that
// allows when enough are kept for the rest of the daemon. At least 64, at most what an engine
// takes.
[[nodiscard]] size_t max_in_flight();

// "unknown" where the machine has no name.
[[nodiscard]] std::string host_name();

}  // namespace gatewatch::daemon
