// SPDX-License-Identifier: Apache-2.0
// Filters of number fields: ">=1 AND <9, NOT NULL". Used by the queries. Pure.
// https://cloud.google.com/looker/docs/filter-expressions#number
#pragma once

#include <limits>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::sandbox::looker {

/// From one number to another; each may belong to it or not.
struct NumberRange {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool has_low = true, has_high = true;

  bool holds(double number) const {
    return (has_low ? number >= low : number > low) && (has_high ? number <= high : number < high);
  }
};

/// One of the ranges and none of the excluded ones. Only exclusions: everything else, also no value.
struct NumberFilter {
  std::vector<NumberRange> ranges, excluded;
  bool takes_null = false;

  bool takes(double number) const;
};

Result<NumberFilter> parse_number_filter(std::string_view expression);

}  // namespace weir::sandbox::looker
