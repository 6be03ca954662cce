// SPDX-License-Identifier: MIT
//
// A group begins with "*   << Request  >> 3"; a fetch in it with "**  << BeReq    >> 4". Each line
// of a transaction is its depth in dashes, a tag and a value; the last is the tag End. A line
// "Link bereq 4 fetch" announces one more transaction of the group.
#include "logs/varnish_lines.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/outcome.h"
#include "core/text.h"
#include "logs/access_line.h"
#include "logs/cause_table.h"
#include "logs/line_pattern.h"
#include "logs/line_text.h"
#include "logs/log_time.h"

namespace gatewatch::logs {
namespace {

using enum Cause;

constexpr std::string_view kTooManyHeaders = "Too many headers";
constexpr size_t kMaxTransactions = 64;  // of a group

const WordsTable& table() {
  static const WordsTable kTable{varnish_rows()};
  return kTable;
}

// "-   RespStatus     503": what stands after the dashes, without the spaces around.
std::string_view trimmed(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(begin);
  while (text.ends_with(' ')) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

void VarnishLines::take_failure(std::string_view words) {
  const auto causes = table().find(words);
  if (!causes) {
    return;
  }
  const CauseSet both = group_->fetch_causes.common(*causes);
  group_->fetch_causes = !group_->has_failure || both.empty() ? *causes : both;
  group_->has_failure = true;
  // What follows is the header.
  const std::string_view shown = words.starts_with(kTooManyHeaders) ? kTooManyHeaders : words;
  group_->event.line = shown_line("FetchError " + std::string(shown));
}

// A head that is too large would have been told as BogoHeader or overflow.
void VarnishLines::end_fetch() {
  if (group_->has_failure) {
    const bool is_bad_format = group_->fetch_causes == CauseSet{Invalid, HeaderTooBig};
    group_->event.causes = is_bad_format ? CauseSet{Invalid} : group_->fetch_causes;
  }
  group_->fetch_causes = {};
  group_->has_failure = false;
}

void VarnishLines::take_tag(std::string_view tag, std::string_view value) {
  GatewayEvent& event = group_->event;
  if (tag == "RespStatus") {
    event.status = parse_status(value);
  } else if (tag == "ReqURL" && event.path.empty()) {
    event.path = path_of(value);
  } else if (tag == "ReqHeader" && ascii_lower(value.substr(0, 14)) == "x-request-id: ") {
    event.request_id = kept(value.substr(14));
  } else if (tag == "ReqHeader" && event.host.empty() &&
             ascii_lower(value.substr(0, 6)) == "host: ") {
    event.host = host_of(value.substr(6));
  } else if (tag == "Timestamp" && value.starts_with("Resp: ")) {
    const std::string_view seconds = value.substr(6, value.find(' ', 6) - 6);
    event.at = parse_log_time(seconds).value_or(WallTime{});
  } else if (tag == "FetchError" || (tag == "BogoHeader" && value.starts_with(kTooManyHeaders))) {
    take_failure(value);
  } else if (tag == "BackendOpen") {
    const size_t name = std::min(value.find(' '), value.size());
    event.upstream =
        kept(trimmed(value.substr(name)).substr(0, trimmed(value.substr(name)).find(' ')));
  } else if (tag == "BerespStatus") {
    group_->last_fetch_status = parse_status(value);
    group_->was_fetched = true;
  } else if (tag == "VCL_call" && (value == "SYNTH" || value == "BACKEND_ERROR")) {
    group_->made_by_vcl = true;
  } else if (tag == "Link") {
    group_->expected = std::min(group_->expected + 1, kMaxTransactions);
  } else if (tag == "End") {
    end_fetch();
    ++group_->ended;
  }
}

std::optional<GatewayEvent> VarnishLines::finish() {
  if (!group_) {
    return std::nullopt;
  }
  end_fetch();
  VarnishGroup group = *std::exchange(group_, std::nullopt);
  GatewayEvent& event = group.event;
  if (event.status == 0) {
    return std::nullopt;
  }
  if (is_server_error(event.status)) {
    if (!event.causes.empty()) {
      event.answered_by = Role::Gateway;
    } else if (group.was_fetched && !group.made_by_vcl && group.last_fetch_status == event.status) {
      event.answered_by = Role::Application;
      event.causes = {Application};
    }
  } else {
    event.masked = !event.causes.empty() && event.causes.exact() != BodyTruncated;
  }
  if (event.line.empty() && tells_trouble(event)) {
    event.line = shown_fields({{"RespStatus", std::to_string(event.status)},
                               {"ReqURL", event.path},
                               {"request_id", event.request_id}});
  }
  return std::move(event);
}

std::optional<GatewayEvent> VarnishLines::read(std::string_view line) {
  static const LinePattern kBegin = LinePattern::built_in(R"(^\*+ +<< (\w+) +>> \d+)");
  static const LinePattern kTag = LinePattern::built_in(R"(^-+ +([A-Za-z_]+) *(.*)$)");
  if (const auto begin = kBegin.match(line)) {
    if (!line.starts_with("**")) {
      auto done = finish();
      if ((*begin)[1] == "Request") {
        group_.emplace();
      }
      return done;
    }
    return std::nullopt;
  }
  const auto tag = kTag.match(line);
  if (!tag) {
    return line.empty() ? finish() : read_access_line(line);
  }
  if (group_) {
    take_tag((*tag)[1], trimmed((*tag)[2]));
    if (group_->ended >= group_->expected) {
      return finish();
    }
  }
  return std::nullopt;
}

}  // namespace gatewatch::logs
