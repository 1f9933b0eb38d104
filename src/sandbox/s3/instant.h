// SPDX-License-Identifier: Apache-2.0
// How S3 writes instants. Used by this folder. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace weir::sandbox::s3 {

inline constexpr std::int64_t kSecondMicros = 1'000'000;

/// "20240307T091502Z", as signatures have it.
std::optional<Timestamp> parse_basic_time(std::string_view text);
/// "Thu, 07 Mar 2024 09:15:02 GMT", as headers have it.
std::string http_time(Timestamp time);
std::optional<Timestamp> parse_http_time(std::string_view text);
/// "2024-03-07T09:15:02.000Z", as XML has it. S3 keeps whole seconds.
std::string xml_time(Timestamp time);

}  // namespace weir::sandbox::s3
