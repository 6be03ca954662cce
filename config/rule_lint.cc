// SPDX-License-Identifier: MIT
//
// Remarks on rules that are allowed but hardly meant.
#include <algorithm>
#include <string>

#include "config/sections.h"
#include "config/target_words.h"

namespace gatewatch::config {
namespace {

// A burst that is no faster than the schedule tells nothing that the schedule does not.
void lint_confirm(const Table& table, const RuleConfig& rule, const Config& config,
                  Diagnostics& diagnostics) {
  for (const char* key :
       {"confirm_every", "confirm_for", "confirm_bad", "confirm_recent", "confirm_at_most"}) {
    if (!rule.rule.confirm && table.has(key)) {
      diagnostics.remark(table.where(key), std::string(key) + " has no effect without confirm",
                         "confirm = true");
    }
  }
  for (const auto& [target, settings] : config.targets) {
    if (rule.rule.confirm && rule.applies_to(target) &&
        rule.rule.confirm_every >= target.interval) {
      diagnostics.remark(table.where(table.has("confirm_every") ? "confirm_every" : "confirm"),
                         "confirm_every, " + format_duration(rule.rule.confirm_every) +
                             ", is not shorter than the interval of target \"" + target.name +
                             "\", " + format_duration(target.interval));
      return;
    }
  }
}

}  // namespace

void lint_rules(const Config& config, Diagnostics& diagnostics) {
  for (size_t i = 0; i < config.rule_tables.size(); ++i) {
    const Table& table = config.rule_tables[i];
    const RuleConfig& rule = config.rules[i];
    if (rule.rule.name == kEarlyWarningRule) {
      diagnostics.remark(table.where("name"),
                         "\"" + rule.rule.name + "\" is also the name of the rule of forecasts",
                         "choose another");
    }
    remark_on_words(table, rule.targets, config.targets, diagnostics);
    lint_confirm(table, rule, config, diagnostics);
    if (rule.rule.window > config.storage.retention) {
      diagnostics.remark(
          table.where("window"), "the window is longer than [storage] retention",
          "a restart forgets what is older than " + format_duration(config.storage.retention));
    }
    for (const TargetConfig& target : config.targets) {
      const double probes = to_seconds(rule.rule.window) / to_seconds(target.target.interval);
      if (rule.rule.source == RuleSource::Probes && rule.applies_to(target.target) &&
          rule.rule.min_bad > probes) {
        diagnostics.remark(table.where("min_bad"),
                           "target \"" + target.target.name + "\" makes only " +
                               std::to_string(static_cast<int64_t>(probes)) +
                               " probes in the window, fewer than min_bad");
        break;
      }
    }
  }
}

}  // namespace gatewatch::config
