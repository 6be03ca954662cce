// SPDX-License-Identifier: MIT
//
// A snapshot as text for Prometheus. docs/metrics.md lists every name.
#pragma once

#include <string>

#include "core/snapshot.h"

namespace gatewatch::web {

enum class MetricsFormat {
  Prometheus,   // text format 0.0.4
  OpenMetrics,  // 1.0: counter families without "_total", ends with "# EOF"
};

// Labels hold names from the configuration and words of our own, never text from a target. Pure.
[[nodiscard]] std::string render_metrics(const Snapshot& snapshot, MetricsFormat format);

}  // namespace gatewatch::web
