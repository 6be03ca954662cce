// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/gateway_event.h"

namespace gatewatch::logs {

// HAProxy's log, with or without what syslog puts before a line: requests in the format of `option
// httplog` (what httpslog adds may follow), servers that go down or come up, backends without
// servers, and no free ports. The request id is what stands in the first field of the captured
// request headers.
//
// Remembers why a backend has no server, so that a request that found none has an exact cause:
// of at most kMaxBackends. Thread: one at a time.
class HaproxyLines {
 public:
  static constexpr size_t kMaxBackends = 1'000;

  // Empty for a line of another form. Fills as read_access_line() does.
  [[nodiscard]] std::optional<GatewayEvent> read(std::string_view line);

 private:
  [[nodiscard]] std::optional<GatewayEvent> read_request(std::string_view line) const;
  [[nodiscard]] std::optional<GatewayEvent> read_health(std::string_view line);
  void remember(std::string_view server, Cause why);

  std::map<std::string, Cause, std::less<>> why_down_;  // by backend: of its last server to go
};

}  // namespace gatewatch::logs
