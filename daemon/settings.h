// SPDX-License-Identifier: MIT
//
// A configuration that was read to the last key: the values of config, with the probers and
// channels that the kinds make of them. `check`, start and reload all come through here, so a
// configuration that checks is one that starts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerts/announcer.h"
#include "alerts/evaluator.h"
#include "config/config.h"
#include "config/diagnostic.h"
#include "core/target.h"
#include "logs/gateway_settings.h"
#include "logs/log_settings.h"
#include "probe/kinds/kinds.h"
#include "probe/kinds/origin_keys.h"
#include "probe/signature/signatures.h"

namespace gatewatch::daemon {

struct ProbedTarget {
  Target target;
  std::string fingerprint;  // of everything its prober is made of
  probe::MakeProber make_prober;
  std::optional<probe::OriginProbing> origin;
};

struct Settings {
  config::DaemonConfig daemon;
  config::WebConfig web;
  config::StorageConfig storage;
  config::EarlyWarningConfig early_warning;
  std::vector<ProbedTarget> targets;
  std::vector<config::RuleConfig> rules;
  alerts::Channels channels;
  std::map<std::string, std::string> channel_fingerprints;  // by channel name
  std::vector<probe::OwnSignature> signatures;
  std::vector<logs::LogSettings> logs;
  std::string logs_fingerprint;  // of everything their readers are made of
  std::vector<logs::GatewaySettings> gateways;

  [[nodiscard]] const ProbedTarget* find_target(const std::string& name) const;
  // Whether a log is about the target.
  [[nodiscard]] bool has_log(const Target& target) const;
  // Every target but the controls, with the rules that apply to it; those over logs only where a
  // log is about the target.
  [[nodiscard]] std::vector<alerts::Watched> watched() const;
  [[nodiscard]] std::map<std::string, std::vector<std::string>> channels_of_rule() const;
  // The targets whose incidents are to be foretold: enabled ones, where that is switched on.
  [[nodiscard]] std::vector<std::string> forecast_targets() const;
  // The longest reopen_within of a rule; zero without any.
  [[nodiscard]] Duration longest_reopen() const;
};

struct LoadedSettings {
  std::optional<Settings> settings;             // empty where there are errors
  std::vector<config::Diagnostic> diagnostics;  // errors and warnings, sorted
  std::string database_path;                    // as far as a configuration with errors tells
};

// Thread: any. Reads files and looks whether sockets are there, nothing else.
[[nodiscard]] LoadedSettings load_settings(const std::string& path,
                                           const config::LoadOptions& options);

// The same from a text, which diagnostics call `name`. Reads no files, but looks whether sockets
// are there.
[[nodiscard]] LoadedSettings load_settings_text(const std::string& name, std::string text);

}  // namespace gatewatch::daemon
