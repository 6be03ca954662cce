// SPDX-License-Identifier: MIT
//
// Incidents, notifications and states of jobs as rows of their tables, and back.
//
// Fails: throws SqliteError. Words that this version does not know become the enumeration's
// default; what a damaged row holds is taken as it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/answered_by.h"
#include "core/incident.h"
#include "core/notification.h"
#include "core/push_state.h"
#include "core/time.h"
#include "storage/sqlite.h"

namespace gatewatch::storage {

[[nodiscard]] int64_t to_us(WallTime time);
[[nodiscard]] int64_t to_us(Duration duration);
[[nodiscard]] WallTime from_us(int64_t microseconds);

// A JSON string. Requires: `text` is UTF-8.
[[nodiscard]] std::string in_quotes(const std::string& text);
// A JSON array of strings.
[[nodiscard]] std::string to_json(const std::vector<std::string>& texts);
// Its strings; none where `json` is no such array.
[[nodiscard]] std::vector<std::string> from_json(Connection& connection, std::string_view json);

// {"role", "product" and "rule" where known, "causes"}; empty where nothing is known.
[[nodiscard]] std::string to_json(const AnsweredBy& answered_by);
[[nodiscard]] AnsweredBy answered_by_from_json(Connection& connection, std::string_view json);

// The columns in the order that put_incident() and read_incident() use.
inline constexpr std::string_view kIncidentColumns =
    "id, target, url, tags, rule, severity, class, detected_by, fault, summary, evidence, "
    "opened_us, resolved_us, reason, probes, bad, bad_502, gateway, counted_until_us, transitions, "
    "class_reason, failing, causes";
// The same as an expression list to read from any schema: what it has not is empty.
[[nodiscard]] std::string readable_incident_columns(Connection& connection);
// `statement` takes kIncidentColumns as its parameters.
void put_incident(Statement& statement, const Incident& incident);
[[nodiscard]] Incident read_incident(Connection& connection, const Statement& row);

inline constexpr std::string_view kNotificationColumns =
    "id, incident_id, channel, type, created_us, state, attempts, next_attempt_us, delivered_us, "
    "settled_us, last_error, body";
// Puts it as pending and never tried.
void put_notification(Statement& statement, const Notification& notification);
[[nodiscard]] Notification read_notification(const Statement& row);
[[nodiscard]] DeliveryProgress read_progress(const Statement& row);

inline constexpr std::string_view kPushColumns =
    "target, token, watched_us, silent_us, noted_us, reported_us, failure, untold";
void put_push(Statement& statement, const PushState& state);
[[nodiscard]] PushState read_push(const Statement& row);

}  // namespace gatewatch::storage
