// SPDX-License-Identifier: MIT
#include "daemon/cli.h"

#include <CLI/CLI.hpp>
#include <iostream>

namespace gatewatch::daemon {
namespace {

CLI::App* add_verb(CLI::App& app, Command& command, Verb verb, const char* name,
                   const char* description) {
  CLI::App* sub = app.add_subcommand(name, description);
  sub->add_option_function<std::string>(
         "-c,--config",
         [&command](const std::string& path) {
           command.config_path = path;
           command.config_given = true;
         },
         "The configuration file (default " + std::string(kDefaultConfigPath) + ")")
      ->type_name("FILE");
  sub->callback([&command, verb] { command.verb = verb; });
  return sub;
}

void add_json(CLI::App* sub, Command& command) {
  sub->add_flag("--json", command.json, "Print JSON instead of a table");
}

void add_verbs(CLI::App& app, Command& command) {
  add_verb(app, command, Verb::Run, "run",
           "Run the daemon in the foreground; SIGHUP reloads, SIGTERM stops");
  add_json(add_verb(app, command, Verb::Check, "check", "Check the configuration"), command);
  add_verb(app, command, Verb::Reload, "reload",
           "Make the running daemon read its configuration anew, and wait for its verdict");
  CLI::App* probe = add_verb(app, command, Verb::Probe, "probe",
                             "Probe a target or URL once, now, and show what it learnt");
  probe->add_option("target", command.subject, "The name of a target, or a URL")
      ->required()
      ->type_name("TARGET|URL");
  probe->add_flag("--diagnose", command.diagnose,
                  "Find out what is wrong: DNS, connections, paths, certificates, the way there");
  add_json(probe, command);
  add_json(add_verb(app, command, Verb::Status, "status", "Show every target and open incidents"),
           command);
  CLI::App* incidents = add_verb(app, command, Verb::Incidents, "incidents",
                                 "Show incidents of the past, newest first, or all about one");
  incidents->add_option("id", command.incident, "The id of one incident")->type_name("ID");
  incidents->add_option("--target", command.subject, "Only those of this target")
      ->type_name("NAME");
  incidents
      ->add_option_function<std::string>(
          "--since",
          [&command](const std::string& text) {
            command.since = parse_duration(text);
            if (!command.since) {
              throw CLI::ValidationError("--since", "\"" + text + "\" is not a duration like 7d");
            }
          },
          "Only those open within this time, like 7d")
      ->type_name("DURATION");
  incidents->add_option("--limit", command.limit, "At most this many (default 100)")
      ->check(CLI::Range(1, 1000))
      ->type_name("COUNT");
  add_json(incidents, command);
  CLI::App* forecast = add_verb(app, command, Verb::Forecast, "forecast",
                                "Show what early warnings would have been worth, and are");
  forecast->add_option("target", command.subject, "Only this target")->type_name("TARGET");
  add_json(forecast, command);
  CLI::App* test = add_verb(app, command, Verb::TestChannel, "test-channel",
                            "Send a test message on a channel, now, and show the answer");
  test->add_option("name", command.subject, "The name of the channel")
      ->required()
      ->type_name("NAME");
}

}  // namespace

ParsedCommand parse_command_line(int argc, const char* const* argv) {
  CLI::App app(
      "gatewatch watches HTTP endpoints for 502 Bad Gateway and tells when they open and "
      "close.",
      "gatewatch");
  app.set_version_flag("--version", "gatewatch " GATEWATCH_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 fine, 1 the daemon is not reachable or cannot start, 2 the answer is bad,\n"
      "3 the probe was inconclusive, 64 wrong usage or unknown name, 78 mistakes in the\n"
      "configuration.");
  Command command;
  add_verbs(app, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error, std::cout, std::cerr);
    return {std::nullopt, status == 0 ? ExitCode::Fine : ExitCode::Usage};
  }
  return {command, ExitCode::Fine};
}

}  // namespace gatewatch::daemon
