// SPDX-License-Identifier: Apache-2.0
// Timeframes: the fields that one time gives, "created_date", "created_hour_of_day" and so on. Used by the
// fields and the scan. A WallClock belongs to one thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "model/time_zone.h"
#include "sandbox/looker/data/value.h"

namespace weir::sandbox::looker {

enum class Timeframe {
  Raw,
  Time,
  Microsecond,
  Millisecond,
  Second,
  Minute,
  Hour,
  Date,
  Week,
  Month,
  Quarter,
  Year,
  HourOfDay,
  DayOfWeek,
  DayOfWeekIndex,
  DayOfMonth,
  DayOfYear,
  WeekOfYear,
  MonthNum,
  MonthName,
  QuarterOfYear,
  TimeOfDay
};

/// What a filter of the field is.
enum class Sense { Instant, Number, Text };

struct TimeframeInfo {
  Timeframe timeframe;
  std::string_view name;   ///< "hour_of_day"; the type of the field is "date_" and this
  std::string_view label;  ///< "Hour of Day"
  Sense sense;
  bool of_dates;  ///< columns without a time of day have it, too
};

std::span<const TimeframeInfo> timeframes();
const TimeframeInfo& info(Timeframe timeframe);

/// Shows instants as a zone's clock does. Remembers the stretch between two clock changes.
class WallClock {
 public:
  explicit WallClock(model::TimeZone zone) : zone_(std::move(zone)) {}
  model::LocalTime local(std::int64_t micros);
  const model::TimeZone& zone() const { return zone_; }

 private:
  model::TimeZone zone_;
  std::int64_t begin_ = 0, end_ = 0, offset_ = 0;  // instants with this offset
};

/// The timeframe of a time on the wall; a text lives in `scratch`.
Value shown(Timeframe timeframe, model::LocalTime time, Scratch& scratch);

}  // namespace weir::sandbox::looker
