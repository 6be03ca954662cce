// SPDX-License-Identifier: MIT
//
// What is watched: the part of a [[target]] that every probe kind shares.
#pragma once

#include <string>
#include <vector>

#include "core/time.h"

namespace gatewatch {

struct Target {
  std::string name;               // unique; the key of schedule, windows and incidents
  std::string url;                // as shown to people, without credentials; or the kind
  std::vector<std::string> tags;  // as written, without "tag:"
  Duration interval{};            // between two scheduled probes
  Duration timeout{};             // of one whole probe
  double jitter = 0;              // share of the interval by which a probe may start late, 0 to 1
  bool enabled = true;
  std::string origin_url;    // of the upstream behind the gateway, as shown; empty: none is known
  bool is_diagnosed = true;  // a diagnosis may be made of it: more requests, once an incident opens
  bool is_control = false;   // a [[control]]: tells whether we are online; no rule applies to it
  std::string peer;  // host and port of the url, "shop.example.com:443"; empty: it has no url

  bool operator==(const Target&) const = default;
};

}  // namespace gatewatch
