// SPDX-License-Identifier: MIT
//
// Asks gateways how they are, on threads of its own, "gw-gateway".
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/host_state.h"
#include "core/time.h"
#include "logs/gateway_settings.h"

namespace gatewatch::logs {

inline constexpr size_t kGatewaysAtOnce = 4;
inline constexpr size_t kMaxGatewaysWaiting = 100;
// Longer than a read takes that ends by itself.
inline constexpr Duration kEndReads = std::chrono::seconds(3);
// The error says why it does not tell, printable.
using GatewayAnswer = std::expected<GatewayStatus, std::string>;

// Blocks at most kPageTimeout, or twice kStatsTimeout.
[[nodiscard]] GatewayAnswer read_gateway(const GatewaySettings& gateway);

// A read ends by itself within kPageTimeout or twice kStatsTimeout, but where a file system hangs
// on the way to the socket.
class GatewayReader {
 public:
  using Done = std::function<void(GatewayAnswer)>;

  // Starts the threads.
  GatewayReader();
  // stop(kEndReads): a process that ends while a thread reads may crash.
  ~GatewayReader();
  GatewayReader(const GatewayReader&) = delete;
  GatewayReader& operator=(const GatewayReader&) = delete;

  // Calls `done` once, on one of the threads; it may not block. False, and nothing happens, where
  // kMaxGatewaysWaiting wait. Thread: any.
  [[nodiscard]] bool read(GatewaySettings gateway, Done done);

  // Drops what waits, and waits at most `patience` for what is under way; a thread that takes
  // longer is left behind, and false returned. No `done` is called after the return. May be called
  // twice.
  bool stop(Duration patience);

 private:
  struct State;
  static void run(State& state);

  std::shared_ptr<State> state_;  // the threads' too
  std::vector<std::thread> threads_;
};

}  // namespace gatewatch::logs
