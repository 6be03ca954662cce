// SPDX-License-Identifier: MIT
#include "daemon/settings.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "alerts/channel.h"
#include "logs/gateway_keys.h"
#include "logs/log_keys.h"
#include "logs/log_lint.h"
#include "probe/signature/signature_keys.h"

namespace gatewatch::daemon {
namespace {

// Where nobody listens, no job can report.
void check_listening(const config::Config& config, config::TargetConfig& item) {
  if (config.daemon.listen_host.empty() && item.target.enabled &&
      item.settings.string_or("kind", "") == "push") {
    item.settings.error("kind", "jobs cannot report in while [daemon] listen is \"\"",
                        "let it listen, or set enabled = false");
  }
}

void read_targets(config::Config& config, Settings& settings) {
  for (config::TargetConfig& item : config.targets) {
    check_listening(config, item);
    ProbedTarget probed{.target = item.target,
                        .fingerprint = item.settings.fingerprint(),
                        .make_prober = probe::read_prober(item.target, item.settings),
                        .origin = probe::read_origin(item.target, item.settings)};
    if (probed.origin) {
      probed.target.origin_url = probed.origin->target.url;
    }
    item.settings.finish();
    settings.targets.push_back(std::move(probed));
  }
  probe::check_defaults(config.defaults);
  probe::check_origin_keys(config.defaults);
  config.defaults.finish();
}

void read_channels(config::Config& config, Settings& settings) {
  for (config::ChannelConfig& item : config.channels) {
    std::shared_ptr<alerts::Channel> channel = alerts::make_channel(item.kind, item.settings);
    item.settings.finish();
    settings.channel_fingerprints[item.name] = item.settings.fingerprint();
    settings.channels[item.name] = std::move(channel);
  }
}

void read_signatures(config::Config& config, Settings& settings) {
  settings.signatures = probe::read_signatures(config.signatures);
  for (config::Table& table : config.signatures) {
    table.finish();
  }
}

// What gatewatch reads beside its probes.
void read_logs_and_gateways(config::Config& config, Settings& settings,
                            const config::LoadOptions& options, config::Diagnostics& diagnostics) {
  std::vector<Target> targets;
  for (const ProbedTarget& probed : settings.targets) {
    targets.push_back(probed.target);
  }
  settings.logs = logs::read_logs(config.logs, targets);
  logs::lint_logs(config, settings.logs, diagnostics);
  for (config::Table& table : config.logs) {
    table.finish();
    settings.logs_fingerprint += table.fingerprint();
  }
  settings.gateways = logs::read_gateways(config.gateways, targets);
  if (options.looks_at_sockets) {
    logs::look_at_sockets(config.gateways, settings.gateways);
  }
  for (config::Table& table : config.gateways) {
    table.finish();
  }
}

// Lets the kinds read what config left to them.
LoadedSettings complete(std::optional<config::Config> config, const config::LoadOptions& options,
                        config::Diagnostics& diagnostics) {
  Settings settings;
  if (config) {
    settings.daemon = config->daemon;
    settings.web = config->web;
    settings.storage = config->storage;
    settings.early_warning = config->early_warning;
    settings.rules = config->rules;
    read_targets(*config, settings);
    read_channels(*config, settings);
    read_signatures(*config, settings);
    read_logs_and_gateways(*config, settings, options, diagnostics);
  }
  LoadedSettings loaded{.settings = std::nullopt,
                        .diagnostics = diagnostics.sorted(),
                        .database_path = settings.storage.path};
  if (config && !diagnostics.has_errors()) {
    loaded.settings = std::move(settings);
  }
  return loaded;
}

}  // namespace

const ProbedTarget* Settings::find_target(const std::string& name) const {
  const auto found = std::find_if(targets.begin(), targets.end(), [&](const ProbedTarget& probed) {
    return probed.target.name == name;
  });
  return found == targets.end() ? nullptr : &*found;
}

bool Settings::has_log(const Target& target) const {
  return std::any_of(logs.begin(), logs.end(),
                     [&](const logs::LogSettings& log) { return log.applies_to(target); });
}

std::vector<alerts::Watched> Settings::watched() const {
  std::vector<alerts::Watched> all;
  std::vector<std::shared_ptr<const Rule>> shared(rules.size());
  for (const ProbedTarget& probed : targets) {
    if (probed.target.is_control) {
      continue;
    }
    alerts::Watched watched{.target = probed.target, .rules = {}};
    for (size_t i = 0; i < rules.size(); ++i) {
      if (!rules[i].applies_to(probed.target) ||
          (rules[i].rule.source == RuleSource::Log && !has_log(probed.target))) {
        continue;
      }
      Rule rule = rules[i].for_target(probed.target);
      if (!shared[i] || *shared[i] != rule) {
        shared[i] = std::make_shared<const Rule>(std::move(rule));
      }
      watched.rules.push_back(shared[i]);
    }
    all.push_back(std::move(watched));
  }
  return all;
}

std::map<std::string, std::vector<std::string>> Settings::channels_of_rule() const {
  std::map<std::string, std::vector<std::string>> names;
  for (const config::RuleConfig& rule : rules) {
    names[rule.rule.name] = rule.channels;
  }
  return names;
}

std::vector<std::string> Settings::forecast_targets() const {
  std::vector<std::string> names;
  for (const ProbedTarget& probed : targets) {
    if (early_warning.enabled && probed.target.enabled && !probed.target.is_control) {
      names.push_back(probed.target.name);
    }
  }
  return names;
}

Duration Settings::longest_reopen() const {
  Duration longest{};
  for (const config::RuleConfig& rule : rules) {
    longest = std::max(longest, rule.rule.reopen_within);
  }
  return longest;
}

LoadedSettings load_settings(const std::string& path, const config::LoadOptions& options) {
  config::Diagnostics diagnostics;
  return complete(config::load(path, options, diagnostics), options, diagnostics);
}

LoadedSettings load_settings_text(const std::string& name, std::string text) {
  config::Diagnostics diagnostics;
  return complete(config::load_text(name, std::move(text), {}, diagnostics), {}, diagnostics);
}

}  // namespace gatewatch::daemon
