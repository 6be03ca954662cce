// SPDX-License-Identifier: MIT
#include "storage/keepsakes.h"

#include <memory>
#include <string_view>

#include "storage/diagnosis_rows.h"
#include "storage/reader.h"
#include "storage/rows.h"

namespace gatewatch::storage {
namespace {

bool has_table(Connection& connection, std::string_view name) {
  Statement find(connection, "SELECT 1 FROM sqlite_schema WHERE name = ?1");
  find.bind_all(name);
  return find.step();
}

std::optional<std::string> json_of_diagnosis(Connection& connection,
                                             const std::string& incident_id) {
  if (!has_table(connection, "diagnosis")) {
    return std::nullopt;
  }
  Statement rows(connection, "SELECT json FROM diagnosis WHERE incident_id = ?1");
  rows.bind_all(std::string_view(incident_id));
  return rows.step() ? std::optional(std::string(rows.text(0))) : std::nullopt;
}

}  // namespace

Keepsakes::Keepsakes(Connection& connection)
    : position_(connection, "INSERT OR REPLACE INTO log_position(log, position) VALUES(?1, ?2)"),
      no_position_(connection, "DELETE FROM log_position WHERE log = ?1"),
      diagnosis_(connection,
                 "INSERT OR REPLACE INTO diagnosis(incident_id, at_us, json) "
                 "VALUES(?1, ?2, ?3)") {}

void Keepsakes::put(const LogPosition& position) {
  if (position.text.empty()) {
    no_position_.run(std::string_view(position.log));
  } else {
    position_.run(std::string_view(position.log), std::string_view(position.text));
  }
}

void Keepsakes::put(const IncidentDiagnosis& diagnosis) {
  diagnosis_.run(std::string_view(diagnosis.incident_id), to_us(diagnosis.at),
                 std::string_view(diagnosis.json));
}

std::map<std::string, std::string> remember_log_positions(const std::string& path) {
  std::map<std::string, std::string> positions;
  const std::unique_ptr<Connection> connection = open_where_there(path);
  if (connection == nullptr || !has_table(*connection, "log_position")) {
    return positions;
  }
  Statement rows(*connection, "SELECT log, position FROM log_position");
  while (rows.step()) {
    positions.emplace(rows.text(0), rows.text(1));
  }
  return positions;
}

bool has_diagnosis(const std::string& path, const std::string& incident_id) {
  const std::unique_ptr<Connection> connection = open_where_there(path);
  return connection != nullptr && json_of_diagnosis(*connection, incident_id).has_value();
}

std::optional<Diagnosis> find_diagnosis(const std::string& path, const std::string& incident_id) {
  const std::unique_ptr<Connection> connection = open_where_there(path);
  if (connection == nullptr) {
    return std::nullopt;
  }
  const std::optional<std::string> json = json_of_diagnosis(*connection, incident_id);
  return json ? diagnosis_from_json(*connection, *json) : std::nullopt;
}

}  // namespace gatewatch::storage
