// SPDX-License-Identifier: MIT
//
// What this machine is called, and how much it lets one process do.
#pragma once

#include <cstddef>
#include <string>

namespace gatewatch::daemon {

// Raises the limit of open descriptors as far as it goes, and says how many probes at once that
// allows when enough are kept for the rest of the daemon and for `beside` other probes. At least
// 64, at most what an engine takes besides those.
[[nodiscard]] size_t max_in_flight(size_t beside);

// Gives back the memory that only starting needed: pages of the program and of its libraries that
// are never written (whatever is needed after all comes from the file again), and what was freed.
void give_back_startup_memory();

// "unknown" where the machine has no name.
[[nodiscard]] std::string host_name();

}  // namespace gatewatch::daemon
