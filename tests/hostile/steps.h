// SPDX-License-Identifier: MIT
//
// What hostile servers do besides sending and closing: slowly, endlessly, not at all.
#pragma once

#include <string>
#include <string_view>

#include "core/time.h"
#include "tests/support/scripted_server.h"

namespace gatewatch::testing {

// Far apart for a probe whose time-out is kShort; a real one would let a second pass.
inline constexpr Duration kDripEvery = std::chrono::milliseconds(20);

// One byte after the other, until all are sent or the peer closes.
[[nodiscard]] Step drip(std::string bytes, Duration every = kDripEvery);
// The same again and again, as fast as it goes, until the peer closes.
[[nodiscard]] Step flood(std::string bytes);
// Reads nothing until the peer closes.
[[nodiscard]] Step read_nothing();

// Reads a request, sends this, closes.
[[nodiscard]] Script says(std::string text);
// Reads a request, sends this, then no more.
[[nodiscard]] Script says_and_waits(std::string text);
// Reads a request, sends this, then `more` again and again.
[[nodiscard]] Script says_and_floods(std::string text, std::string more);

// Waits for as long as `socket` is not closed by its peer. True where all the time has passed.
bool wait_unless_closed(int socket, Duration time);

[[nodiscard]] std::string repeated(std::string_view text, size_t times);

}  // namespace gatewatch::testing
