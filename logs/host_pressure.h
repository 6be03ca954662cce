// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/host_state.h"

namespace gatewatch::logs {

// Reads pressure, memory, descriptors and load from a folder laid out like /proc. What is not
// there, may not be read or is not as it should be, stays empty: a kernel without PSI, a container,
// a service with ProcSubset=pid. Blocks for some microseconds; reads at most 64 KiB of each file.
[[nodiscard]] HostState read_host_state(WallTime now, const std::string& proc = "/proc");

// The text of a file of /proc/pressure; empty where it is none.
[[nodiscard]] std::optional<Pressure> parse_pressure(std::string_view text);

}  // namespace gatewatch::logs
