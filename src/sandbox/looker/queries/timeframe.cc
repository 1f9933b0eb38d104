// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/queries/timeframe.h"

#include <array>

#include "base/time.h"
#include "sandbox/looker/filters/calendar.h"

namespace weir::sandbox::looker {
namespace {

using model::LocalTime;

constexpr std::array<TimeframeInfo, 22> kTimeframes = {
    {{Timeframe::Raw, "raw", "Raw", Sense::Instant, false},
     {Timeframe::Time, "time", "Time", Sense::Instant, false},
     {Timeframe::Microsecond, "microsecond", "Microsecond", Sense::Instant, false},
     {Timeframe::Millisecond, "millisecond", "Millisecond", Sense::Instant, false},
     {Timeframe::Second, "second", "Second", Sense::Instant, false},
     {Timeframe::Minute, "minute", "Minute", Sense::Instant, false},
     {Timeframe::Hour, "hour", "Hour", Sense::Instant, false},
     {Timeframe::Date, "date", "Date", Sense::Instant, true},
     {Timeframe::Week, "week", "Week", Sense::Instant, true},
     {Timeframe::Month, "month", "Month", Sense::Instant, true},
     {Timeframe::Quarter, "quarter", "Quarter", Sense::Instant, true},
     {Timeframe::Year, "year", "Year", Sense::Instant, true},
     {Timeframe::HourOfDay, "hour_of_day", "Hour of Day", Sense::Number, false},
     {Timeframe::DayOfWeek, "day_of_week", "Day of Week", Sense::Text, true},
     {Timeframe::DayOfWeekIndex, "day_of_week_index", "Day of Week Index", Sense::Number, true},
     {Timeframe::DayOfMonth, "day_of_month", "Day of Month", Sense::Number, true},
     {Timeframe::DayOfYear, "day_of_year", "Day of Year", Sense::Number, true},
     {Timeframe::WeekOfYear, "week_of_year", "Week of Year", Sense::Number, true},
     {Timeframe::MonthNum, "month_num", "Month Num", Sense::Number, true},
     {Timeframe::MonthName, "month_name", "Month Name", Sense::Text, true},
     {Timeframe::QuarterOfYear, "quarter_of_year", "Quarter of Year", Sense::Text, true},
     {Timeframe::TimeOfDay, "time_of_day", "Time of Day", Sense::Text, false}}};

constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 4> kQuarters = {"Q1", "Q2", "Q3", "Q4"};

std::int64_t day_number(LocalTime time) { return start_of(Unit::Day, time).micros / kDay; }

CivilDate date_of(LocalTime time) { return civil({static_cast<std::int32_t>(day_number(time))}); }

/// The first characters of "2022-01-24 10:05:03.250000".
Value beginning(LocalTime time, std::size_t size, Scratch& scratch) {
  char text[26];
  write_sql_timestamp({time.micros}, text);
  return text_value(scratch.keep({text, size}));
}

/// Thursday decides to which year a week belongs (ISO 8601).
std::int64_t week_of_year(LocalTime time) {
  const LocalTime thursday = add(start_of(Unit::Week, time), 3, Unit::Day);
  return (thursday.micros - start_of(Unit::Year, thursday).micros) / (7 * kDay) + 1;
}

}  // namespace

std::span<const TimeframeInfo> timeframes() { return kTimeframes; }

const TimeframeInfo& info(Timeframe timeframe) { return kTimeframes.at(static_cast<std::size_t>(timeframe)); }

LocalTime WallClock::local(std::int64_t micros) {
  if (micros < begin_ || micros >= end_) {
    const LocalTime wall = zone_.to_local({micros});
    const model::LocalStretch stretch = zone_.stretch_near(wall);
    if (!stretch.contains(wall) || wall.micros - stretch.offset != micros) return wall;
    begin_ = stretch.begin.micros - stretch.offset;
    end_ = stretch.end.micros - stretch.offset;
    offset_ = stretch.offset;
  }
  return {micros + offset_};
}

Value shown(Timeframe timeframe, LocalTime time, Scratch& scratch) {
  switch (timeframe) {
    case Timeframe::Raw:
    case Timeframe::Time:
    case Timeframe::Second:
      return beginning(time, 19, scratch);
    case Timeframe::Microsecond:
      return beginning(time, 26, scratch);
    case Timeframe::Millisecond:
      return beginning(time, 23, scratch);
    case Timeframe::Minute:
      return beginning(time, 16, scratch);
    case Timeframe::Hour:
      return beginning(time, 13, scratch);
    case Timeframe::Date:
      return beginning(time, 10, scratch);
    case Timeframe::Week:
      return beginning(start_of(Unit::Week, time), 10, scratch);
    case Timeframe::Month:
      return beginning(time, 7, scratch);
    case Timeframe::Quarter:
      return beginning(start_of(Unit::Quarter, time), 7, scratch);
    case Timeframe::Year:
      return integer_value(date_of(time).year);
    case Timeframe::HourOfDay:
      return integer_value((time.micros - start_of(Unit::Day, time).micros) / kHour);
    case Timeframe::DayOfWeek:
      return text_value(
          kDays.at(static_cast<std::size_t>((time.micros - start_of(Unit::Week, time).micros) / kDay)));
    case Timeframe::DayOfWeekIndex:
      return integer_value((time.micros - start_of(Unit::Week, time).micros) / kDay);
    case Timeframe::DayOfMonth:
      return integer_value(date_of(time).day);
    case Timeframe::DayOfYear:
      return integer_value(day_number(time) - day_number(start_of(Unit::Year, time)) + 1);
    case Timeframe::WeekOfYear:
      return integer_value(week_of_year(time));
    case Timeframe::MonthNum:
      return integer_value(date_of(time).month);
    case Timeframe::MonthName:
      return text_value(kMonths.at(static_cast<std::size_t>(date_of(time).month - 1)));
    case Timeframe::QuarterOfYear:
      return text_value(kQuarters.at(static_cast<std::size_t>((date_of(time).month - 1) / 3)));
    case Timeframe::TimeOfDay:
      return text_value(beginning(time, 16, scratch).text.substr(11));
  }
  return {};
}

}  // namespace weir::sandbox::looker
