// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "config/config.h"
#include "config/diagnostic.h"
#include "logs/log_settings.h"

namespace gatewatch::logs {

// Remarks on what is allowed but hardly meant: words of a [[log]] that fit no target, a log that is
// read twice, and rules over logs for targets of whose requests no log tells. `logs` is what
// read_logs() made of `config.logs`.
void lint_logs(const config::Config& config, const std::vector<LogSettings>& logs,
               config::Diagnostics& diagnostics);

}  // namespace gatewatch::logs
