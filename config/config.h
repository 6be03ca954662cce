// SPDX-License-Identifier: MIT
//
// The configuration as values. docs/configuration.md describes every key.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/table.h"
#include "core/log.h"
#include "core/rule.h"
#include "core/secret.h"
#include "core/target.h"
#include "core/time.h"

namespace gatewatch::config {

struct DaemonConfig {
  std::string listen_host = "127.0.0.1";  // empty: no status page, API or metrics
  int listen_port = 8502;
  LogLevel log_level = LogLevel::Info;
};

struct WebConfig {
  std::optional<Secret> auth;  // "USER:PASSWORD" for HTTP basic authentication
};

struct StorageConfig {
  std::string path;  // absolute, or relative to the working directory
  Duration retention = std::chrono::days(30);
};

// The rule of the incidents that tell of forecasts.
inline constexpr std::string_view kEarlyWarningRule = "early-warning";

// Forecasts of incidents.
struct EarlyWarningConfig {
  bool enabled = false;
};

struct TargetConfig {
  Target target;
  Table settings;  // what the probe kind reads: url as written, method, expect_status, …
};

struct ChannelConfig {
  std::string name;
  std::string kind;
  Table settings;  // what the channel kind reads: url, server, …
};

struct RuleConfig {
  Rule rule;
  bool built_in = false;              // not written: its times stretch to hold its minimums
  std::vector<std::string> targets;   // names, globs, tag:NAME
  std::vector<std::string> channels;  // names of channels, all existing

  // Whether one of `targets` selects it: config/target_words.h. Never to a control.
  [[nodiscard]] bool applies_to(const Target& target) const;
  // The rule as it watches `target`: for a built-in one, with a window that holds min_probes, a
  // clear_for that holds three probes, and a reopen_within of three of those.
  [[nodiscard]] Rule for_target(const Target& target) const;
};

struct Config {
  DaemonConfig daemon;
  WebConfig web;
  StorageConfig storage;
  EarlyWarningConfig early_warning;
  std::vector<TargetConfig> targets;  // in the order of the files, controls last
  std::vector<RuleConfig> rules;      // the built-in ones where none is written
  std::vector<Table> rule_tables;  // [[rule]], in the order of `rules`; none of the built-in ones
  std::vector<ChannelConfig> channels;
  std::vector<Table> signatures;  // [[signature]], for who reads answers
  std::vector<Table> logs;        // [[log]], for who reads logs
  std::vector<Table> gateways;    // [[gateway]], for who asks them
  Table defaults;                 // [defaults], for kinds to check even without a target
};

// The process's environment as a map.
[[nodiscard]] std::map<std::string, std::string> process_environment();

// A url as it may be shown: user and password, and the values of its query, are "***".
[[nodiscard]] std::string url_to_show(std::string_view url);

// Reads `path` and what it includes. Empty where the file can't be read as text at all; otherwise a
// Config, which is fit for use only if `diagnostics` has no errors after the kinds have read their
// settings and finish() was called: on each target's and channel's settings, then on `defaults`,
// which the probe kinds read as well so that its keys are known where there is no target.
// Limits: 16 MiB in all files, 64 levels of nesting, 1,000 included files, 1,000 keys in a table,
// 256 KiB for one value, 20 syntax errors told in one file.
[[nodiscard]] std::optional<Config> load(const std::string& path, const LoadOptions& options,
                                         Diagnostics& diagnostics);

// The same from one text, which diagnostics call `name` and which includes nothing.
// Requires: `text` is UTF-8 without NUL.
[[nodiscard]] Config load_text(const std::string& name, std::string text,
                               const LoadOptions& options, Diagnostics& diagnostics);

}  // namespace gatewatch::config
