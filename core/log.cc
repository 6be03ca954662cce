// SPDX-License-Identifier: MIT
#include "core/log.h"

#include <atomic>

#include "core/text.h"

namespace gatewatch {
namespace {

// The most bytes of one field's value in a line.
constexpr size_t kMaxFieldBytes = 1024;

std::atomic<LogSink> log_sink = nullptr;
std::atomic<LogLevel> least_level = LogLevel::Info;

void append_value(std::string& line, std::string_view value) {
  const std::string text = printable(value, kMaxFieldBytes);
  if (text.find_first_of(" \"=\\") == std::string::npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) {
    if (c == '"') {
      line += '\\';
    }
    line += c;
  }
  line += '"';
}

}  // namespace

void set_log_sink(LogSink sink, LogLevel least) {
  least_level = least;
  log_sink = sink;
}

void set_log_level(LogLevel least) {
  least_level = least;
}

bool is_logged(LogLevel level) {
  return log_sink.load() != nullptr && level >= least_level.load();
}

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  const LogSink sink = log_sink;
  if (sink == nullptr || !is_logged(level)) {
    return;
  }
  std::string line(event);
  for (const LogField& field : fields) {
    if (field.value.empty()) {
      continue;
    }
    line.append(" ").append(field.name).append("=");
    append_value(line, field.value);
  }
  sink(level, line);
}

}  // namespace gatewatch
