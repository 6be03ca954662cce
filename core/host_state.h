// SPDX-License-Identifier: MIT
//
// How the host of a gateway or an origin was at some time, and what the gateway on it said of
// itself. What could not be read is empty.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"

namespace gatewatch {

// The share of the last 10 and 60 seconds, 0 to 1, in which some or all tasks waited for a resource
// (Linux' pressure stall information).
struct Pressure {
  double some_10s = 0;
  double some_60s = 0;
  double full_10s = 0;
  double full_60s = 0;

  bool operator==(const Pressure&) const = default;
};

struct HostState {
  WallTime at{};
  std::optional<Pressure> cpu;
  std::optional<Pressure> memory;
  std::optional<Pressure> io;
  std::optional<uint64_t> memory_total_bytes;
  std::optional<uint64_t> memory_available_bytes;
  std::optional<uint64_t> descriptors_used;  // of the whole host
  std::optional<uint64_t> descriptors_limit;
  std::optional<double> load_1min;
  std::optional<uint32_t> processors;

  bool operator==(const HostState&) const = default;
};

// A server of a gateway's pool, as the gateway sees it. Text is printable.
// What is known, in one line without its full stop: "12.5 % of the memory available, load 3.1 on 2
// processors, pressure on CPU 40.2 %" (of the last ten seconds). Empty where nothing is.
[[nodiscard]] std::string describe(const HostState& host);

struct ServerStatus {
  std::string pool;
  std::string server;
  std::string status;  // "UP", "DOWN", "MAINT", as the gateway writes it
  std::string check;   // why: "L4CON", "L7STS/503"; empty: not told
  std::optional<uint64_t> sessions;
  std::optional<uint64_t> queued;
  std::optional<uint64_t> connect_errors;
  std::optional<uint64_t> response_errors;
  std::optional<uint64_t> seconds_in_status;

  bool operator==(const ServerStatus&) const = default;
};

struct GatewayStatus {
  std::string product;  // "nginx", "haproxy"
  std::optional<uint64_t> connections;
  std::optional<uint64_t> connections_limit;
  std::optional<uint64_t> accepted;
  std::optional<uint64_t> dropped;  // accepted, and closed for want of resources
  std::optional<uint64_t> requests;
  std::optional<uint64_t> waiting;  // idle connections of clients
  std::optional<uint64_t> uptime_seconds;
  std::vector<ServerStatus> servers;
  bool is_cut = false;  // there are more servers than these

  bool operator==(const GatewayStatus&) const = default;
};

}  // namespace gatewatch
