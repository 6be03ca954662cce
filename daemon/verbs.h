// SPDX-License-Identifier: MIT
//
// What each verb of the command line does. Results go to stdout, logs and mistakes to stderr.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "daemon/cli.h"
#include "daemon/exit_code.h"
#include "daemon/settings.h"

namespace gatewatch::daemon {

[[nodiscard]] ExitCode run(const Command& command);
[[nodiscard]] ExitCode check(const Command& command);
[[nodiscard]] ExitCode reload(const Command& command);
[[nodiscard]] ExitCode probe(const Command& command);
[[nodiscard]] ExitCode status(const Command& command);
[[nodiscard]] ExitCode incidents(const Command& command);
[[nodiscard]] ExitCode forecast(const Command& command);
[[nodiscard]] ExitCode test_channel(const Command& command);

// Runs the verb; an exception becomes one line on stderr and ExitCode::Failed.
[[nodiscard]] ExitCode execute(const Command& command);

// Shared by the verbs.

void print_diagnostics(const std::vector<config::Diagnostic>& diagnostics);

// Reads the configuration as a person's tool does: secrets that may not be read are warnings. Says
// on stderr what is wrong; empty then.
[[nodiscard]] std::optional<Settings> load_for_tool(const Command& command);

// One request to the daemon of this configuration; says on stderr why it failed.
[[nodiscard]] std::optional<std::string> ask(const Command& command,
                                             const std::string& database_path,
                                             const std::string& request_path,
                                             const std::string& body);

}  // namespace gatewatch::daemon
