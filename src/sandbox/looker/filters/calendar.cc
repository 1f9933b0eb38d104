// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/filters/calendar.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace weir::sandbox::looker {
namespace {

using model::LocalTime;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kFirstMonday = 4 * kDay;  // January 5, 1970

constexpr std::array<std::pair<std::string_view, Unit>, 10> kUnits = {{{"second", Unit::Second},
                                                                       {"minute", Unit::Minute},
                                                                       {"hour", Unit::Hour},
                                                                       {"day", Unit::Day},
                                                                       {"week", Unit::Week},
                                                                       {"month", Unit::Month},
                                                                       {"quarter", Unit::Quarter},
                                                                       {"year", Unit::Year},
                                                                       {"fiscal quarter", Unit::Quarter},
                                                                       {"fiscal year", Unit::Year}}};

/// Microseconds of units that are always as long as each other; 0 of the others.
std::int64_t length_of(Unit unit) {
  constexpr std::array<std::int64_t, 8> kLengths = {
      kSecond, 60 * kSecond, 3600 * kSecond, kDay, 7 * kDay, 0, 0, 0};
  return kLengths.at(static_cast<std::size_t>(unit));
}

std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

Date day_of_wall(LocalTime time) { return {static_cast<std::int32_t>(floor_to(time.micros, kDay) / kDay)}; }

LocalTime first_of(int year, int month) {
  const auto day = from_civil({year, month, 1});
  return {day ? day->days * kDay : 0};
}

}  // namespace

std::optional<Unit> parse_unit(std::string_view word) {
  std::string name = lower(word);
  if (!name.empty() && name.back() == 's') name.pop_back();
  for (const auto& [text, unit] : kUnits) {
    if (text == name) return unit;
  }
  return std::nullopt;
}

LocalTime start_of(Unit unit, LocalTime time) {
  if (unit == Unit::Week) return {floor_to(time.micros - kFirstMonday, 7 * kDay) + kFirstMonday};
  if (const std::int64_t length = length_of(unit); length > 0) return {floor_to(time.micros, length)};
  const CivilDate date = civil(day_of_wall(time));
  if (unit == Unit::Year) return first_of(date.year, 1);
  return first_of(date.year, unit == Unit::Quarter ? (date.month - 1) / 3 * 3 + 1 : date.month);
}

LocalTime add(LocalTime time, std::int64_t count, Unit unit) {
  if (const std::int64_t length = length_of(unit); length > 0) return {time.micros + count * length};
  const std::int64_t months = count * (unit == Unit::Year ? 12 : unit == Unit::Quarter ? 3 : 1);
  const CivilDate date = civil(day_of_wall(time));
  const std::int64_t month = static_cast<std::int64_t>(date.year) * 12 + date.month - 1 + months;
  const LocalTime first = first_of(static_cast<int>(month / 12), static_cast<int>(month % 12) + 1);
  const LocalTime next = first_of(static_cast<int>((month + 1) / 12), static_cast<int>((month + 1) % 12) + 1);
  const std::int64_t last_day = next.micros - kDay;
  const std::int64_t day = std::min(first.micros + (date.day - 1) * kDay, last_day);
  return {day + time.micros - floor_to(time.micros, kDay)};
}

}  // namespace weir::sandbox::looker
