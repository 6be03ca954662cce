// SPDX-License-Identifier: MIT
//
// The keys of a target that name its origin: the upstream behind the gateway that answers at the
// target's url. It is asked what the target is asked, at a slower pace, and beside each bad answer
// of the target.
#pragma once

#include <optional>

#include "config/table.h"
#include "core/target.h"
#include "probe/kinds/kinds.h"

namespace gatewatch::probe {

inline constexpr Duration kDefaultOriginInterval = std::chrono::minutes(5);

struct OriginProbing {
  Target target;  // by the name of the target; its own url, interval and peer
  MakeProber make;
};

// Reads origin, origin_host and origin_interval; mistakes go to the table's diagnostics, and a
// warning where the origin is the target's url. Empty where the target has no origin, or it is
// mistaken, or is not asked over HTTP and has no such keys. Of the target's other keys those apply
// that say what is asked and expected; how to get there (proxy, connect_to, unix_socket, addresses,
// http_version) and redirects are the target's own.
[[nodiscard]] std::optional<OriginProbing> read_origin(const Target& target,
                                                       config::Table& settings);

// Reads those of the keys that may stand in [defaults].
void check_origin_keys(config::Table& defaults);

}  // namespace gatewatch::probe
