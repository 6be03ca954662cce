// SPDX-License-Identifier: MIT
//
// Small things that outlive the daemon: how far logs were read, what diagnoses found.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/diagnosis.h"
#include "core/time.h"
#include "storage/sqlite.h"

namespace gatewatch::storage {

// How far a log was read, in the words of whoever reads it; none: nobody reads it any more.
struct LogPosition {
  std::string log;
  std::string text;
};

// What the diagnosis of an incident found, in the place of what an earlier one did.
struct IncidentDiagnosis {
  std::string incident_id;
  WallTime at;
  std::string json;
};

// Thread: the writer's. Fails: throws SqliteError.
class Keepsakes {
 public:
  explicit Keepsakes(Connection& connection);

  void put(const LogPosition& position);
  void put(const IncidentDiagnosis& diagnosis);

 private:
  Statement position_;
  Statement no_position_;
  Statement diagnosis_;
};

// Read from the database at `path`, opened read-only for it; nothing where there is none, or none
// of that schema. Fails: throws StorageError.
[[nodiscard]] std::map<std::string, std::string> remember_log_positions(const std::string& path);
[[nodiscard]] bool has_diagnosis(const std::string& path, const std::string& incident_id);
[[nodiscard]] std::optional<Diagnosis> find_diagnosis(const std::string& path,
                                                      const std::string& incident_id);

}  // namespace gatewatch::storage
