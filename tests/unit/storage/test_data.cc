// SPDX-License-Identifier: MIT
#include "tests/unit/storage/test_data.h"

#include <sqlite3.h>

#include <gtest/gtest.h>

namespace gatewatch::storage::testing {

using namespace std::chrono_literals;

SteadyTime in_seconds(int seconds) {
  return system_clock().steady() + std::chrono::seconds(seconds);
}

Sample ok_sample(const std::string& target, WallTime at) {
  Sample sample;
  sample.target = target;
  sample.at = at;
  sample.lateness = 250us;
  sample.result.outcome = Outcome::Ok;
  sample.result.status = 200;
  sample.result.latency = 12'500us;
  sample.result.phases = {1ms, 2ms, std::nullopt, 9ms};
  sample.result.address = "192.0.2.1";
  sample.result.reason = "OK";
  return sample;
}

Sample bad_gateway_sample(const std::string& target, WallTime at) {
  Sample sample = ok_sample(target, at);
  sample.result.outcome = Outcome::BadGateway;
  sample.result.status = 502;
  sample.result.reason = "Bad Gateway";
  return sample;
}

Incident open_incident(const std::string& id, WallTime at) {
  Incident incident;
  incident.id = id;
  incident.target = "shop";
  incident.url = "https://shop.example.com/health";
  incident.tags = {"prod", "say \"hi\"\\\n\x01", "größe"};
  incident.rule = "bad-gateway";
  incident.severity = Severity::Warning;
  incident.incident_class = IncidentClass::Intermittent;
  incident.class_reason = "3 runs of failures";
  incident.failing = "bad_gateway";
  incident.verdict = {Fault::Origin, "consistent with a dead origin", {"7 of 20 are 502", ""}};
  incident.opened_at = at;
  incident.total = {20, 7, 6, 7};
  incident.counted_until = at - 1s;
  incident.transitions = 1;
  return incident;
}

Notification message(const std::string& id, const std::string& incident_id) {
  Notification notification;
  notification.id = id;
  notification.incident_id = incident_id;
  notification.channel = "ops";
  notification.type = "incident.opened";
  notification.body = std::string("{\"type\":\"incident.opened\"}\0\xff", 28);
  notification.created_at = kMorning;
  return notification;
}

Transition opening(const std::string& id, WallTime at) {
  return {open_incident(id, at), {message("msg_" + id, id)}};
}

std::vector<std::string> ask(const std::string& path, const std::string& sql) {
  std::vector<std::string> rows;
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
  sqlite3_busy_timeout(database, 5'000);
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK) {
    while (sqlite3_step(statement) == SQLITE_ROW) {
      std::string row;
      for (int column = 0; column < sqlite3_column_count(statement); ++column) {
        const auto* text = sqlite3_column_blob(statement, column);
        const auto length = static_cast<size_t>(sqlite3_column_bytes(statement, column));
        row += column == 0 ? "" : "|";
        row += sqlite3_column_type(statement, column) == SQLITE_NULL
                   ? "NULL"
                   : std::string(static_cast<const char*>(text), length);
      }
      rows.push_back(row);
    }
  }
  if (sqlite3_errcode(database) != SQLITE_OK && sqlite3_errcode(database) != SQLITE_DONE) {
    rows = {std::string("error: ") + sqlite3_errmsg(database)};
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return rows;
}

std::string ask_one(const std::string& path, const std::string& sql) {
  const std::vector<std::string> rows = ask(path, sql);
  return rows.size() == 1 ? rows.front() : std::to_string(rows.size()) + " rows";
}

void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

Writer::Options options_for(const std::string& path) {
  Writer::Options options;
  options.path = path;
  options.ballast_bytes = 0;
  options.commit_interval = 20ms;
  options.retry_interval = 20ms;
  return options;
}

}  // namespace gatewatch::storage::testing
