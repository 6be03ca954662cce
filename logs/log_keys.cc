// SPDX-License-Identifier: MIT
#include "logs/log_keys.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "config/target_words.h"
#include "config/words.h"
#include "core/text.h"

namespace gatewatch::logs {
namespace {

constexpr size_t kMaxUnitName = 255;  // bytes, as systemd has it

const std::vector<std::string_view>& kind_words() {
  static const std::vector<std::string_view> kWords = [] {
    std::vector<std::string_view> words;
    for (const LogKind kind : kAllLogKinds) {
      words.push_back(to_string(kind));
    }
    return words;
  }();
  return kWords;
}

void read_pattern(config::Table& table, LogSettings& log) {
  const CauseSet causes = config::read_causes(table);
  if (log.kind != LogKind::Pattern) {
    for (const std::string_view key : {"regex", "causes"}) {
      if (table.has(key)) {
        table.error(key, std::string(key) + " is for logs of kind \"pattern\"");
      }
    }
    return;
  }
  const std::optional<std::string> text = table.required_string("regex");
  if (!text) {
    return;
  }
  auto pattern = OwnPattern::make(*text, causes);
  if (!pattern) {
    table.error("regex", "regex " + pattern.error());
    return;
  }
  if (!pattern->tells_status() && causes.empty()) {
    table.error("regex", "regex tells no status, and there are no causes: its lines tell nothing",
                "add a group (?P<status>\\d+), or causes");
  }
  log.pattern = std::move(*pattern);
}

void read_place(config::Table& table, LogSettings& log) {
  log.path = table.string_or("path", "");
  log.journal_unit = table.string_or("journal_unit", "");
  if (table.has("path") == table.has("journal_unit")) {
    table.error(table.has("path") ? "journal_unit" : "name",
                "the log is in a file or in the journal: write one of path and journal_unit");
    return;
  }
  if (table.has("path") && !log.path.starts_with('/')) {
    table.error("path", "path must be absolute");
  }
  if (table.has("journal_unit")) {
    if (log.journal_unit.empty() || log.journal_unit.size() > kMaxUnitName ||
        log.journal_unit.find_first_of(" /\t\n") != std::string::npos) {
      table.error("journal_unit", "journal_unit is not the name of a unit",
                  "such as \"nginx.service\"");
    } else if (log.journal_unit.find('.') == std::string::npos) {
      log.journal_unit += ".service";
    }
  }
}

}  // namespace

bool LogSettings::applies_to(const Target& target) const {
  return config::select(targets, target);
}

std::vector<LogSettings> read_logs(std::vector<config::Table>& tables,
                                   const std::vector<Target>& targets) {
  std::vector<LogSettings> logs;
  config::UniqueNames names("logs");
  for (config::Table& table : tables) {
    LogSettings log;
    log.name = names.read(table);
    if (!table.has("kind")) {
      (void)table.required_string("kind");  // tells that it is missing
    }
    log.kind = parse_log_kind(table.one_of("kind", to_string(LogKind::Nginx), kind_words()))
                   .value_or(LogKind::Nginx);
    read_place(table, log);
    read_pattern(table, log);
    log.targets = config::read_target_words(table, targets, "the log would concern nothing");
    logs.push_back(std::move(log));
  }
  if (tables.size() > kMaxLogs) {
    tables[kMaxLogs].error("name", "more than " + std::to_string(kMaxLogs) + " of [[log]]");
  }
  return logs;
}

}  // namespace gatewatch::logs
