// SPDX-License-Identifier: MIT
//
// Whose fault it is that a name was not resolved. Pure.
//
// The name servers of this machine are ours: where they fail or are silent for one name but answer
// for another, the name is in trouble; where they answer for none, we are. So as to know, the
// resolver asks them for the root's name servers too, which every recursive server knows. A name
// server that a target names is part of what is watched: its trouble is the target's.
#pragma once

#include <cstdint>

#include "core/outcome.h"

namespace gatewatch::probe {

enum class DnsFault : uint8_t {
  NoSuchName,  // NXDOMAIN
  NoAddress,   // the name exists and has none
  Failed,      // a name server answered SERVFAIL, REFUSED, … or what is not DNS
  Silent,      // none answered or could be reached
  Local,       // no question could be put: no memory, no descriptors, …
};

// What is known of the name servers that were asked.
struct DnsServersSeen {
  bool are_ours = true;    // this machine's, not named by the target
  bool answered = false;   // gave an answer that says something (NXDOMAIN, too) to any question,
                           // after this one was put
  bool have_route = true;  // can be reached from here, as far as is known
};

struct DnsVerdict {
  Outcome outcome = Outcome::Inconclusive;
  bool resolver_is_down = false;  // a stale answer may take the place of none
};

[[nodiscard]] DnsVerdict judge(DnsFault fault, DnsServersSeen servers);

}  // namespace gatewatch::probe
