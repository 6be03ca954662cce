// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/gateway_event.h"
#include "core/request_id.h"
#include "core/time.h"
#include "logs/error_line.h"
#include "logs/haproxy_line.h"
#include "logs/log_kind.h"
#include "logs/own_pattern.h"
#include "logs/own_requests.h"
#include "logs/varnish_lines.h"

namespace gatewatch::logs {

// How far ahead of its reading a line may say that it was written: clocks are read in turn.
inline constexpr Duration kMaxAhead = std::chrono::seconds(2);

// Makes events of the lines of one log, in their order. Lines of a kind that tell nothing of
// requests or upstreams give none.
//
// Thread: one at a time. Costs at most a pass over the line for each row of the kind's table.
class LogReader {
 public:
  // `is_own` knows the request ids of probes; without it no line is of one.
  // Requires: `pattern` where the kind is Pattern, and only there.
  LogReader(std::string log, LogKind kind, std::optional<OwnPattern> pattern = std::nullopt,
            IsOwnRequestId is_own = {});

  // `line` is without its newline and may hold any bytes; `now` is when it is read.
  [[nodiscard]] std::optional<GatewayEvent> read(std::string_view line, WallTime now);

 private:
  [[nodiscard]] std::optional<GatewayEvent> read_kind(std::string_view line);

  std::string log_;
  LogKind kind_;
  std::optional<OwnPattern> pattern_;
  OwnRequests own_;
  ApacheErrors apache_;
  HaproxyLines haproxy_;
  VarnishLines varnish_;
};

}  // namespace gatewatch::logs
