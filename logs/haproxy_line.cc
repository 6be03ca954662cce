// SPDX-License-Identifier: MIT
#include "logs/haproxy_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "core/outcome.h"
#include "logs/cause_table.h"
#include "logs/line_pattern.h"
#include "logs/line_text.h"
#include "logs/log_time.h"

namespace gatewatch::logs {
namespace {

constexpr std::string_view kNoServerName = "/<NOSRV>";

int64_t number_in(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// "{id|other} {answer's}": the first field of the first block.
std::string_view first_capture(std::string_view blocks) {
  if (!blocks.starts_with('{')) {
    return {};
  }
  blocks.remove_prefix(1);
  return blocks.substr(0, blocks.find_first_of("|}"));
}

Role role_of(CauseSet causes, int status) {
  if (causes.exact() == Cause::Application) {
    return Role::Application;
  }
  return is_server_error(status) && !causes.empty() ? Role::Gateway : Role::Unknown;
}

GatewayEvent told(EventKind kind, std::string_view upstream, CauseSet causes) {
  GatewayEvent event;
  event.kind = kind;
  event.upstream = kept(upstream);
  event.causes = causes;
  return event;
}

// What a request may have taken; HAProxy writes -1 where it was not answered.
constexpr std::chrono::milliseconds kNone{0};
constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24);

enum Group : size_t {
  Whole,
  Accepted,
  Server,
  Took,
  Status,
  Cookies,
  State,
  Retries,
  Captures,
  Asked
};

// The captured cookies and headers are left out, and what a format may add after the request.
std::string shown(const Groups& found) {
  const std::string_view whole = found[Whole];
  const auto place = [&](size_t group) {
    return static_cast<size_t>(found.at(group).data() - whole.data());
  };
  std::string line(whole.substr(0, place(Cookies)));
  line.append("- - ").append(whole.substr(place(State), place(Captures) - place(State)));
  return shown_line(line.append(whole.substr(place(Asked) - 1)).append("\""));
}

std::string_view backend_of(std::string_view server) {
  return server.substr(0, server.find('/'));
}

}  // namespace

// [accept date] frontend backend/server timers status bytes cookies state connections queues
// {captures} "request".
std::optional<GatewayEvent> HaproxyLines::read_request(std::string_view line) const {
  static const LinePattern kRequest = LinePattern::built_in(
      R"(\[(\d\d/[A-Z][a-z]{2}/\d{4}:[\d:.]+)\] \S+ (\S+/\S+) (?:-?\d+/){4}\+?(-?\d+) (-?\d+) \+?\d+ )"
      R"re((\S+ \S+) ([A-Za-z-]{4}) \d+/\d+/\d+/\d+/(\+?\d+) \d+/\d+ ((?:\{[^}]*\} ){0,2})"([^"]*))re");
  const auto groups = kRequest.match(line);
  if (!groups) {
    return std::nullopt;
  }
  const auto& found = *groups;
  GatewayEvent event;
  if (const auto at = parse_log_time(found[Accepted])) {
    event.at = *at + std::clamp<std::chrono::milliseconds>(
                         std::chrono::milliseconds(number_in(found[Took])), kNone, kLongest);
  }
  event.status = parse_status(found[Status]);
  event.path = path_of(split_request(found[Asked]).target);
  event.request_id = kept(first_capture(found[Captures]));
  const bool no_server = found[Server].ends_with(kNoServerName);
  event.upstream = kept(found[Server]);
  event.causes = find_haproxy(found[State], event.status, no_server).value_or(CauseSet());
  if (const auto why = why_down_.find(backend_of(found[Server]));
      no_server && why != why_down_.end() && event.causes.contains(why->second)) {
    event.causes = {why->second};
  }
  event.answered_by = role_of(event.causes, event.status);
  event.masked = number_in(found[Retries]) > 0 && event.status != 0 &&
                 !is_server_error(event.status) && found[State].starts_with("--");
  if (tells_trouble(event)) {
    event.line = shown(found);
  }
  return event;
}

void HaproxyLines::remember(std::string_view server, Cause why) {
  if (why_down_.size() < kMaxBackends) {
    why_down_.insert_or_assign(std::string(backend_of(server)), why);
  }
}

std::optional<GatewayEvent> HaproxyLines::read_health(std::string_view line) {
  static const LinePattern kDown = LinePattern::built_in(
      R"((?:^|: |\] )[Ss]erver (\S+/\S+) (?:is DOWN|is going DOWN for maintenance|)"
      R"(was DOWN and now enters maintenance)(?:, reason: | )(.*))");
  static const LinePattern kUp =
      LinePattern::built_in(R"((?:^|: |\] )[Ss]erver (\S+/\S+) is (?:UP|READY)\b)");
  static const LinePattern kNoServers =
      LinePattern::built_in(R"((?:^|: |\] )(?:backend|proxy) '?(\S+?)'? has no server available!)");
  static const LinePattern kNames =
      LinePattern::built_in(R"(^\([^)]*(?:DNS|No IP for server|resolution)|^resolution)");
  static const WordsTable kChecks{haproxy_check_rows()};
  if (const auto down = kDown.match(line)) {
    const bool is_of_names = kNames.is_in((*down)[2]);
    remember((*down)[1], is_of_names ? Cause::Dns : Cause::MarkedDown);
    return told(EventKind::Upstream, (*down)[1],
                is_of_names ? CauseSet{Cause::Dns} : kChecks.find((*down)[2]).value_or(CauseSet()));
  }
  if (const auto up = kUp.match(line)) {
    why_down_.erase(std::string(backend_of((*up)[1])));
  } else if (const auto empty = kNoServers.match(line)) {
    const auto why = why_down_.find((*empty)[1]);
    return told(EventKind::Upstream, (*empty)[1],
                {why == why_down_.end() ? Cause::MarkedDown : why->second});
  }
  return std::nullopt;
}

std::optional<GatewayEvent> HaproxyLines::read(std::string_view line) {
  static const LinePattern kNoPorts =
      LinePattern::built_in(R"((?:^|: |\] )Connect\(\) failed for backend (\S+): no free ports)");
  if (auto event = read_request(line)) {
    return event;
  }
  if (const auto ports = kNoPorts.match(line)) {
    return told(EventKind::Failure, (*ports)[1], {Cause::GatewayExhausted});
  }
  return read_health(line);
}

}  // namespace gatewatch::logs
