// SPDX-License-Identifier: Apache-2.0
// Schedules in cron's notation. Used by the configuration's checks and by scheduling. Pure values.
//
// Five fields: minute hour day-of-month month day-of-week. Each is `*` or a list of numbers, names
// (jan, mon), ranges (mon-fri) and steps (*/15, 10-40/10). Sunday is 0 or 7. When both day fields
// are restricted, a day that fits either counts. `@hourly`, `@daily`, `@weekly`, `@monthly` and
// `@yearly` stand for the usual five fields.
//
// When clocks change: a schedule for every hour (`*`) follows elapsed time, so it fires in both
// passes of a repeated hour and not in a skipped one. Any other schedule fires once for each local
// time it names: at the first pass of a repeated time, and at the instant of the jump for a skipped
// one.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "model/time_zone.h"

namespace weir::model {

class Cron {
 public:
  /// InvalidConfig names the field and what it may hold, also when no day would ever fit.
  static Result<Cron> parse(std::string_view text);

  /// The first instant after `time` at which the schedule fires.
  Timestamp next_after(Timestamp time, const TimeZone& zone) const;
  const std::string& text() const { return text_; }

 private:
  Cron() = default;
  bool fits(Date day) const;
  bool can_fit() const;
  /// The first firing after `time` among the local times of a day; nothing when there is none.
  std::optional<Timestamp> first_on(Date day, Timestamp time, const TimeZone& zone) const;

  std::string text_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;     // 1 to 31
  std::bitset<13> months_;   // 1 to 12
  std::bitset<7> weekdays_;  // 0 is Sunday
  bool any_day_ = true;      // the field is `*`
  bool any_weekday_ = true;  // the field is `*`
};

}  // namespace weir::model
