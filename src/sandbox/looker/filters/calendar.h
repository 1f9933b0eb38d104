// SPDX-License-Identifier: Apache-2.0
// Units of the calendar on the wall's clock. Used by the date filter and the timeframes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/time_zone.h"

namespace weir::sandbox::looker {

enum class Unit { Second, Minute, Hour, Day, Week, Month, Quarter, Year };

/// "day", "days", "Fiscal Quarter" (the fiscal year of the instance begins in January).
std::optional<Unit> parse_unit(std::string_view word);
/// The beginning of the unit that holds the time. Weeks begin on Monday.
model::LocalTime start_of(Unit unit, model::LocalTime time);
/// So many units later; of a month that is too short the last day.
model::LocalTime add(model::LocalTime time, std::int64_t count, Unit unit);

}  // namespace weir::sandbox::looker
