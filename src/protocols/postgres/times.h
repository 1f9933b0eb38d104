// SPDX-License-Identifier: Apache-2.0
// PostgreSQL's times, which count from 2000-01-01 and may be infinite. Used inside this folder only.
// Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace weir::postgres {

inline constexpr std::int32_t kEpochDays = 10'957;  ///< from 1970-01-01 to 2000-01-01
inline constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
inline constexpr std::int64_t kEpochMicros = kEpochDays * kMicrosPerDay;

/// Nothing for an infinite time or one outside the years 0 to 9999.
std::optional<Date> date_of(std::int32_t days);
std::optional<Timestamp> timestamp_of(std::int64_t micros);
/// "2022-01-24", "infinity".
std::string date_text(std::int32_t days);
/// "2022-01-24 10:05:03.250000", "-infinity".
std::string timestamp_text(std::int64_t micros);

}  // namespace weir::postgres
