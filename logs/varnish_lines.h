// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "core/gateway_event.h"

namespace gatewatch::logs {

// What the lines of a group have told so far.
struct VarnishGroup {
  GatewayEvent event;
  CauseSet fetch_causes;     // of the fetch that is being told
  bool has_failure = false;  // in that fetch
  bool made_by_vcl = false;  // an answer of Varnish's own
  bool was_fetched = false;
  int last_fetch_status = 0;
  size_t expected = 1;  // transactions
  size_t ended = 0;
};

// The lines of `varnishlog -g request`: a request with its fetches is a group of them, and gives
// one event when the group is complete or the next one begins. A line of another form is read as
// one of varnishncsa. Remembers one group. Fills as read_access_line() does.
class VarnishLines {
 public:
  [[nodiscard]] std::optional<GatewayEvent> read(std::string_view line);

 private:
  void take_tag(std::string_view tag, std::string_view value);
  void take_failure(std::string_view words);
  void end_fetch();
  [[nodiscard]] std::optional<GatewayEvent> finish();

  std::optional<VarnishGroup> group_;
};

}  // namespace gatewatch::logs
