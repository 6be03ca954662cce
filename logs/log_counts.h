// SPDX-License-Identifier: MIT
//
// What lines tell in numbers.
#pragma once

#include <compare>
#include <cstdint>
#include <map>

#include "core/gateway_event.h"
#include "core/rate_window.h"
#include "core/rule.h"

namespace gatewatch::logs {

// Requests that were answered alike.
struct AnswerClass {
  int status = 0;
  Role answered_by = Role::Unknown;

  auto operator<=>(const AnswerClass&) const = default;
};

// Requests of this gatewatch's probes are not in it where their line tells their id: an access log
// counts real traffic. An error log tells of failures alone: then `requests` is 0,
// and no share can be told. In a log of both, a failed request may be in `answers` and in
// `failures`.
struct LogCounts {
  uint32_t requests = 0;
  uint32_t masked = 0;                      // requests that went well after a try that failed
  uint32_t probes = 0;                      // requests of probes; they are in nothing else …
  uint32_t masked_probes = 0;               // … but this
  uint32_t failures = 0;                    // lines of EventKind::Failure
  std::map<AnswerClass, uint32_t> answers;  // of the requests

  void add(const GatewayEvent& event);
  LogCounts& operator+=(const LogCounts& other);

  [[nodiscard]] bool empty() const { return requests == 0 && failures == 0 && probes == 0; }
  [[nodiscard]] uint32_t with_status(int status) const;
  // As of probes: is_gateway_failure() of core/rule.h.
  [[nodiscard]] uint32_t gateway_failures() const;

  bool operator==(const LogCounts&) const = default;
};

// What the requests add to a window of `rule`, each as a probe with that answer: statuses from 500,
// and answers without a status line, are not expected ones, all others are.
[[nodiscard]] Counts counts_of(const Rule& rule, const LogCounts& counts);

}  // namespace gatewatch::logs
