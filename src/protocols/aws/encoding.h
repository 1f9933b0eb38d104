// SPDX-License-Identifier: Apache-2.0
// The text forms that AWS wants bytes in: percent encoding, hexadecimal, HTTP dates. Used by
// this folder and by the redshift connector. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace weir::aws {

enum class Slash { Encode, Keep };

/// RFC 3986: A-Z a-z 0-9 - . _ ~ stay, every other byte is %XX in capitals; a blank is %20.
std::string percent_encode(std::string_view text, Slash slash);
/// The inverse as listings use it: %XX is a byte, '+' a blank. Nothing when an escape is broken.
std::optional<std::string> decode_form(std::string_view text);

std::string hex(std::string_view bytes);

/// Reads "Sun, 06 Nov 1994 08:49:37 GMT", the only form that servers write (RFC 9110, 5.6.7).
std::optional<Timestamp> parse_http_date(std::string_view text);
/// "20240307T091502Z", as X-Amz-Date wants it.
std::string basic_time(Timestamp time);

}  // namespace weir::aws
