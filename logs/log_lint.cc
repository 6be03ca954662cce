// SPDX-License-Identifier: MIT
#include "logs/log_lint.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include "config/target_words.h"
#include "logs/log_kind.h"

namespace gatewatch::logs {
namespace {

using config::Config;
using config::Diagnostics;
using config::Table;
using config::TargetConfig;

std::string quoted(const std::string& name) {
  return '"' + name + '"';
}

// Whether lines that one of them understands are taken by both. A journal may hold the lines of
// several kinds, and a file may be looked at by several expressions of the user.
bool read_the_same(const LogSettings& a, const LogSettings& b) {
  const bool of_pattern = a.kind == LogKind::Pattern || b.kind == LogKind::Pattern;
  if (of_pattern &&
      (a.kind != b.kind || !a.pattern || !b.pattern || a.pattern->text() != b.pattern->text())) {
    return false;
  }
  if (!a.path.empty() && !b.path.empty()) {
    return std::filesystem::path(a.path).lexically_normal() ==
           std::filesystem::path(b.path).lexically_normal();
  }
  return !a.journal_unit.empty() && a.journal_unit == b.journal_unit && a.kind == b.kind;
}

void lint_places(const Config& config, const std::vector<LogSettings>& logs,
                 Diagnostics& diagnostics) {
  for (auto log = logs.begin(); log != logs.end(); ++log) {
    const auto first = std::find_if(
        logs.begin(), log, [&](const LogSettings& other) { return read_the_same(other, *log); });
    if (first != log) {
      const Table& table = config.logs[static_cast<size_t>(log - logs.begin())];
      diagnostics.remark(table.where(log->path.empty() ? "journal_unit" : "path"),
                         "log " + quoted(log->name) + " reads what log " + quoted(first->name) +
                             " reads: what both understand counts twice",
                         "let one [[log]] concern the targets of both");
    }
  }
}

bool tells_requests(const LogSettings& log) {
  return may_tell_requests(log.kind) && (!log.pattern || log.pattern->tells_status());
}

// Finds for words of rules whether a log is there.
class RuleLint {
 public:
  RuleLint(const Config& config, const std::vector<LogSettings>& logs, Diagnostics& diagnostics)
      : config_(config), logs_(logs), diagnostics_(diagnostics) {}

  void look_at(const config::RuleConfig& rule, const Table& table) const {
    size_t fitting = 0;
    std::vector<size_t> without;  // words that are names of targets without a log
    bool is_told = false;
    for (size_t i = 0; i < rule.targets.size(); ++i) {
      const std::string& word = rule.targets[i];
      bool word_is_told = false;
      for (const TargetConfig& one : config_.targets) {
        const bool fits = config::selects(word, one.target);
        fitting += fits ? 1 : 0;
        word_is_told = word_is_told || (fits && has_log(one.target, true));
      }
      is_told = is_told || word_is_told;
      if (!word_is_told && config::is_name(word)) {
        without.push_back(i);
      }
    }
    if (fitting > 0 && !is_told) {
      diagnostics_.remark(table.where("source"),
                          "no [[log]] tells of requests to a target of this rule: it never opens",
                          hint_for(rule));
      return;
    }
    for (const size_t i : without) {
      diagnostics_.remark(table.where_at("targets", i),
                          "no [[log]] tells of requests to target " + quoted(rule.targets[i]));
    }
  }

 private:
  [[nodiscard]] bool has_log(const Target& target, bool that_tells_requests) const {
    return std::any_of(logs_.begin(), logs_.end(), [&](const LogSettings& log) {
      return log.applies_to(target) && (!that_tells_requests || tells_requests(log));
    });
  }

  [[nodiscard]] std::string hint_for(const config::RuleConfig& rule) const {
    const bool has_error_log =
        std::any_of(config_.targets.begin(), config_.targets.end(), [&](const TargetConfig& one) {
          return rule.applies_to(one.target) && has_log(one.target, false);
        });
    return has_error_log
               ? "an error log does not tell how many there were: name the access log, too"
               : "name one whose targets fit";
  }

  const Config& config_;
  const std::vector<LogSettings>& logs_;
  Diagnostics& diagnostics_;
};

}  // namespace

void lint_logs(const Config& config, const std::vector<LogSettings>& logs,
               Diagnostics& diagnostics) {
  for (size_t i = 0; i < logs.size(); ++i) {
    config::remark_on_words(config.logs[i], logs[i].targets, config.targets, diagnostics);
  }
  lint_places(config, logs, diagnostics);
  const RuleLint lint(config, logs, diagnostics);
  for (size_t i = 0; i < config.rule_tables.size(); ++i) {
    if (config.rules[i].rule.source == RuleSource::Log) {
      lint.look_at(config.rules[i], config.rule_tables[i]);
    }
  }
}

}  // namespace gatewatch::logs
