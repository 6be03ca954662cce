// SPDX-License-Identifier: MIT
//
// The command line as values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "daemon/exit_code.h"

namespace gatewatch::daemon {

inline constexpr const char* kDefaultConfigPath = "/etc/gatewatch/gatewatch.toml";

enum class Verb { Run, Check, Reload, Probe, Status, Incidents, Forecast, TestChannel };

struct Command {
  Verb verb = Verb::Run;
  std::string config_path = kDefaultConfigPath;
  bool config_given = false;  // -c was said
  bool json = false;
  bool diagnose = false;  // probe: all checks, not one request
  // probe: TARGET or URL; forecast, test-channel, incidents: a name.
  std::string subject;
  std::string incident;           // incidents: the id of one
  std::optional<Duration> since;  // incidents
  int limit = 100;                // incidents
};

// What to do; or, after --help, --version or a mistake (told on stderr), with which status to exit.
struct ParsedCommand {
  std::optional<Command> command;
  ExitCode exit = ExitCode::Fine;
};
[[nodiscard]] ParsedCommand parse_command_line(int argc, const char* const* argv);

}  // namespace gatewatch::daemon
