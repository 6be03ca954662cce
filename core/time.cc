// SPDX-License-Identifier: MIT
#include "core/time.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace gatewatch {
namespace {

using namespace std::chrono_literals;

struct Unit {
  std::string_view suffix;
  Duration length;
};

// Largest first; "ms" stands before "s" and "m" only by its length, so parse compares whole
// suffixes.
constexpr std::array<Unit, 5> kUnits{{
    {"d", 24h},
    {"h", 1h},
    {"m", 1min},
    {"s", 1s},
    {"ms", 1ms},
}};

constexpr Duration kLongest = 10 * 365 * 24h;

class SystemClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] WallTime wall() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  [[nodiscard]] Duration suspended() const override {
    const SteadyTime steady_now = steady();
    timespec boot{};
    ::clock_gettime(CLOCK_BOOTTIME, &boot);
    return std::chrono::seconds(boot.tv_sec) + Duration(boot.tv_nsec) -
           steady_now.time_since_epoch();
  }
};

std::string format_calendar(const std::tm& calendar, const char* pattern) {
  std::array<char, 64> buffer{};
  const size_t length = std::strftime(buffer.data(), buffer.size(), pattern, &calendar);
  return {buffer.data(), length};
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::optional<Duration> parse_duration(std::string_view text) {
  long long count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || rest == text.data() || count < 0 || text.front() == '-') {
    return std::nullopt;
  }
  const std::string_view suffix(rest, static_cast<size_t>(end - rest));
  for (const Unit& unit : kUnits) {
    if (suffix == unit.suffix) {
      if (count > kLongest / unit.length) {
        return std::nullopt;
      }
      return count * unit.length;
    }
  }
  return std::nullopt;
}

std::string format_duration(Duration duration) {
  if (duration == Duration::zero()) {
    return "0s";
  }
  for (const Unit& unit : kUnits) {
    if (duration % unit.length == Duration::zero()) {
      return std::to_string(duration / unit.length).append(unit.suffix);
    }
  }
  return std::to_string(std::chrono::round<std::chrono::milliseconds>(duration).count()) + "ms";
}

std::string humanize_duration(Duration duration) {
  static constexpr std::array<std::string_view, 5> kNames{"d", "h", "min", "s", "ms"};
  duration = std::chrono::floor<std::chrono::milliseconds>(duration);
  for (size_t i = 0; i < kUnits.size(); ++i) {
    if (duration < kUnits.at(i).length) {
      continue;
    }
    std::string text = std::to_string(duration / kUnits.at(i).length) + ' ';
    text.append(kNames.at(i));
    if (i + 2 < kUnits.size()) {  // seconds and below stand alone
      const auto minor = (duration % kUnits.at(i).length) / kUnits.at(i + 1).length;
      if (minor != 0) {
        text.append(" ").append(std::to_string(minor)).append(" ").append(kNames.at(i + 1));
      }
    }
    return text;
  }
  return "0 s";
}

std::string format_utc(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time - seconds).count();
  const std::time_t stamp = seconds.time_since_epoch().count();
  std::tm calendar{};
  gmtime_r(&stamp, &calendar);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(millis));
  return format_calendar(calendar, "%Y-%m-%dT%H:%M:%S") + fraction.data();
}

std::string format_local(WallTime time) {
  const std::time_t stamp =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm calendar{};
  localtime_r(&stamp, &calendar);
  std::string text = format_calendar(calendar, "%Y-%m-%d %H:%M:%S %z");
  text.insert(text.size() - 2, ":");
  return text;
}

}  // namespace gatewatch
