// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <fmt/format.h>

namespace weir {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  const auto quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

/// Takes digits from the front of the text; false when fewer are there.
bool take_digits(std::string_view& text, int count, int& value) {
  if (text.size() < static_cast<std::size_t>(count)) return false;
  value = 0;
  for (int i = 0; i < count; ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(static_cast<std::size_t>(count));
  return true;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Date> take_date(std::string_view& text) {
  CivilDate date;
  if (!take_digits(text, 4, date.year) || !take(text, '-') || !take_digits(text, 2, date.month) ||
      !take(text, '-') || !take_digits(text, 2, date.day)) {
    return std::nullopt;
  }
  return from_civil(date);
}

/// Up to nine digits after the point; what is finer than a microsecond is cut.
bool take_fraction(std::string_view& text, std::int64_t& micros) {
  int digits = 0;
  std::int64_t scale = 100'000;
  micros = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' && digits < 9) {
    micros += (text.front() - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
    ++digits;
  }
  return digits > 0;
}

std::optional<std::int64_t> take_offset(std::string_view& text) {
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return 0;
  const bool behind = text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  int hours = 0;
  int minutes = 0;
  if (!take_digits(text, 2, hours) || hours > 23) return std::nullopt;
  take(text, ':');
  if (!text.empty() && (!take_digits(text, 2, minutes) || minutes > 59)) return std::nullopt;
  const auto seconds = hours * 3600 + minutes * 60;
  return (behind ? -seconds : seconds) * kMicrosPerSecond;
}

/// The two digits of a number below 100.
void put_pair(char* to, std::uint32_t value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

CivilDate civil(Date date) {
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{date.days}}};
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

std::optional<Date> from_civil(CivilDate date) {
  const std::chrono::year_month_day ymd{std::chrono::year{date.year},
                                        std::chrono::month{static_cast<unsigned>(date.month)},
                                        std::chrono::day{static_cast<unsigned>(date.day)}};
  if (!ymd.ok()) return std::nullopt;
  return Date{static_cast<std::int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count())};
}

Date day_of(Timestamp time) { return {static_cast<std::int32_t>(floor_div(time.micros, kMicrosPerDay))}; }

Timestamp midnight(Date date) { return {date.days * kMicrosPerDay}; }

std::string to_string(Date date) {
  const auto [year, month, day] = civil(date);
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string to_string(Timestamp time) {
  char text[26];
  write_sql_timestamp(time, text);
  text[10] = 'T';
  std::string_view shown(text, 26);
  while (shown.back() == '0') shown.remove_suffix(1);
  if (shown.back() == '.') shown.remove_suffix(1);
  return std::string(shown) + "Z";
}

void write_sql_timestamp(Timestamp time, char (&text)[26]) {
  const auto date = day_of(time);
  const auto of_day = time.micros - date.days * kMicrosPerDay;
  const auto micros = static_cast<std::uint32_t>(of_day % kMicrosPerSecond);
  const auto seconds = static_cast<std::uint32_t>(of_day / kMicrosPerSecond);
  const auto [year, month, day] = civil(date);
  put_pair(text, static_cast<std::uint32_t>(year) / 100);
  put_pair(text + 2, static_cast<std::uint32_t>(year) % 100);
  text[4] = '-';
  put_pair(text + 5, static_cast<std::uint32_t>(month));
  text[7] = '-';
  put_pair(text + 8, static_cast<std::uint32_t>(day));
  text[10] = ' ';
  put_pair(text + 11, seconds / 3600);
  text[13] = ':';
  put_pair(text + 14, seconds / 60 % 60);
  text[16] = ':';
  put_pair(text + 17, seconds % 60);
  text[19] = '.';
  put_pair(text + 20, micros / 10'000);
  put_pair(text + 22, micros / 100 % 100);
  put_pair(text + 24, micros % 100);
}

std::optional<Date> parse_date(std::string_view text) {
  const auto date = take_date(text);
  return text.empty() ? date : std::nullopt;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  auto time = midnight(*date);
  if (text.empty()) return time;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t fraction = 0;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  if (!take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute)) {
    return std::nullopt;
  }
  if (take(text, ':') && !take_digits(text, 2, second)) return std::nullopt;
  if (take(text, '.') && !take_fraction(text, fraction)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  time.micros += (hour * 3600LL + minute * 60LL + second) * kMicrosPerSecond + fraction - *offset;
  return time;
}

std::string human_duration(std::chrono::microseconds duration) {
  const auto micros = duration.count();
  if (micros < 1'000'000) return fmt::format("{} ms", (micros + 500) / 1000);
  if (micros < 60'000'000) return fmt::format("{:.1f} s", static_cast<double>(micros) / 1e6);
  const auto seconds = micros / 1'000'000;
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

}  // namespace weir
