// SPDX-License-Identifier: MIT
#include "storage/salvage.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "storage/rows.h"

namespace gatewatch::storage {
namespace {

constexpr int kMaxNameTries = 100;

// "20261122T101530Z"
std::string compact_utc(WallTime time) {
  std::string compact;
  for (const char character : format_utc(time).substr(0, 19)) {
    if (character != '-' && character != ':') {
      compact += character;
    }
  }
  return compact + 'Z';
}

bool exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

int64_t copy_table(Connection& damaged, Connection& fresh, const std::string& table,
                   const std::string& columns, const std::string& read, const std::string& key) {
  // `read` gives as many values as there are columns, which are counted by their commas.
  std::string places = "?";
  for (const char character : columns) {
    places += character == ',' ? ", ?" : "";
  }
  Statement put(fresh, "INSERT INTO " + table + "(" + columns + ") VALUES(" + places +
                           ") ON CONFLICT DO NOTHING");
  int64_t rows = 0;
  bool fresh_failed = false;
  const auto copy = [&](Statement& row) {
    put.bind_row(row);
    try {
      put.run_bound();
      rows += fresh.changes();
    } catch (const SqliteError& error) {
      if (!error.is_constraint()) {  // damage may leave values that the table does not take
        fresh_failed = true;
        throw;
      }
    }
  };
  try {
    scan_readable(damaged, {read, table, "true", key}, copy);
  } catch (const SqliteError&) {
    if (fresh_failed) {
      throw;
    }
  }
  return rows;
}

// Those of this version where the damaged schema does not tell.
std::string incident_columns_of(Connection& damaged) {
  try {
    return readable_incident_columns(damaged);
  } catch (const SqliteError&) {
    return std::string(kIncidentColumns);
  }
}

}  // namespace

bool scan_readable(Connection& connection, const TableScan& scan,
                   const std::function<void(Statement& row)>& each) {
  struct Way {
    const char* index;
    const char* direction;
  };
  static constexpr std::array<Way, 3> kWays{
      {{"", ""}, {" NOT INDEXED", ""}, {" NOT INDEXED", " DESC"}}};
  for (size_t way = 0; way < kWays.size(); ++way) {
    try {
      Statement rows(connection, "SELECT " + scan.columns + " FROM " + scan.table +
                                     kWays.at(way).index + " WHERE " + scan.where + " ORDER BY " +
                                     scan.key + kWays.at(way).direction + " LIMIT ?1");
      rows.bind_all(kMaxReadableRows);
      while (rows.step()) {
        each(rows);
      }
      return way == 0;
    } catch (const SqliteError& error) {
      if (error.kind() != StorageError::Kind::Corrupt) {
        throw;
      }
    }
  }
  return false;
}

int64_t salvage_rows(Connection& damaged, Connection& fresh) {
  const std::string pushes(kPushColumns);
  const std::string notifications = "sequence, " + std::string(kNotificationColumns);
  copy_table(damaged, fresh, "push", pushes, pushes, "rowid");
  return copy_table(damaged, fresh, "incident", std::string(kIncidentColumns),
                    incident_columns_of(damaged), "rowid") +
         copy_table(damaged, fresh, "notification", notifications, notifications, "sequence");
}

std::string set_aside(const std::string& path, WallTime now) {
  const std::string wanted = path + ".corrupt-" + compact_utc(now);
  std::string name = wanted;
  for (int number = 2; exists(name) && number < kMaxNameTries; ++number) {
    name = wanted + "-" + std::to_string(number);
  }
  // The log first: a main file without its log is readable, a foreign log beside a new main file
  // is a trap.
  for (const char* suffix : {"-wal", "-shm", ""}) {
    const std::string from = path + suffix;
    const std::string to = name + suffix;
    if (std::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) {
      throw StorageError(StorageError::Kind::Unwritable,
                         from + ": cannot be set aside: " + std::strerror(errno));
    }
  }
  return name;
}

}  // namespace gatewatch::storage
