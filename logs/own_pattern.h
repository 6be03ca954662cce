// SPDX-License-Identifier: MIT
//
// The lines of an application's own log, by a regular expression of the user.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/gateway_event.h"
#include "logs/line_pattern.h"

namespace gatewatch::logs {

// A value. Thread: any.
class OwnPattern {
 public:
  // `text` has at least one of the groups status, time, request_id, path, upstream and host, by
  // name, and no other named ones. The error says what is wrong.
  [[nodiscard]] static std::expected<OwnPattern, std::string> make(const std::string& text,
                                                                   CauseSet causes);

  // A line that matches is a Request where it tells a status, else a Failure. It has the causes
  // where it is a Failure or the status is 500 or above. Fills as read_access_line() does.
  [[nodiscard]] std::optional<GatewayEvent> read(std::string_view line) const;

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] CauseSet causes() const { return causes_; }
  [[nodiscard]] bool tells_status() const { return status_ != 0; }

 private:
  OwnPattern(std::string text, LinePattern pattern, CauseSet causes);

  std::string text_;
  LinePattern pattern_;
  CauseSet causes_;
  size_t status_ = 0;  // numbers of groups; 0: not there
  size_t time_ = 0;
  size_t request_id_ = 0;
  size_t path_ = 0;
  size_t upstream_ = 0;
  size_t host_ = 0;
};

}  // namespace gatewatch::logs
