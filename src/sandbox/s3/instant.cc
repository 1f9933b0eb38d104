// SPDX-License-Identifier: Apache-2.0
#include "sandbox/s3/instant.h"

#include <fmt/format.h>

#include <array>

namespace weir::sandbox::s3 {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};

std::int64_t second_of_day(Timestamp time) {
  return (time.micros - midnight(day_of(time)).micros) / kSecondMicros;
}

}  // namespace

std::optional<Timestamp> parse_basic_time(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const std::string iso =
      fmt::format("{}-{}-{}T{}:{}:{}Z", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2),
                  text.substr(9, 2), text.substr(11, 2), text.substr(13, 2));
  return parse_timestamp(iso);
}

std::string http_time(Timestamp time) {
  const Date day = day_of(time);
  const CivilDate date = civil(day);
  const std::int64_t seconds = second_of_day(time);
  // 1970-01-01 was a Thursday.
  const auto weekday = static_cast<std::size_t>((day.days % 7 + 7) % 7);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday], date.day,
                     kMonths[static_cast<std::size_t>(date.month - 1)], date.year, seconds / 3600,
                     seconds / 60 % 60, seconds % 60);
}

std::optional<Timestamp> parse_http_time(std::string_view text) {
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    if (text.substr(8, 3) != kMonths[month]) continue;
    return parse_timestamp(
        fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month + 1, text.substr(5, 2), text.substr(17, 8)));
  }
  return std::nullopt;
}

std::string xml_time(Timestamp time) {
  const CivilDate date = civil(day_of(time));
  const std::int64_t seconds = second_of_day(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000Z", date.year, date.month, date.day,
                     seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace weir::sandbox::s3
