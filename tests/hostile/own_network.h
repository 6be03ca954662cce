// SPDX-License-Identifier: MIT
//
// A network of a test's own: loopback only, with whatever addresses the test wants, none of which
// is anybody else's.
//
// Needs the right to make a network namespace (root).
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace gatewatch::testing {

// Runs `body` in a thread that has its own network, whose loopback has these addresses besides its
// usual ones ("192.0.2.1", "2001:db8::1"). False, and nothing is run, where that can't be had.
[[nodiscard]] bool run_in_own_network(const std::vector<std::string>& addresses,
                                      const std::function<void()>& body);

}  // namespace gatewatch::testing
