// SPDX-License-Identifier: MIT
#include "logs/own_pattern.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/outcome.h"
#include "core/text.h"
#include "logs/line_text.h"
#include "logs/log_time.h"

namespace gatewatch::logs {
namespace {

constexpr std::array<std::string_view, 6> kNames{"status", "time",     "request_id",
                                                 "path",   "upstream", "host"};
constexpr std::string_view kWanted = "status, time, request_id, path, upstream and host";

}  // namespace

OwnPattern::OwnPattern(std::string text, LinePattern pattern, CauseSet causes)
    : text_(std::move(text)),
      pattern_(std::move(pattern)),
      causes_(causes),
      status_(pattern_.group("status")),
      time_(pattern_.group("time")),
      request_id_(pattern_.group("request_id")),
      path_(pattern_.group("path")),
      upstream_(pattern_.group("upstream")),
      host_(pattern_.group("host")) {}

std::expected<OwnPattern, std::string> OwnPattern::make(const std::string& text, CauseSet causes) {
  auto pattern = LinePattern::compile(text);
  if (!pattern) {
    return std::unexpected("is not a regular expression: " + pattern.error());
  }
  const auto names = pattern->group_names();
  for (const std::string& name : names) {
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
      return std::unexpected("has a group named \"" + printable(name) + "\"; known are " +
                             std::string(kWanted));
    }
  }
  if (names.empty()) {
    return std::unexpected("has none of the groups " + std::string(kWanted));
  }
  return OwnPattern(text, std::move(*pattern), causes);
}

std::optional<GatewayEvent> OwnPattern::read(std::string_view line) const {
  const auto groups = pattern_.match(line);
  if (!groups) {
    return std::nullopt;
  }
  const auto group = [&](size_t number) {
    return number == 0 ? std::string_view() : (*groups)[number];
  };
  GatewayEvent event;
  event.at = parse_log_time(group(time_)).value_or(WallTime{});
  event.status = parse_status(group(status_));
  event.kind = event.status == 0 ? EventKind::Failure : EventKind::Request;
  event.request_id = kept(group(request_id_));
  event.path = path_of(group(path_));
  event.upstream = kept(group(upstream_));
  event.host = host_of(group(host_));
  if (event.kind == EventKind::Failure || is_server_error(event.status)) {
    event.causes = causes_;
    event.answered_by = causes_.exact() == Cause::Application ? Role::Application : Role::Unknown;
  }
  if (tells_trouble(event)) {
    event.line = shown_fields({{"time", group(time_)},
                               {"status", group(status_)},
                               {"path", event.path},
                               {"upstream", group(upstream_)},
                               {"request_id", event.request_id},
                               {"host", event.host}});
  }
  return event;
}

}  // namespace gatewatch::logs
