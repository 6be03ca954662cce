// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/target.h"

namespace gatewatch::logs {

// A [[gateway]]: one of stub_status and stats_socket is not empty.
struct GatewaySettings {
  std::string name;
  std::string stub_status;            // the url of nginx's page
  std::string stats_socket;           // the path of HAProxy's socket
  std::vector<std::string> backends;  // of HAProxy, that serve the targets; empty: all
  std::vector<std::string> targets;   // names, globs, tag:NAME

  [[nodiscard]] std::string product() const { return stub_status.empty() ? "haproxy" : "nginx"; }
  // Whether the target is behind it, by the words of `targets` as in a [[rule]].
  [[nodiscard]] bool applies_to(const Target& target) const;

  bool operator==(const GatewaySettings&) const = default;
};

}  // namespace gatewatch::logs
