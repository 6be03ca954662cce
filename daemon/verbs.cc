// SPDX-License-Identifier: MIT
#include "daemon/verbs.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <utility>

#include "alerts/channel.h"
#include "alerts/message.h"
#include "core/sight.h"
#include "core/text.h"
#include "daemon/app.h"
#include "daemon/control_messages.h"
#include "daemon/control_socket.h"
#include "daemon/log_sink.h"
#include "daemon/signals.h"

namespace gatewatch::daemon {
namespace {

// Longer than the longest answer takes: a test message behind another send.
constexpr Duration kAskTimeout = 3 * alerts::kSendTimeout;

// What print_sight() says of: a rate that matters and that probes seldom meet.
constexpr double kLowRate = 0.01;
constexpr Duration kHour = std::chrono::hours(1);

bool has_errors(const std::vector<config::Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const auto& diagnostic) {
    return diagnostic.gravity == config::Gravity::Error;
  });
}

std::string counted(size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

void print_diagnostics(const std::vector<config::Diagnostic>& diagnostics) {
  for (const config::Diagnostic& diagnostic : diagnostics) {
    std::cerr << config::to_string(diagnostic) << '\n';
  }
}

std::optional<Settings> load_for_tool(const Command& command) {
  LoadedSettings loaded = load_settings(
      command.config_path,
      {.environment = config::process_environment(), .unreadable_secret_is_warning = true});
  if (!loaded.settings) {
    print_diagnostics(loaded.diagnostics);
  }
  return std::move(loaded.settings);
}

std::optional<std::string> ask(const Command& command, const std::string& database_path,
                               const std::string& request_path, const std::string& body) {
  std::string error;
  std::optional<std::string> answer = ask_daemon(control_paths(command.config_path, database_path),
                                                 request_path, body, kAskTimeout, error);
  if (!answer) {
    std::cerr << "gatewatch: " << error << '\n';
  }
  return answer;
}

ExitCode run(const Command& command) {
  config::LoadOptions options{.environment = config::process_environment(),
                              .unreadable_secret_is_warning = false};
  LoadedSettings loaded = load_settings(command.config_path, options);
  print_diagnostics(loaded.diagnostics);
  if (!loaded.settings) {
    return ExitCode::Config;
  }
  block_signals();
  open_log(loaded.settings->daemon.log_level);
  const struct LogCloser {
    ~LogCloser() { close_log(); }
  } closer;
  App app(std::move(*loaded.settings), command.config_path, std::move(options), system_clock());
  const App::Ending ending = app.run();
  if (!ending.is_quiet) {
    close_log();
    std::_Exit(static_cast<int>(ending.exit));
  }
  return ending.exit;
}

// What each rule can see at the slowest of its targets: a line for each.
void print_sight(const Settings& settings) {
  for (const config::RuleConfig& rule : settings.rules) {
    const Target* slowest = nullptr;
    for (const ProbedTarget& probed : settings.targets) {
      const bool is_slower = slowest == nullptr || probed.target.interval > slowest->interval;
      if (probed.target.enabled && is_slower && rule.applies_to(probed.target)) {
        slowest = &probed.target;
      }
    }
    if (slowest == nullptr || rule.rule.source != RuleSource::Probes) {
      continue;
    }
    const Rule fitted = rule.for_target(*slowest);
    const double rate = least_rate_seen(fitted, slowest->interval);
    std::cout << "rule " << rule.rule.name << ", probing every "
              << humanize_duration(slowest->interval) << ": sees "
              << (rate > 1 ? std::string("no rate") : alerts::format_share(rate))
              << " of failures and more within " << humanize_duration(fitted.window) << " (95%)";
    if (rate > kLowRate || fitted.window > kHour) {
      std::cout << "; 1% not within an hour, its first bad probe comes within "
                << humanize_duration(time_to_first_bad(kLowRate, slowest->interval));
    }
    std::cout << '\n';
  }
}

ExitCode check(const Command& command) {
  LoadedSettings loaded =
      load_settings(command.config_path, {.environment = config::process_environment(),
                                          .unreadable_secret_is_warning = true,
                                          .looks_at_sockets = true});
  if (command.json) {
    std::cout << encode_check(loaded.settings.has_value(), loaded.diagnostics) << '\n';
  } else {
    print_diagnostics(loaded.diagnostics);
  }
  if (!loaded.settings) {
    return ExitCode::Config;
  }
  if (!command.json) {
    std::cout << command.config_path
              << ": fine: " << counted(loaded.settings->targets.size(), "target") << ", "
              << counted(loaded.settings->rules.size(), "rule") << ", "
              << counted(loaded.settings->channels.size(), "channel") << '\n';
    print_sight(*loaded.settings);
  }
  return ExitCode::Fine;
}

ExitCode reload(const Command& command) {
  // The daemon's verdict counts; reading the file here only finds its socket.
  const LoadedSettings loaded = load_settings(
      command.config_path,
      {.environment = config::process_environment(), .unreadable_secret_is_warning = true});
  const std::optional<std::string> answer = ask(command, loaded.database_path, kReloadPath, "");
  if (!answer) {
    print_diagnostics(loaded.diagnostics);
    return has_errors(loaded.diagnostics) ? ExitCode::Config : ExitCode::Failed;
  }
  const ReloadReply reply = decode_reload(*answer);
  print_diagnostics(reply.diagnostics);
  if (reply.applied) {
    std::cout << "reloaded\n";
    return ExitCode::Fine;
  }
  std::cerr << "gatewatch: not reloaded, the old configuration goes on"
            << (reply.error.empty() ? "" : ": " + reply.error) << '\n';
  return has_errors(reply.diagnostics) ? ExitCode::Config : ExitCode::Failed;
}

ExitCode test_channel(const Command& command) {
  const std::optional<Settings> settings = load_for_tool(command);
  if (!settings) {
    return ExitCode::Config;
  }
  const std::optional<std::string> answer =
      ask(command, settings->storage.path, kTestChannelPath, command.subject);
  if (!answer) {
    return ExitCode::Failed;
  }
  const TestReply reply = decode_test(*answer);
  if (!reply.known) {
    std::vector<std::string_view> names;
    for (const auto& [name, channel] : settings->channels) {
      names.push_back(name);
    }
    const std::string_view near = closest(command.subject, names);
    std::cerr << "gatewatch: the daemon has no channel \"" << command.subject << '"'
              << (near.empty() ? "" : " (did you mean \"" + std::string(near) + "\"?)") << '\n';
    return ExitCode::Usage;
  }
  std::cout << command.subject << ": " << (reply.delivered ? "delivered" : "not delivered")
            << (reply.detail.empty() ? "" : ": " + reply.detail) << '\n';
  return reply.delivered ? ExitCode::Fine : ExitCode::Bad;
}

ExitCode execute(const Command& command) {
  try {
    switch (command.verb) {
      case Verb::Run:
        return run(command);
      case Verb::Check:
        return check(command);
      case Verb::Reload:
        return reload(command);
      case Verb::Probe:
        return probe(command);
      case Verb::Status:
        return status(command);
      case Verb::Incidents:
        return incidents(command);
      case Verb::Forecast:
        return forecast(command);
      case Verb::TestChannel:
        return test_channel(command);
    }
  } catch (const std::exception& error) {
    std::cerr << "gatewatch: " << error.what() << '\n';
  }
  return ExitCode::Failed;
}

}  // namespace gatewatch::daemon
