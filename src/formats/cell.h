// SPDX-License-Identifier: Apache-2.0
// Turns the text of one value into a cell of a column's type. Used by every text decoder. Pure
// except for the batch; on the per-cell path, so nothing here allocates unless a value is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/batch.h"

namespace weir::formats {

/// Decimal digits with an optional sign, or a number with a fraction or exponent whose value is
/// whole ("3.0"); nothing outside of 64 bits.
std::optional<std::int64_t> parse_integer(std::string_view text);
/// Nothing for infinities and not-a-number.
std::optional<double> parse_double(std::string_view text);
/// "true" and "false" in any case.
std::optional<bool> parse_boolean(std::string_view text);

/// What a column's type is called in a refusal: "an integer", "a timestamp (expected ISO 8601)".
std::string_view expectation(model::Type type);

/// Sets a cell of any type but Json from text that outlives the batch; false when the text does
/// not fit the type.
bool set_cell(model::Batch& rows, std::size_t column, std::size_t row, model::Type type,
              std::string_view text);

/// `column status: "abc" is not an integer`; long values are cut, `shown` is quoted when wanted.
std::string refusal(std::string_view column, std::string_view shown, model::Type type);
/// A value for a message: in double quotes, at most 80 bytes, bytes that are not printable as \xHH.
std::string show_value(std::string_view value);

}  // namespace weir::formats
