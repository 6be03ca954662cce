// SPDX-License-Identifier: MIT
//
// The one seam through which time enters gatewatch, and how durations and instants are written.
//
// Two kinds of time that do not mix: SteadyTime measures (schedules, timeouts, windows, back-off)
// and never jumps; WallTime tells people and the database when something was, and may step. Only
// system_clock() reads the machine's clocks; everything else is handed a Clock or an instant, so a
// simulated month gives the same result twice.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gatewatch {

using Duration = std::chrono::nanoseconds;
using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

// Thread: any. Lifetime: outlives all that read it.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
  [[nodiscard]] virtual WallTime wall() const = 0;
  // For how long the machine has been suspended since it booted: by so much steady() stays behind.
  // Grows by a suspension and nothing else, to within what reading a clock twice takes.
  [[nodiscard]] virtual Duration suspended() const { return Duration::zero(); }
};

// The machine's clocks (CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME).
[[nodiscard]] const Clock& system_clock();

// Reads "500ms", "30s", "5m", "2h", "7d": a whole number and one unit, nothing else. Empty for
// anything else and for lengths over ten years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

// Writes a duration in the largest unit that keeps it whole ("90s", "5m"), to the millisecond.
[[nodiscard]] std::string format_duration(Duration duration);

// Writes a duration for a person: two units at most ("3 min 20 s", "2 h 5 min", "850 ms").
[[nodiscard]] std::string humanize_duration(Duration duration);

// Writes an instant as ISO 8601 UTC with milliseconds: "2026-11-22T10:15:30.123Z".
[[nodiscard]] std::string format_utc(WallTime time);

// Writes an instant in the machine's own zone with its offset: "2026-11-22 11:15:30 +01:00".
[[nodiscard]] std::string format_local(WallTime time);

[[nodiscard]] constexpr double to_ms(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}
[[nodiscard]] constexpr double to_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace gatewatch
