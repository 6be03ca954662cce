// SPDX-License-Identifier: MIT
//
// Each form is a row: an order of fields with the separators between them. The rows are tried in
// turn; a text fits a row that takes it to its end.
#include "logs/log_time.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <ctime>

namespace gatewatch::logs {
namespace {

// Y year, M month, B month's name, D day, A weekday's name, h m s, f optional fraction, z offset,
// Z optional offset; T is a 'T' or a space; anything else stands for itself.
constexpr std::array<std::string_view, 5> kForms{
    "Y-M-DTh:m:sfZ", "D/B/Y:h:m:sfZ", "Y/M/D h:m:sfZ", "A B D h:m:sf Y", "YMD.h_m_s_",
};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2200;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) {
      return false;
    }
    text_.remove_prefix(1);
    return true;
  }
  bool skip_one() {
    if (text_.empty()) {
      return false;
    }
    text_.remove_prefix(1);
    return true;
  }
  // Exactly `digits` digits.
  std::optional<int> number(size_t digits) {
    if (text_.size() < digits) {
      return std::nullopt;
    }
    int value = 0;
    for (const char c : text_.substr(0, digits)) {
      if (std::isdigit(static_cast<unsigned char>(c)) == 0) {
        return std::nullopt;
      }
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(digits);
    return value;
  }
  std::optional<int> month() {
    const auto* found = std::find(kMonths.begin(), kMonths.end(), text_.substr(0, 3));
    if (found == kMonths.end()) {
      return std::nullopt;
    }
    text_.remove_prefix(3);
    return static_cast<int>(found - kMonths.begin()) + 1;
  }
  // Digits of a fraction of a second, as microseconds; more than six are cut.
  std::optional<std::chrono::microseconds> fraction() {
    int64_t value = 0;
    int digits = 0;
    while (!text_.empty() && std::isdigit(static_cast<unsigned char>(text_.front())) != 0) {
      if (digits < 6) {
        value = value * 10 + (text_.front() - '0');
        ++digits;
      }
      text_.remove_prefix(1);
    }
    if (digits == 0) {
      return std::nullopt;
    }
    for (; digits < 6; ++digits) {
      value *= 10;
    }
    return std::chrono::microseconds(value);
  }
  [[nodiscard]] char peek() const { return text_.empty() ? '\0' : text_.front(); }

 private:
  std::string_view text_;
};

struct Parts {
  int year = 0;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::chrono::microseconds fraction{0};
  std::optional<std::chrono::minutes> offset;
};

bool keep(std::optional<int> value, int& into) {
  into = value.value_or(0);
  return value.has_value();
}

bool take_fraction(Scanner& scanner, Parts& parts) {
  if (scanner.peek() != '.' && scanner.peek() != ',') {
    return true;
  }
  scanner.skip_one();
  const auto fraction = scanner.fraction();
  parts.fraction = fraction.value_or(std::chrono::microseconds(0));
  return fraction.has_value();
}

// "Z", "+0100", "+01:00", with or without a space before; or nothing.
bool take_offset(Scanner& scanner, Parts& parts) {
  if (scanner.at_end()) {
    return true;
  }
  scanner.take(' ');
  if (scanner.take('Z')) {
    parts.offset = std::chrono::minutes(0);
    return true;
  }
  const bool is_west = scanner.peek() == '-';
  if (!scanner.take('+') && !scanner.take('-')) {
    return false;
  }
  const auto hours = scanner.number(2);
  scanner.take(':');
  const auto minutes = scanner.number(2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) {
    return false;
  }
  const std::chrono::minutes ahead = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  parts.offset = is_west ? -ahead : ahead;
  return true;
}

bool take_field(char field, Scanner& scanner, Parts& parts) {
  switch (field) {
    case 'Y':
      return keep(scanner.number(4), parts.year);
    case 'M':
      return keep(scanner.number(2), parts.month);
    case 'B':
      return keep(scanner.month(), parts.month);
    case 'D':
      scanner.take(' ');  // asctime() pads with a space
      return keep(scanner.number(2), parts.day) || keep(scanner.number(1), parts.day);
    case 'A':
      return scanner.skip_one() && scanner.skip_one() && scanner.skip_one();
    case 'h':
      return keep(scanner.number(2), parts.hour);
    case 'm':
      return keep(scanner.number(2), parts.minute);
    case 's':
      return keep(scanner.number(2), parts.second);
    case 'f':
      return take_fraction(scanner, parts);
    case 'Z':
      return take_offset(scanner, parts);
    case 'T':
      return scanner.take('T') || scanner.take(' ');
    case '_':
      return scanner.skip_one();
    default:
      return scanner.take(field);
  }
}

std::optional<WallTime> instant(const Parts& parts) {
  const std::chrono::year_month_day date{std::chrono::year(parts.year),
                                         std::chrono::month(static_cast<unsigned>(parts.month)),
                                         std::chrono::day(static_cast<unsigned>(parts.day))};
  if (!date.ok() || parts.year < kFirstYear || parts.year > kLastYear || parts.hour > 23 ||
      parts.minute > 59 || parts.second > 60) {
    return std::nullopt;
  }
  if (parts.offset) {
    return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(parts.hour) +
           std::chrono::minutes(parts.minute) + std::chrono::seconds(parts.second) +
           parts.fraction - *parts.offset;
  }
  std::tm local{};
  local.tm_year = parts.year - 1900;
  local.tm_mon = parts.month - 1;
  local.tm_mday = parts.day;
  local.tm_hour = parts.hour;
  local.tm_min = parts.minute;
  local.tm_sec = parts.second;
  local.tm_isdst = -1;
  return WallTime(std::chrono::seconds(std::mktime(&local))) + parts.fraction;
}

std::optional<WallTime> read_form(std::string_view form, std::string_view text) {
  Scanner scanner(text);
  Parts parts;
  for (const char field : form) {
    if (!take_field(field, scanner, parts)) {
      return std::nullopt;
    }
  }
  return scanner.at_end() ? instant(parts) : std::nullopt;
}

// "1795370265.351" or "1795370265351".
std::optional<WallTime> read_epoch(std::string_view text) {
  constexpr size_t kSecondsDigits = 10;
  constexpr size_t kMillisecondsDigits = 13;
  Scanner scanner(text);
  const size_t digits = std::min(text.find('.'), text.size());
  if (digits != kSecondsDigits && digits != kMillisecondsDigits) {
    return std::nullopt;
  }
  int64_t seconds = 0;
  for (size_t i = 0; i < kSecondsDigits; ++i) {
    const auto digit = scanner.number(1);
    if (!digit) {
      return std::nullopt;
    }
    seconds = seconds * 10 + *digit;
  }
  constexpr int64_t kLastSecond = int64_t{kLastYear - 1970} * 365 * 24 * 3'600;
  if (seconds > kLastSecond) {
    return std::nullopt;
  }
  Parts parts;
  if (digits == kMillisecondsDigits) {
    const auto thousandths = scanner.number(3);
    if (!thousandths) {
      return std::nullopt;
    }
    parts.fraction = std::chrono::milliseconds(*thousandths);
  } else if (!take_fraction(scanner, parts)) {
    return std::nullopt;
  }
  return scanner.at_end() ? std::optional(WallTime(std::chrono::seconds(seconds)) + parts.fraction)
                          : std::nullopt;
}

}  // namespace

std::optional<WallTime> parse_log_time(std::string_view text) {
  for (const std::string_view form : kForms) {
    if (const auto at = read_form(form, text)) {
      return at;
    }
  }
  return read_epoch(text);
}

}  // namespace gatewatch::logs
