// SPDX-License-Identifier: MIT
//
// Values and questions that the tests of storage share.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "core/incident.h"
#include "core/notification.h"
#include "core/sample.h"
#include "core/time.h"
#include "storage/writer.h"

namespace gatewatch::storage::testing {

// 2026-11-22T10:15:30.123456Z
inline constexpr WallTime kMorning{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} +
                                   std::chrono::hours(10) + std::chrono::minutes(15) +
                                   std::chrono::microseconds(30'123'456)};

[[nodiscard]] SteadyTime in_seconds(int seconds);

[[nodiscard]] Sample ok_sample(const std::string& target, WallTime at);
[[nodiscard]] Sample bad_gateway_sample(const std::string& target, WallTime at);
[[nodiscard]] Incident open_incident(const std::string& id, WallTime at);
[[nodiscard]] Notification message(const std::string& id, const std::string& incident_id);
// The incident opens and says so under the id "msg_" + its own.
[[nodiscard]] Transition opening(const std::string& id, WallTime at);

// Rows of a question asked as a user would, read-only and beside a writer: columns joined by "|",
// NULL as "NULL". An error is one row "error: …".
[[nodiscard]] std::vector<std::string> ask(const std::string& path, const std::string& sql);
// The only column of the only row.
[[nodiscard]] std::string ask_one(const std::string& path, const std::string& sql);
// Runs SQL on a connection of its own that may write.
void run_sql(const std::string& path, const std::string& sql);

// Asks again and again until `condition` holds, at most 10 s.
template <typename Condition>
bool eventually(Condition condition);

// Options without a ballast file, which only the tests of the ballast need.
[[nodiscard]] Writer::Options options_for(const std::string& path);
// A database with what `fill` adds, written by a writer that has stopped.
template <typename Fill>
void write_database(const std::string& path, Fill fill) {
  Writer writer(options_for(path), system_clock());
  writer.start();
  fill(writer);
  writer.stop(in_seconds(10));
}

template <typename Condition>
bool eventually(Condition condition) {
  const SteadyTime deadline = in_seconds(10);
  while (!condition()) {
    if (system_clock().steady() >= deadline) {
      return false;
    }
    std::this_thread::yield();
  }
  return true;
}

}  // namespace gatewatch::storage::testing
