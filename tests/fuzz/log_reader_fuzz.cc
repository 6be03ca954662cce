// SPDX-License-Identifier: MIT
//
// Any lines through the reader of each kind of log: what it tells is printable, bounded, not of the
// future, and adds up in counts.
#include <algorithm>

#include "core/assert.h"
#include "core/text.h"
#include "logs/log_counts.h"
#include "logs/log_reader.h"
#include "tests/fuzz/fuzz_input.h"

namespace gatewatch::fuzz {
namespace {

using logs::LogKind;
using logs::LogReader;

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 12 / 31}};

void check(const GatewayEvent& event) {
  for (const std::string* text : {&event.upstream, &event.request_id, &event.path, &event.host}) {
    GW_ASSERT(is_printable_utf8(*text) && text->size() <= kMaxEventText);
  }
  GW_ASSERT(is_printable_utf8(event.line) && event.line.size() <= kMaxEventLine);
  GW_ASSERT(event.at <= kNow + logs::kMaxAhead);
  GW_ASSERT(event.status == 0 || event.status == 9 || (event.status >= 100 && event.status <= 999));
  GW_ASSERT(event.upstream_statuses.size() <= kMaxUpstreamTries);
  GW_ASSERT(!event.masked || event.status < 500);
}

LogReader reader_of(LogKind kind) {
  if (kind != LogKind::Pattern) {
    return LogReader("log", kind);
  }
  auto pattern = logs::OwnPattern::make(
      R"((?P<time>[^ ]*) (?P<status>\d+) (?P<path>[^ ]*) (?P<request_id>.*))", {Cause::Reset});
  GW_ASSERT(pattern.has_value());
  return LogReader("log", kind, *pattern);
}

}  // namespace
}  // namespace gatewatch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gatewatch;
  fuzz::FuzzInput input(data, size);
  const auto kind = logs::kAllLogKinds.at(input.control() % logs::kAllLogKinds.size());
  std::string_view bytes = input.bytes();
  logs::LogReader reader = fuzz::reader_of(kind);
  logs::LogCounts counts;
  size_t events = 0;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    if (const auto event = reader.read(bytes.substr(0, end), fuzz::kNow)) {
      fuzz::check(*event);
      counts.add(*event);
      ++events;
    }
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  GW_ASSERT(counts.requests + counts.failures <= events);
  GW_ASSERT(counts.gateway_failures() + counts.masked <= counts.requests);
  return 0;
}
