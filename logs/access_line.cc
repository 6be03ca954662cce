// SPDX-License-Identifier: MIT
//
// nginx writes one element for each try at an upstream. A try that never got a header has "-" as
// its header time: what the client was told then was made by nginx. A header time with the same
// status means that the upstream itself said so. A try without a connect time was never connected.
#include "logs/access_line.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/outcome.h"
#include "logs/cause_table.h"
#include "logs/json_line.h"
#include "logs/line_pattern.h"
#include "logs/line_text.h"
#include "logs/log_time.h"

namespace gatewatch::logs {
namespace {

using enum Cause;

constexpr CauseSet kNotConnected{Refused,          Unreachable,   TlsCertificate,
                                 TlsProtocol,      SocketMissing, SocketDenied,
                                 GatewayExhausted, MarkedDown,    Dns};
constexpr CauseSet kNoHeader{Closed, Reset, Invalid, HeaderTooBig};
constexpr int kBadGateway = 502;
constexpr int kGatewayTimeout = 504;
constexpr int kNoStatusLine = 9;
constexpr int kClientLeft = 499;  // nginx's own: nobody was left to be told

struct Fields {
  std::string head;  // of a line of text: what all its formats have
  std::string time;
  std::string request;
  std::string target;
  std::string status;
  std::string upstream;
  std::string upstream_status;
  std::string connect_time;
  std::string header_time;
  std::string request_id;
  std::string own_request_id;  // http_x_request_id
  std::string host;
  std::string fetch_error;
  std::string side;
};

struct Name {
  std::string_view name;
  std::string Fields::*field;
};
constexpr std::array kNames{
    Name{"upstream_addr", &Fields::upstream},
    Name{"uaddr", &Fields::upstream},
    Name{"upstream_status", &Fields::upstream_status},
    Name{"ustatus", &Fields::upstream_status},
    Name{"upstream_connect_time", &Fields::connect_time},
    Name{"uct", &Fields::connect_time},
    Name{"upstream_header_time", &Fields::header_time},
    Name{"uht", &Fields::header_time},
    Name{"request_id", &Fields::request_id},
    Name{"http_x_request_id", &Fields::own_request_id},
    Name{"host", &Fields::host},
    Name{"http_host", &Fields::host},
    Name{"vhost", &Fields::host},
    Name{"fetch_error", &Fields::fetch_error},
    Name{"side", &Fields::side},
};

// Takes name="value" from the front of `text`, or skips a word. A quotation mark in a value is
// written with a backslash before it, or as \x22.
void take_field(std::string_view& text, Fields& fields) {
  const size_t begin = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(begin);
  const size_t name_end = std::min(text.find_first_of(" =\""), text.size());
  const std::string_view name = text.substr(0, name_end);
  const bool has_value = text.substr(name_end).starts_with("=\"");
  size_t quote = has_value ? name_end + 1 : name_end;
  if (quote >= text.size() || text[quote] != '"') {
    text.remove_prefix(std::min(text.find(' ', name_end), text.size()));
    return;
  }
  size_t end = quote + 1;
  while (end < text.size() && text[end] != '"') {
    end += text[end] == '\\' ? size_t{2} : size_t{1};
  }
  end = std::min(end, text.size());
  const auto* found = std::find_if(kNames.begin(), kNames.end(),
                                   [&](const Name& known) { return known.name == name; });
  if (has_value && found != kNames.end()) {
    fields.*(found->field) = text.substr(quote + 1, end - quote - 1);
  }
  text.remove_prefix(std::min(end + 1, text.size()));
}

// "shop.example:443 10.0.0.9 - - [": of Apache's format "vhost_combined", the first of four words.
std::string_view virtual_host(std::string_view head) {
  static const LinePattern kHost = LinePattern::built_in(R"(^([^\s:]+):\d{1,5} \S+ \S+ \S+ \[)");
  const auto groups = kHost.match(head);
  return groups ? (*groups)[1] : std::string_view();
}

std::optional<Fields> read_text(std::string_view line) {
  static const LinePattern kCommon = LinePattern::built_in(
      R"re(^[^"\[]+\[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (?:\d+|-)(?: |$))re");
  const auto groups = kCommon.match(line);
  if (!groups) {
    return std::nullopt;
  }
  Fields fields;
  fields.head = (*groups)[0];
  fields.time = (*groups)[1];
  fields.request = (*groups)[2];
  fields.target = split_request(fields.request).target;
  fields.status = (*groups)[3];
  fields.host = virtual_host(fields.head);
  std::string_view rest = line.substr((*groups)[0].size());
  while (!rest.empty()) {
    take_field(rest, fields);
  }
  return fields;
}

std::optional<Fields> read_json(std::string_view line) {
  const auto json = JsonLine::parse(line);
  if (!json || json->text("status").empty()) {
    return std::nullopt;
  }
  Fields fields;
  for (const std::string_view name : {"time_iso8601", "time_local", "msec", "time"}) {
    fields.time = fields.time.empty() ? json->text(name) : fields.time;
  }
  fields.request = json->text("request");
  fields.target = split_request(fields.request).target;
  if (fields.target.empty()) {
    fields.target = json->text("request_uri");
  }
  fields.status = json->text("status");
  for (const Name& known : kNames) {
    if (std::string value = json->text(known.name); !value.empty()) {
      fields.*(known.field) = std::move(value);
    }
  }
  return fields;
}

struct Try {
  int status = 0;
  std::string_view connect_time;  // "-": not connected; empty: not told
  std::string_view header_time;   // "-": no header came; empty: not told
  bool is_group = false;          // the address is a group's name: none of it was chosen
};

std::vector<Try> read_tries(const Fields& fields) {
  const auto statuses = split_tries(fields.upstream_status);
  const auto connects = split_tries(fields.connect_time);
  const auto headers = split_tries(fields.header_time);
  const auto addresses = split_tries(fields.upstream);
  std::vector<Try> tries(statuses.size());
  for (size_t i = 0; i < statuses.size(); ++i) {
    tries[i].status = parse_status(statuses[i]);
    tries[i].connect_time = connects.size() == statuses.size() ? connects[i] : "";
    tries[i].header_time = headers.size() == statuses.size() ? headers[i] : "";
    tries[i].is_group = addresses.size() == statuses.size() && addresses[i] != "-" &&
                        addresses[i].find(':') == std::string_view::npos;
  }
  return tries;
}

struct Judgement {
  Role role = Role::Unknown;
  CauseSet causes;
};

Judgement judge(const Try& one) {
  if (one.status == kNoStatusLine) {
    return {Role::Unknown, {Invalid}};
  }
  if (!is_server_error(one.status) || one.header_time.empty()) {
    return {};
  }
  if (one.header_time != "-") {
    return {Role::Application, {Application}};
  }
  const bool is_told = !one.connect_time.empty();
  const bool is_connected = is_told && one.connect_time != "-";
  if (one.status == kGatewayTimeout) {
    return {Role::Gateway, !is_told       ? CauseSet{TimeoutConnect, TimeoutRead}
                           : is_connected ? CauseSet{TimeoutRead}
                                          : CauseSet{TimeoutConnect}};
  }
  if (one.status != kBadGateway || !is_told) {
    return {Role::Gateway, {}};
  }
  if (one.is_group) {
    return {Role::Gateway, {MarkedDown}};
  }
  return {Role::Gateway, is_connected ? kNoHeader : kNotConnected};
}

void judge_tries(const std::vector<Try>& tries, GatewayEvent& event) {
  for (const Try& one : tries) {
    event.upstream_statuses.push_back(one.status);
  }
  if (event.status == kNoStatusLine) {
    event.causes = {Invalid};
    return;
  }
  if (tries.empty() || event.status == 0) {
    return;
  }
  const auto failed = std::find_if(tries.begin(), tries.end(),
                                   [](const Try& one) { return is_server_error(one.status); });
  if (!is_server_error(event.status)) {
    event.masked = failed != tries.end() && event.status != kClientLeft;
    event.causes = event.masked ? judge(*failed).causes : CauseSet();
  } else if (tries.back().status == event.status) {
    const Judgement last = judge(tries.back());
    event.answered_by = last.role;
    event.causes = last.causes;
  }
}

// Referers, user agents and whatever else a format may hold, headers too, are not shown.
std::string shown(const Fields& fields, const GatewayEvent& event) {
  const bool is_text = !fields.head.empty();
  const std::string request = fields.request.empty() ? event.path : shown_request(fields.request);
  std::string told = shown_fields({
      {"time", is_text ? "" : fields.time},
      {"request", is_text ? "" : request},
      {"status", is_text ? "" : fields.status},
      {"host", event.host},
      {"upstream_addr", fields.upstream},
      {"upstream_status", fields.upstream_status},
      {"upstream_connect_time", fields.connect_time},
      {"upstream_header_time", fields.header_time},
      {"side", fields.side},
      {"fetch_error", fields.fetch_error},
      {"request_id", event.request_id},
  });
  if (!is_text) {
    return told;
  }
  std::string_view head = fields.head;
  head.remove_suffix(head.ends_with(' ') ? 1 : 0);
  return shown_line(std::string(head) + (told.empty() ? "" : " ") + told);
}

// Of varnishncsa: a line of the side of the backend tells of a fetch, not of a client's request.
// False where it did not fail.
bool judge_fetch(const Fields& fields, GatewayEvent& event) {
  static const WordsTable kTable{varnish_rows()};
  if (fields.fetch_error.empty() || fields.fetch_error == "-") {
    return false;
  }
  event.kind = EventKind::Failure;
  event.status = 0;
  event.causes = kTable.find(fields.fetch_error).value_or(CauseSet());
  return true;
}

}  // namespace

std::optional<GatewayEvent> read_access_line(std::string_view line) {
  const auto fields = line.starts_with('{') ? read_json(line) : read_text(line);
  if (!fields) {
    return std::nullopt;
  }
  GatewayEvent event;
  event.at = parse_log_time(fields->time).value_or(WallTime{});
  event.status = parse_status(fields->status);
  event.path = path_of(fields->target);
  event.upstream = kept(fields->upstream);
  event.host = host_of(fields->host);
  event.request_id = kept(fields->own_request_id);
  if (event.request_id.empty()) {
    event.request_id = kept(fields->request_id);
  }
  if (fields->side != "b") {
    judge_tries(read_tries(*fields), event);
  } else if (!judge_fetch(*fields, event)) {
    return std::nullopt;
  }
  if (tells_trouble(event)) {
    event.line = shown(*fields, event);
  }
  return event;
}

}  // namespace gatewatch::logs
