// SPDX-License-Identifier: Apache-2.0
// What NUMERIC and BIGNUMERIC columns take. Used by RowEncoder. Pure functions.
#pragma once

#include <cstddef>
#include <string_view>

#include "protocols/google/bigquery_schema.h"

namespace weir::bigquery {

struct DecimalLimits {
  std::size_t whole = 29;    ///< digits before the point
  std::size_t fraction = 9;  ///< digits behind it
};

DecimalLimits decimal_limits(const google::BigQueryField& column);

/// Whether more digits behind the point than the column has are refused, or left to be rounded.
enum class Rounding { Refused, Allowed };

/// Whether a number as text goes into the column.
bool fits_decimal(std::string_view text, const DecimalLimits& limits, Rounding rounding);

}  // namespace weir::bigquery
