// SPDX-License-Identifier: MIT
#include "logs/caddy_line.h"

#include <string>

#include "core/outcome.h"
#include "logs/cause_table.h"
#include "logs/json_line.h"
#include "logs/line_text.h"
#include "logs/log_time.h"

namespace gatewatch::logs {
namespace {

const WordsTable& table() {
  static const WordsTable kTable{caddy_rows()};
  return kTable;
}

std::string request_id_of(const JsonLine& line) {
  for (const std::string_view name : {"X-Request-Id", "X-Request-ID"}) {
    const std::string value = line.text("request/headers/" + std::string(name) + "/0");
    if (!value.empty()) {
      return kept(value);
    }
  }
  return {};
}

// Caddy adds its own Server to what it passes on, and so leaves two where an upstream had one.
Role answerer(const JsonLine& line, int status) {
  return is_server_error(status) && line.size("resp_headers/Server") > 1 ? Role::Application
                                                                         : Role::Unknown;
}

// Of the request no header: each may hold a secret.
std::string shown(const JsonLine& line, const GatewayEvent& event) {
  const std::string method = kept(line.text("request/method"));
  return shown_fields({
      {"level", line.text("level")},
      {"logger", line.text("logger")},
      {"msg", line.text("msg")},
      {"error", line.text("error")},
      {"status", line.text("status")},
      {"request", method.empty() ? event.path : method + " " + event.path},
      {"host", event.host},
      {"upstream", event.upstream},
      {"request_id", event.request_id},
  });
}

std::optional<GatewayEvent> read_failure(const JsonLine& line, GatewayEvent event,
                                         std::string_view logger) {
  const auto causes = table().find(line.text("msg") + ": " + line.text("error"));
  if (!causes || causes->empty()) {
    return std::nullopt;
  }
  event.causes = *causes;
  if (logger.find("health_checker") != std::string_view::npos) {
    event.kind = EventKind::Upstream;
    event.upstream = kept(line.text("host"));
    event.line = shown(line, event);
    return event;
  }
  event.kind = EventKind::Failure;
  event.upstream = kept(line.text("upstream"));
  if (is_server_error(event.status)) {
    event.answered_by = Role::Gateway;
  }
  event.line = shown(line, event);
  return event;
}

}  // namespace

std::optional<GatewayEvent> read_caddy_line(std::string_view text) {
  const auto line = JsonLine::parse(text);
  if (!line) {
    return std::nullopt;
  }
  const std::string logger = line->text("logger");
  if (!logger.starts_with("http.")) {
    return std::nullopt;
  }
  GatewayEvent event;
  event.at = parse_log_time(line->text("ts")).value_or(WallTime{});
  event.status = parse_status(line->text("status"));
  event.path = path_of(line->text("request/uri"));
  event.host = host_of(line->text("request/host"));
  event.request_id = request_id_of(*line);
  if (!logger.starts_with("http.log.access")) {
    return read_failure(*line, std::move(event), logger);
  }
  if (event.status == 0) {
    return std::nullopt;
  }
  event.answered_by = answerer(*line, event.status);
  if (event.answered_by == Role::Application) {
    event.causes = {Cause::Application};
  }
  if (tells_trouble(event)) {
    event.line = shown(*line, event);
  }
  return event;
}

}  // namespace gatewatch::logs
