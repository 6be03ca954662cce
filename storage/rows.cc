// SPDX-License-Identifier: MIT
#include "storage/rows.h"

namespace gatewatch::storage {
namespace {

std::optional<int64_t> maybe_us(const std::optional<WallTime>& time) {
  return time.has_value() ? std::optional(to_us(*time)) : std::nullopt;
}

std::optional<WallTime> maybe_time(const std::optional<int64_t>& microseconds) {
  return microseconds.has_value() ? std::optional(from_us(*microseconds)) : std::nullopt;
}

std::string text_of(const Statement& row, int column) {
  return std::string(row.text(column));
}

CauseSet causes_of(const std::vector<std::string>& words) {
  CauseSet causes;
  for (const std::string& word : words) {
    if (const std::optional<Cause> cause = parse_cause(word)) {
      causes.add(*cause);
    }
  }
  return causes;
}

uint32_t count_of(const Statement& row, int column) {
  return static_cast<uint32_t>(row.integer(column));
}

}  // namespace

int64_t to_us(WallTime time) {
  return time.time_since_epoch().count();
}

int64_t to_us(Duration duration) {
  return std::chrono::floor<std::chrono::microseconds>(duration).count();
}

WallTime from_us(int64_t microseconds) {
  return WallTime(std::chrono::microseconds(microseconds));
}

std::string in_quotes(const std::string& text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20) {
      quoted.append("\\u00") += kHex[byte >> 4U];
      quoted += kHex[byte & 15U];
    } else {
      if (character == '"' || character == '\\') {
        quoted += '\\';
      }
      quoted += character;
    }
  }
  return quoted + '"';
}

std::string to_json(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (const std::string& text : texts) {
    json.append(json.size() > 1 ? "," : "").append(in_quotes(text));
  }
  return json + ']';
}

std::string to_json(const AnsweredBy& answered_by) {
  if (answered_by == AnsweredBy()) {
    return "";
  }
  std::string json = "{\"role\":" + in_quotes(std::string(to_string(answered_by.role)));
  if (!answered_by.product.empty()) {
    json += ",\"product\":" + in_quotes(answered_by.product);
  }
  if (!answered_by.rule.empty()) {
    json += ",\"rule\":" + in_quotes(answered_by.rule);
  }
  return json + ",\"causes\":" + to_json(answered_by.causes.words()) + '}';
}

AnsweredBy answered_by_from_json(Connection& connection, std::string_view json) {
  AnsweredBy answered_by;
  Statement parts(connection,
                  "SELECT json_extract(?1, '$.role'), json_extract(?1, '$.product'), "
                  "json_extract(?1, '$.rule'), json_extract(?1, '$.causes') WHERE json_valid(?1)");
  parts.bind_all(json);
  if (parts.step()) {
    answered_by.role = parse_role(parts.text(0)).value_or(Role::Unknown);
    answered_by.product = text_of(parts, 1);
    answered_by.rule = text_of(parts, 2);
    answered_by.causes = causes_of(from_json(connection, parts.text(3)));
  }
  return answered_by;
}

std::vector<std::string> from_json(Connection& connection, std::string_view json) {
  std::vector<std::string> texts;
  if (json.empty() || json == "[]") {
    return texts;
  }
  Statement each(connection,
                 "SELECT value FROM json_each(CASE WHEN json_valid(?1) THEN ?1 ELSE '[]' END) "
                 "WHERE type = 'text'");
  each.bind_all(json);
  while (each.step()) {
    texts.emplace_back(each.text(0));
  }
  return texts;
}

std::string readable_incident_columns(Connection& connection) {
  constexpr std::string_view kLater = "class_reason, failing, causes";
  std::string columns(kIncidentColumns);
  const bool has_them = connection.integer(
                            "SELECT count(*) FROM pragma_table_info('incident') "
                            "WHERE name = 'failing'") > 0;
  if (!has_them) {
    columns.replace(columns.find(kLater), kLater.size(), "'', '', '[]'");
  }
  return columns;
}

void put_incident(Statement& statement, const Incident& incident) {
  const std::string tags = to_json(incident.tags);
  const std::string evidence = to_json(incident.verdict.evidence);
  const std::string causes = to_json(incident.verdict.causes.words());
  statement.run(
      std::string_view(incident.id), std::string_view(incident.target),
      std::string_view(incident.url), std::string_view(tags), std::string_view(incident.rule),
      to_string(incident.severity), to_string(incident.incident_class),
      std::string_view(incident.detected_by), to_string(incident.verdict.fault),
      std::string_view(incident.verdict.summary), std::string_view(evidence),
      to_us(incident.opened_at), maybe_us(incident.resolved_at), std::string_view(incident.reason),
      incident.total.probes, incident.total.bad, incident.total.bad_502, incident.total.gateway,
      to_us(incident.counted_until), incident.transitions, std::string_view(incident.class_reason),
      std::string_view(incident.failing), std::string_view(causes));
}

Incident read_incident(Connection& connection, const Statement& row) {
  Incident incident;
  incident.id = text_of(row, 0);
  incident.target = text_of(row, 1);
  incident.url = text_of(row, 2);
  incident.tags = from_json(connection, row.text(3));
  incident.rule = text_of(row, 4);
  incident.severity = parse_severity(row.text(5)).value_or(Severity::Critical);
  incident.incident_class = parse_incident_class(row.text(6)).value_or(IncidentClass::Undetermined);
  incident.detected_by = text_of(row, 7);
  incident.verdict.fault = parse_fault(row.text(8)).value_or(Fault::Unknown);
  incident.verdict.summary = text_of(row, 9);
  incident.verdict.evidence = from_json(connection, row.text(10));
  incident.opened_at = from_us(row.integer(11));
  incident.resolved_at = maybe_time(row.maybe_integer(12));
  incident.reason = text_of(row, 13);
  incident.total.probes = count_of(row, 14);
  incident.total.bad = count_of(row, 15);
  incident.total.bad_502 = count_of(row, 16);
  incident.total.gateway = count_of(row, 17);
  incident.counted_until = from_us(row.integer(18));
  incident.transitions = static_cast<int>(row.integer(19));
  incident.class_reason = text_of(row, 20);
  incident.failing = text_of(row, 21);
  incident.verdict.causes = causes_of(from_json(connection, row.text(22)));
  return incident;
}

void put_notification(Statement& statement, const Notification& notification) {
  const std::optional<int64_t> none;
  int index = 0;
  statement.bind(++index, std::string_view(notification.id));
  if (notification.incident_id.empty()) {
    statement.bind(++index, none);
  } else {
    statement.bind(++index, std::string_view(notification.incident_id));
  }
  statement.bind(++index, std::string_view(notification.channel));
  statement.bind(++index, std::string_view(notification.type));
  statement.bind(++index, to_us(notification.created_at));
  statement.bind(++index, to_string(DeliveryState::Pending));
  statement.bind(++index, int64_t{0});
  statement.bind(++index, to_us(notification.created_at));
  statement.bind(++index, none);
  statement.bind(++index, none);
  statement.bind(++index, none);
  statement.bind(++index, Blob{notification.body});
  statement.run_bound();
}

Notification read_notification(const Statement& row) {
  Notification notification;
  notification.id = text_of(row, 0);
  notification.incident_id = text_of(row, 1);
  notification.channel = text_of(row, 2);
  notification.type = text_of(row, 3);
  notification.created_at = from_us(row.integer(4));
  notification.body = text_of(row, 11);
  return notification;
}

DeliveryProgress read_progress(const Statement& row) {
  DeliveryProgress progress;
  progress.state = parse_delivery_state(row.text(5)).value_or(DeliveryState::Pending);
  progress.attempts = static_cast<int>(row.integer(6));
  progress.next_attempt_at = from_us(row.integer(7));
  progress.delivered_at = maybe_time(row.maybe_integer(8));
  progress.last_error = text_of(row, 10);
  return progress;
}

void put_push(Statement& statement, const PushState& state) {
  int index = 0;
  const auto bind_words = [&](const std::optional<std::string>& words) {
    if (words.has_value()) {
      statement.bind(++index, std::string_view(*words));
    } else {
      statement.bind(++index, std::optional<int64_t>());
    }
  };
  statement.bind(++index, std::string_view(state.target));
  statement.bind(++index, Blob{state.token_digest});
  statement.bind(++index, to_us(state.watched_since));
  statement.bind(++index, to_us(state.silent_since));
  statement.bind(++index, to_us(state.noted_at));
  statement.bind(++index, maybe_us(state.reported_at));
  bind_words(state.failure);
  bind_words(state.untold);
  statement.run_bound();
}

PushState read_push(const Statement& row) {
  const auto words = [&row](int column) {
    return row.is_null(column) ? std::nullopt : std::optional(text_of(row, column));
  };
  PushState state;
  state.target = text_of(row, 0);
  state.token_digest = text_of(row, 1);
  state.watched_since = from_us(row.integer(2));
  state.silent_since = from_us(row.integer(3));
  state.noted_at = from_us(row.integer(4));
  state.reported_at = maybe_time(row.maybe_integer(5));
  state.failure = words(6);
  state.untold = words(7);
  return state;
}

}  // namespace gatewatch::storage
