// SPDX-License-Identifier: MIT
//
// What gatewatch knows, as JSON text: for `--json`, the control socket and programs.
#pragma once

#include <span>
#include <string>

#include "core/incident.h"
#include "core/sample.h"
#include "core/snapshot.h"

namespace gatewatch::web {

// {"at", "version", "targets": […], "incidents": […], "storage": {…}, "notifications": {…}}
[[nodiscard]] std::string to_json(const Snapshot& snapshot);

// [{"id", "target", "rule", …}, …], the columns of the view `incidents`.
[[nodiscard]] std::string to_json(std::span<const Incident> incidents);

// One with its diagnosis, which is JSON already; empty: none was made.
[[nodiscard]] std::string to_json(const Incident& incident, const std::string& diagnosis);

}  // namespace gatewatch::web
