// SPDX-License-Identifier: MIT
#include "core/own_trouble.h"

#include <string>
#include <utility>

namespace gatewatch {

bool is_network_failure(Outcome outcome) {
  return outcome == Outcome::Timeout || outcome == Outcome::Refused || outcome == Outcome::Reset ||
         outcome == Outcome::Tls || is_dns_trouble(outcome);
}

bool may_be_for_time(Outcome outcome) {
  return outcome == Outcome::Timeout || outcome == Outcome::DnsTimeout ||
         outcome == Outcome::Slow || outcome == Outcome::Body || outcome == Outcome::Reset ||
         outcome == Outcome::Tls;
}

void set_aside(ProbeResult& result, std::string_view why) {
  std::string error = "not counted: ";
  error.append(why).append("; ").append(to_string(result.outcome));
  if (!result.error.empty()) {
    error.append(": ").append(result.error);
  }
  result.error = std::move(error);
  result.outcome = Outcome::Inconclusive;
}

}  // namespace gatewatch
