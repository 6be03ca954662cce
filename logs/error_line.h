// SPDX-License-Identifier: MIT
//
// Lines of error logs, which tell why a try at an upstream failed and not what the client got.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/gateway_event.h"
#include "logs/own_requests.h"

namespace gatewatch::logs {

// Each is empty for a line that tells of no failed upstream, and fills as read_access_line() does.

[[nodiscard]] std::optional<GatewayEvent> read_nginx_error(std::string_view line);
[[nodiscard]] std::optional<GatewayEvent> read_lighttpd_error(std::string_view line);
// Of Squid: cache.log and access.log in its own format. The latter gives events of Request.
[[nodiscard]] std::optional<GatewayEvent> read_squid_line(std::string_view line);
// Of Traffic Server: error.log, diags.log, and squid.log, which gives events of Request.
[[nodiscard]] std::optional<GatewayEvent> read_trafficserver_line(std::string_view line);

// Apache's: one failure may have several lines, of which a later one can say less than one before
// it. Remembers what the last kRemembered workers told. The request id is read from "[id …]", which
// ErrorLogFormat writes for "[id\ %{X-Request-Id}i]"; the lines of a connection have none, but one
// that follows does: for a probe of gatewatch it gives an event once more, with the id.
class ApacheErrors {
 public:
  static constexpr size_t kRemembered = 64;

  // `own` knows the ids of probes; it is not told of the line.
  [[nodiscard]] std::optional<GatewayEvent> read(std::string_view line, const OwnRequests& own);

 private:
  struct Told {
    std::string worker;  // "pid 12:tid 34"; empty: nothing
    CauseSet causes;
  };
  using Memory = std::array<Told, kRemembered>;

  void remember(Memory& memory, std::string_view worker, CauseSet causes);
  // What the worker told; forgets it. Empty where it told nothing.
  [[nodiscard]] static CauseSet recall(Memory& memory, std::string_view worker);

  Memory bad_heads_;    // why a head was bad, which a line after it tells once more
  Memory connections_;  // why there was no connection
  size_t next_ = 0;
};

}  // namespace gatewatch::logs
