// SPDX-License-Identifier: MIT
//
// `status` asks the running daemon.
#include <array>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "daemon/control_messages.h"
#include "daemon/text_table.h"
#include "daemon/verbs.h"
#include "storage/error.h"
#include "storage/history.h"
#include "web/json.h"

namespace gatewatch::daemon {
namespace {

using Json = nlohmann::json;

constexpr size_t kDeadLettersShown = 10;  // the newest

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) {
    return "-";
  }
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string milliseconds_at(const Json& json, const char* key) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f ms", json.value(key, 0.0));
  return buffer.data();
}

void print_targets(const Json& status) {
  std::vector<std::vector<std::string>> rows{
      {"TARGET", "OUTCOME", "STATUS", "LATENCY", "PROBED", "PROBES", "SKIPPED"}};
  for (const Json& target : status.at("targets")) {
    const Json& last = target.at("last");
    std::vector<std::string> row{text_at(target, "name")};
    if (last.is_null()) {
      row.insert(row.end(), {target.value("enabled", true) ? "(not probed yet)" : "(disabled)", "-",
                             "-", "-"});
    } else {
      row.insert(row.end(), {text_at(last, "outcome"), text_at(last, "status"),
                             milliseconds_at(last, "latency_ms"), text_at(last, "at")});
    }
    row.insert(row.end(), {text_at(target, "probes"), text_at(target, "skipped")});
    rows.push_back(std::move(row));
  }
  std::cout << text_table(rows);
}

void print_open_incidents(const Json& status) {
  std::vector<std::vector<std::string>> rows{
      {"OPEN INCIDENT", "RULE", "SEVERITY", "STATE", "CLASS", "SINCE", "BAD", "PROBES", "ID"}};
  for (const Json& incident : status.at("incidents")) {
    rows.push_back(
        {text_at(incident, "target"), text_at(incident, "rule"), text_at(incident, "severity"),
         text_at(incident, "state"), text_at(incident, "class"), text_at(incident, "opened_at"),
         text_at(incident, "bad"), text_at(incident, "probes"), text_at(incident, "id")});
  }
  std::cout << '\n' << text_table(rows);
  for (const Json& incident : status.at("incidents")) {
    for (const char* key : {"summary", "class_reason", "repair_times"}) {
      if (const std::string text = incident.value(key, ""); !text.empty()) {
        std::cout << text_at(incident, "target") << ", " << text_at(incident, "rule") << ": "
                  << text << '\n';
      }
    }
  }
}

void print_dead_letters(int count, const std::string& database) {
  std::cout << "\ndead letters (messages given up): " << count << '\n';
  std::vector<std::vector<std::string>> rows{
      {"DEAD LETTER", "CHANNEL", "CREATED", "ATTEMPTS", "LAST ERROR"}};
  try {
    for (const auto& [letter, progress] : storage::find_dead_letters(database, kDeadLettersShown)) {
      rows.push_back({letter.type, letter.channel, format_local(letter.created_at),
                      std::to_string(progress.attempts), progress.last_error});
    }
    std::cout << text_table(rows);
  } catch (const storage::StorageError& error) {
    std::cerr << "gatewatch: " << error.what() << '\n';
  }
}

// What nobody sees from outside, and logs that are not read.
void print_logs(const Json& status) {
  for (const Json& log : status.value("logs", Json::array())) {
    if (const std::string trouble = log.value("trouble", ""); !trouble.empty()) {
      std::cout << "\nlog " << text_at(log, "name") << " cannot be read: " << trouble << '\n';
    }
    if (log.value("masked", uint64_t{0}) > 0) {
      std::cout << "\nlog " << text_at(log, "name") << ": " << text_at(log, "masked")
                << " requests failed at one upstream and went well at another, since start\n";
    }
  }
}

void print_own_troubles(const Json& status, const std::string& database) {
  const Json& storage = status.at("storage");
  if (!storage.value("ok", true)) {
    std::cout << "\nstorage: " << text_at(storage, "error") << '\n';
  }
  const Json& notifications = status.at("notifications");
  if (const int pending = notifications.value("pending", 0); pending > 0) {
    std::cout << "\nmessages waiting to be delivered: " << pending << '\n';
  }
  if (const int dead = notifications.value("dead_letters", 0); dead > 0) {
    print_dead_letters(dead, database);
  }
}

}  // namespace

ExitCode status(const Command& command) {
  const std::optional<Settings> settings = load_for_tool(command);
  if (!settings) {
    return ExitCode::Config;
  }
  const std::optional<std::string> answer = ask(command, settings->storage.path, kStatusPath, "");
  if (!answer) {
    return ExitCode::Failed;
  }
  const Json status = Json::parse(*answer, nullptr, false);
  if (!status.is_object() || !status.contains("targets")) {
    std::cerr << "gatewatch: the daemon is there, but its probe loop does not answer\n";
    return ExitCode::Failed;
  }
  if (command.json) {
    std::cout << *answer << '\n';
  } else {
    print_targets(status);
    if (!status.at("incidents").empty()) {
      print_open_incidents(status);
    }
    print_logs(status);
    print_own_troubles(status, settings->storage.path);
  }
  return status.at("incidents").empty() ? ExitCode::Fine : ExitCode::Bad;
}

}  // namespace gatewatch::daemon
