// SPDX-License-Identifier: MIT
//
// What gatewatch says about itself: a level, an event in a few words, and fields.
//
//   log(LogLevel::Warning, "delivery failed", {{"channel", name}, {"error", text}});
//
// A field without a value is left out. Where it goes is set once by the daemon; before that,
// nowhere. Values may come from a peer: they are made printable here.
//
// Thread: any. Never blocks on the sink for long and never throws.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace gatewatch {

enum class LogLevel { Debug, Info, Warning, Error };

struct LogField {
  LogField(std::string_view field_name, std::string_view field_value)
      : name(field_name), value(field_value) {}
  LogField(std::string_view field_name, const char* field_value)
      : name(field_name), value(field_value) {}
  LogField(std::string_view field_name, const std::string& field_value)
      : name(field_name), value(field_value) {}
  template <typename Number>
  requires std::is_arithmetic_v<Number> LogField(std::string_view field_name, Number number)
      : name(field_name), value(std::to_string(number)) {}

  std::string name;
  std::string value;
};

// Receives one event as a line "event name=value …", values quoted where they need it.
using LogSink = void (*)(LogLevel level, std::string_view line);

// Requires: called once, before other threads start.
void set_log_sink(LogSink sink, LogLevel least);

// May be called at any time.
void set_log_level(LogLevel least);

// Whether a line of this level goes anywhere: to ask before making costly fields.
[[nodiscard]] bool is_logged(LogLevel level);

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

}  // namespace gatewatch
