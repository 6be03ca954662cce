// SPDX-License-Identifier: MIT
//
// What is to be diagnosed, and how much that may cost.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "core/time.h"
#include "probe/kinds/diagnosis_subject.h"

namespace gatewatch::probe {

struct DiagnosisLimits {
  Duration total = std::chrono::seconds(30);
  // Of one request, where the target's own timeout is not less.
  Duration request = std::chrono::seconds(8);
  // Of one ping, lookup, connection or handshake.
  Duration reach = std::chrono::seconds(4);
  int requests = 12;           // of HTTP, to the target; redirects are followed as its probes do
  size_t at_once = 4;          // steps
  size_t addresses = 8;        // connected to
  size_t asked_addresses = 4;  // that are sent a request each
  size_t name_servers = 4;
};

struct DiagnosisRequest {
  std::string target;  // its name
  std::string url;     // as shown to people
  DiagnosisSubject subject;
  Duration timeout = std::chrono::seconds(10);  // the target's
  // That comparisons are best made at: the one that failed. Empty, or one that no connection can be
  // made to: the first that can be.
  std::string address;
};

}  // namespace gatewatch::probe
