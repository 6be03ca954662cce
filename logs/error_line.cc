// SPDX-License-Identifier: MIT
#include "logs/error_line.h"

#include <algorithm>
#include <utility>

#include "logs/cause_table.h"
#include "logs/line_pattern.h"
#include "logs/line_text.h"
#include "logs/log_time.h"

namespace gatewatch::logs {
namespace {

GatewayEvent failure(std::string_view time, CauseSet causes) {
  GatewayEvent event;
  event.kind = EventKind::Failure;
  event.at = parse_log_time(time).value_or(WallTime{});
  event.answered_by = Role::Unknown;
  event.causes = causes;
  return event;
}

// The text in quotation marks that follows `name`.
std::string_view quoted_after(std::string_view text, std::string_view name) {
  const size_t at = text.find(name);
  if (at == std::string_view::npos) {
    return {};
  }
  text.remove_prefix(at + name.size());
  return text.substr(0, text.find('"'));
}

// "http://10.0.0.5:80/path" gives "10.0.0.5:80", "fastcgi://unix:/run/x.sock:" "unix:/run/x.sock".
std::string_view upstream_address(std::string_view url) {
  if (const size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    url.remove_prefix(scheme + 3);
  }
  if (url.starts_with("unix:")) {
    return url.substr(0, url.find(':', 5));
  }
  return url.substr(0, url.find('/'));
}

constexpr std::string_view kSquidFormat =
    R"(^(\d{10}\.\d{3}) +\d+ \S+ [A-Z_]+/(\d{3}) (?:\d+ )?[A-Z]+ (\S+) )";

std::optional<GatewayEvent> read_squid_format(std::string_view line) {
  static const LinePattern kLine = LinePattern::built_in(kSquidFormat);
  const auto groups = kLine.match(line);
  if (!groups) {
    return std::nullopt;
  }
  GatewayEvent event;
  event.at = parse_log_time((*groups)[1]).value_or(WallTime{});
  event.status = parse_status((*groups)[2]);
  event.path = path_of((*groups)[3]);
  event.line = shown_line(line.substr(0, line.find(" [")));  // log_mime_hdrs adds "[headers]"
  return event;
}

// With what the table says of the line.
std::optional<GatewayEvent> read_proxy_line(std::string_view line, const WordsTable& table,
                                            std::string_view time) {
  const auto causes = table.find(line);
  auto event = read_squid_format(line);
  if (!event && causes) {
    event = failure(time, *causes);
  } else if (event) {
    event->causes = causes.value_or(CauseSet());
  }
  return event;
}

}  // namespace

// 2026/11/22 18:00:18 [error] 11428#11428: *4 MESSAGE, client: …, request: "…", upstream: "…"
// Only the message is searched: the rest holds what clients sent.
std::optional<GatewayEvent> read_nginx_error(std::string_view line) {
  static const LinePattern kHead =
      LinePattern::built_in(R"(^(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[[a-z]+\] \d+#\d+: (?:\*\d+ )?)");
  static const WordsTable kTable{nginx_rows()};
  const auto head = kHead.match(line);
  if (!head) {
    return std::nullopt;
  }
  line.remove_prefix((*head)[0].size());
  const size_t end = std::min(line.find(", client: "), line.size());
  const auto causes = kTable.find(line.substr(0, end));
  if (!causes) {
    return std::nullopt;
  }
  GatewayEvent event = failure((*head)[1], *causes);
  const std::string_view rest = line.substr(end);
  event.path = path_of(split_request(quoted_after(rest, ", request: \"")).target);
  event.upstream = kept(upstream_address(quoted_after(rest, ", upstream: \"")));
  event.host = host_of(quoted_after(rest, ", host: \""));
  return event;
}

std::optional<GatewayEvent> read_lighttpd_error(std::string_view line) {
  static const LinePattern kHead =
      LinePattern::built_in(R"(^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d): \([a-z0-9_.-]+\) )");
  static const WordsTable kTable{lighttpd_rows()};
  const auto head = kHead.match(line);
  const auto causes = head ? kTable.find(line) : std::nullopt;
  return causes ? std::optional(failure((*head)[1], *causes)) : std::nullopt;
}

std::optional<GatewayEvent> read_squid_line(std::string_view line) {
  static const WordsTable kTable{squid_rows()};
  return read_proxy_line(line, kTable, line.substr(0, line.find('|')));
}

std::optional<GatewayEvent> read_trafficserver_line(std::string_view line) {
  static const WordsTable kTable{trafficserver_rows()};
  return read_proxy_line(line, kTable, line.substr(0, line.find(' ')));
}

void ApacheErrors::remember(Memory& memory, std::string_view worker, CauseSet causes) {
  auto place = std::find_if(memory.begin(), memory.end(),
                            [&](const Told& told) { return told.worker == worker; });
  if (place == memory.end()) {
    next_ = (next_ + 1) % kRemembered;
    place = memory.begin() + static_cast<std::ptrdiff_t>(next_);
  }
  *place = {std::string(worker), causes};
}

CauseSet ApacheErrors::recall(Memory& memory, std::string_view worker) {
  const auto place = std::find_if(memory.begin(), memory.end(),
                                  [&](const Told& told) { return told.worker == worker; });
  return worker.empty() || place == memory.end() ? CauseSet() : std::exchange(*place, {}).causes;
}

// [time] [module:level] [pid 1:tid 2] (111)Connection refused: [client 10.0.0.9:1] AH00957: MESSAGE
std::optional<GatewayEvent> ApacheErrors::read(std::string_view line, const OwnRequests& own) {
  static const LinePattern kLine = LinePattern::built_in(
      R"((?:\((EAI -?\d+|-?\d+)\)[^:\[]*: )?(?:\[(client|remote) [^\]]*\] )?(AH\d{5}): (.*))");
  static const LinePattern kHead =
      LinePattern::built_in(R"(^\[([^\]]+)\](?: \[[a-z0-9_]*:\w+\])?(?: \[(pid [^\]]+)\])?)");
  static const LinePattern kRequestId = LinePattern::built_in(R"(\[id ([^\]\s]+)\])");
  static const LinePattern kReturnedBy = LinePattern::built_in(R"( returned by (\S+))");
  const auto found = kLine.match(line);
  if (!found) {
    return std::nullopt;
  }
  const std::string_view error = (*found)[1];
  const std::string_view side = (*found)[2];
  const std::string_view code = (*found)[3];
  const std::string_view words = (*found)[4];
  const auto head = kHead.match(line);
  const std::string_view worker = head ? (*head)[2] : std::string_view();
  const auto id = kRequestId.match(line.substr(0, line.size() - words.size()));
  const std::string request_id = id ? kept((*id)[1]) : std::string();
  auto causes =
      find_apache({.error = error, .of_upstream = side == "remote", .code = code, .words = words});
  if (code == "AH01106" && !recall(bad_heads_, worker).empty()) {
    return std::nullopt;
  }
  if (causes && (code == "AH10404" || code == "AH10124")) {
    remember(bad_heads_, worker, *causes);
  } else if (causes && (code == "AH00957" || code == "AH02454")) {
    remember(connections_, worker, *causes);
  } else if (code == "AH01114" || code == "AH01079") {
    const CauseSet why = recall(connections_, worker);
    causes = own.knows(request_id) && !why.empty() ? std::optional(why) : std::nullopt;
  }
  if (!causes) {
    return std::nullopt;
  }
  GatewayEvent event = failure(head ? (*head)[1] : std::string_view(), *causes);
  event.request_id = request_id;
  if (const auto path = kReturnedBy.match(words)) {
    event.path = path_of((*path)[1]);
  }
  return event;
}

}  // namespace gatewatch::logs
