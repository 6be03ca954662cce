// SPDX-License-Identifier: MIT
//
// What the error of a connection attempt, or of a connection, means: the target's trouble or our
// own.
//
// On Linux the instant at which an error is told decides. connect() itself fails before anything
// was sent, where this machine has no way there: no route (ENETUNREACH), a route that forbids
// (EHOSTUNREACH of "unreachable", EACCES of "prohibit", EINVAL of "blackhole"). The same numbers
// told afterwards come from the network: a router on the way, the peer's firewall, or a next hop
// that does not answer ARP or neighbour discovery (EHOSTUNREACH after about 3 s). That last one
// says the target is off where it is on our own network, and that our gateway is where it is not;
// the error does not tell which, and it is counted as the target's.
#pragma once

#include <cstdint>

#include "core/answered_by.h"
#include "core/outcome.h"

namespace gatewatch::probe {

// What to tell where the loop cannot watch a socket, which is our own trouble.
inline constexpr const char* kNotWatched = "the system cannot watch one more socket";

enum class Told : uint8_t {
  ByCall,   // connect(), or what was needed to make the call
  Later,    // after the first packet had been sent
  Unknown,  // libcurl does not say, and the route is there
};

// `system_error` is an errno. Never ok. Refused for errors that are not ours and have no outcome of
// their own; where it is unknown when they were told, ENETUNREACH and EACCES are ours and
// EHOSTUNREACH is not.
[[nodiscard]] Outcome outcome_of_connect(int system_error, Told told);

// Of an open connection on which reading or writing failed with `system_error`, an errno:
// inconclusive, timeout or reset.
[[nodiscard]] Outcome outcome_of_break(int system_error);

// What a gateway would call an upstream to which connecting failed so; empty for what is our own
// trouble alone.
[[nodiscard]] CauseSet cause_of_connect(int system_error);

}  // namespace gatewatch::probe
