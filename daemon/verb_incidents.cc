// SPDX-License-Identifier: MIT
//
// `incidents` reads the database: many incidents as a table, one with all that is known of it.
#include <iostream>

#include "core/diagnosis_text.h"
#include "core/text.h"
#include "daemon/text_table.h"
#include "daemon/verbs.h"
#include "storage/diagnosis_rows.h"
#include "storage/history.h"
#include "storage/keepsakes.h"
#include "web/json.h"

namespace gatewatch::daemon {
namespace {

std::string length_of(const Incident& incident) {
  return incident.resolved_at ? humanize_duration(*incident.resolved_at - incident.opened_at)
                              : std::string("still open");
}

void print_incident(const Incident& incident, const std::optional<Diagnosis>& diagnosis) {
  std::cout << incident.id << "  " << incident.target << ", " << incident.rule << " ("
            << to_string(incident.severity) << ")\n"
            << "  opened   " << format_local(incident.opened_at) << ", " << length_of(incident)
            << ", detected by " << incident.detected_by << '\n'
            << (incident.detected_by == kDetectedByLog ? "  requests " : "  probes   ")
            << incident.total.bad << " of " << incident.total.probes << " bad\n"
            << "  class    " << to_string(incident.incident_class)
            << (incident.class_reason.empty() ? "" : ": ") << incident.class_reason << '\n'
            << "  fault    " << to_string(incident.verdict.fault) << ": "
            << incident.verdict.summary << '\n';
  for (const std::string& line : incident.verdict.evidence) {
    std::cout << "    - " << line << '\n';
  }
  if (diagnosis) {
    std::cout << '\n' << to_text(*diagnosis);
  }
}

ExitCode show_incident(const Command& command, const std::string& path) {
  const std::vector<Incident> found = storage::find_incidents(
      path, {.target = std::nullopt, .since = std::nullopt, .id = command.incident, .limit = 1});
  if (found.empty()) {
    std::cerr << "gatewatch: no incident \"" << printable(command.incident) << "\"\n";
    return ExitCode::Usage;
  }
  const std::optional<Diagnosis> diagnosis = storage::find_diagnosis(path, command.incident);
  if (!command.json) {
    print_incident(found.front(), diagnosis);
    return ExitCode::Fine;
  }
  std::cout << web::to_json(found.front(), diagnosis ? storage::to_json(*diagnosis) : "") << '\n';
  return ExitCode::Fine;
}

}  // namespace

ExitCode incidents(const Command& command) {
  const std::optional<Settings> settings = load_for_tool(command);
  if (!settings) {
    return ExitCode::Config;
  }
  if (!command.incident.empty()) {
    return show_incident(command, settings->storage.path);
  }
  storage::IncidentQuery query{.target = std::nullopt, .since = std::nullopt, .id = std::nullopt};
  query.limit = static_cast<size_t>(command.limit);
  if (!command.subject.empty()) {
    query.target = command.subject;
  }
  if (command.since) {
    query.since =
        system_clock().wall() - std::chrono::ceil<std::chrono::microseconds>(*command.since);
  }
  const std::vector<Incident> found = storage::find_incidents(settings->storage.path, query);
  if (command.json) {
    std::cout << web::to_json(found) << '\n';
    return ExitCode::Fine;
  }
  std::vector<std::vector<std::string>> rows{
      {"OPENED", "LASTED", "TARGET", "RULE", "SEVERITY", "CLASS", "FAULT", "BAD", "PROBES", "ID"}};
  for (const Incident& incident : found) {
    rows.push_back(
        {format_local(incident.opened_at), length_of(incident), incident.target, incident.rule,
         std::string(to_string(incident.severity)), std::string(to_string(incident.incident_class)),
         std::string(to_string(incident.verdict.fault)), std::to_string(incident.total.bad),
         std::to_string(incident.total.probes), incident.id});
  }
  if (found.empty()) {
    std::cout << "no incidents\n";
  } else {
    std::cout << text_table(rows);
  }
  return ExitCode::Fine;
}

}  // namespace gatewatch::daemon
