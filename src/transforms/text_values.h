// SPDX-License-Identifier: Apache-2.0
// Values out of text, strictly: nothing may stand around them and nothing is rounded away. Used by
// cast and unpack. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace weir::transforms {

/// Decimal digits with a sign; also "12.0" and "1.2e3", which are whole.
std::optional<std::int64_t> parse_integer(std::string_view text);
/// A decimal number, with or without exponent. Infinities and "nan" are none.
std::optional<double> parse_double(std::string_view text);
/// true, false, t, f, yes, no, 1 and 0, in any case.
std::optional<bool> parse_boolean(std::string_view text);
/// The seconds of "0.25s", "250ms", "3us", "12ns" or "1.5".
std::optional<double> parse_duration(std::string_view text);
/// Microseconds that one unit of the formats epoch_s, epoch_ms and epoch_us has; 0 for others.
std::int64_t epoch_unit(std::string_view format);
/// The instant so many units after 1970, in the years 1 to 9999. Fractions are kept.
std::optional<Timestamp> parse_epoch(std::string_view text, std::int64_t unit);

/// A value for a message: in quotes, cut after 60 bytes at a character's end, control characters
/// replaced.
std::string quoted(std::string_view value);

}  // namespace weir::transforms
