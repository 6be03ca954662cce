// SPDX-License-Identifier: MIT
//
// What the ICMP errors that routers and hosts send back mean, in words.
#pragma once

#include <cstdint>
#include <string>

#include "probe/dns/resolver.h"

namespace gatewatch::probe {

// Of an error message of ICMP (RFC 792, 1812) or ICMPv6 (RFC 4443): "host unreachable",
// "administratively prohibited", "time exceeded"; the numbers where there is no word for them.
[[nodiscard]] std::string icmp_reason(Address::Family family, uint8_t type, uint8_t code);

// Whether it says that packets do not arrive, and not merely something about their size or pace.
[[nodiscard]] bool icmp_says_unreachable(Address::Family family, uint8_t type, uint8_t code);

}  // namespace gatewatch::probe
