// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/decimal.h"

#include <algorithm>
#include <charconv>

namespace weir::bigquery {
namespace {

std::size_t digits_at(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; });
  return static_cast<std::size_t>(end - text.begin());
}

}  // namespace

DecimalLimits decimal_limits(const google::BigQueryField& column) {
  if (column.precision > 0) {
    return {static_cast<std::size_t>(column.precision - std::min(column.precision, column.scale)),
            static_cast<std::size_t>(column.scale)};
  }
  return column.type == "BIGNUMERIC" ? DecimalLimits{38, 38} : DecimalLimits{};
}

bool fits_decimal(std::string_view text, const DecimalLimits& limits, Rounding rounding) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  auto whole = digits_at(text);
  const bool has_digits = whole > 0;
  while (whole > 0 && text.front() == '0') {
    text.remove_prefix(1);
    --whole;
  }
  text.remove_prefix(whole);
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = digits_at(text);
    auto significant = fraction;
    while (significant > 0 && text[significant - 1] == '0') --significant;
    text.remove_prefix(fraction);
    if (!has_digits && fraction == 0) return false;
    fraction = significant;
  } else if (!has_digits) {
    return false;
  }
  int exponent = 0;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  if (!text.empty()) return false;
  const auto whole_digits = static_cast<std::ptrdiff_t>(whole) + exponent;
  const auto fraction_digits = static_cast<std::ptrdiff_t>(fraction) - exponent;
  if (whole_digits > static_cast<std::ptrdiff_t>(limits.whole)) return false;
  return rounding == Rounding::Allowed || fraction_digits <= static_cast<std::ptrdiff_t>(limits.fraction);
}

}  // namespace weir::bigquery
