// SPDX-License-Identifier: MIT
//
// cpp-httplib's server with bounds on what its clients may take up. The library's own limits are
// for one read each: who sends a byte now and then would hold a thread for hours.
//
// A request must be there within kMaxRequestTime of its connection, and an answer taken within
// kMaxAnswerTime of its first byte. While other connections wait for a thread these are kPatience
// and kAnswerPatience, so that slow clients make room for quick ones, however many they are. More
// than kMaxWaiting waiting connections are closed unanswered. A connection serves one request, of
// kMaxRequestBytes at most, header and body.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "core/time.h"

namespace httplib {
class Server;
}

namespace gatewatch::web {

inline constexpr int kServerThreads = 4;
inline constexpr size_t kMaxWaiting = 64;
inline constexpr size_t kMaxRequestBytes = size_t{128} * 1024;
inline constexpr Duration kMaxRequestTime = std::chrono::seconds(5);
inline constexpr Duration kPatience = std::chrono::milliseconds(200);
inline constexpr Duration kMaxAnswerTime = std::chrono::seconds(10);
inline constexpr Duration kAnswerPatience = std::chrono::seconds(1);

// A server with kServerThreads. Lifetime: the clock outlives it.
[[nodiscard]] std::unique_ptr<httplib::Server> make_bounded_server(const Clock& clock);

}  // namespace gatewatch::web
