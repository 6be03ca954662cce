// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/target.h"
#include "logs/log_kind.h"
#include "logs/own_pattern.h"

namespace gatewatch::logs {

// A [[log]].
struct LogSettings {
  std::string name;
  LogKind kind = LogKind::Nginx;
  std::string path;                   // absolute; empty: the journal
  std::string journal_unit;           // "nginx.service"; empty: a file
  std::vector<std::string> targets;   // names, globs, tag:NAME
  std::optional<OwnPattern> pattern;  // of LogKind::Pattern

  // Whether what the log tells concerns the target, by the words of `targets` as in a [[rule]].
  [[nodiscard]] bool applies_to(const Target& target) const;
};

}  // namespace gatewatch::logs
