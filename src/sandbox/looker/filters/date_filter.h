// SPDX-License-Identifier: Apache-2.0
// Filters of date and time fields: "2024-03-01 to 2024-03-08, NULL". Used by the queries. Pure.
// https://cloud.google.com/looker/docs/filter-expressions#date_and_time
#pragma once

#include <limits>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/time_zone.h"

namespace weir::sandbox::looker {

/// Instants of [begin, end), in microseconds.
struct Period {
  static constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

  std::int64_t begin = kFirst, end = kLast;

  bool operator==(const Period&) const = default;
};

/// One of the periods, or no value where that is allowed.
struct DateFilter {
  std::vector<Period> periods;
  bool takes_null = false;

  bool takes(std::int64_t micros) const {
    for (const Period& period : periods) {
      if (period.begin <= micros && micros < period.end) return true;
    }
    return false;
  }
};

/// `now` is an instant, and the expression is meant in the zone. InvalidConfig quotes what it cannot read.
Result<DateFilter> parse_date_filter(std::string_view expression, Timestamp now, const model::TimeZone& zone);

}  // namespace weir::sandbox::looker
