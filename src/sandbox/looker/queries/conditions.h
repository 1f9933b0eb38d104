// SPDX-License-Identifier: Apache-2.0
// From filter expressions to conditions on cells. Used by the plan. Pure.
#pragma once

#include "sandbox/looker/filters/date_filter.h"
#include "sandbox/looker/queries/plan.h"

namespace weir::sandbox::looker {

struct MadeCondition {
  std::function<bool(const Value&)> takes;
  std::optional<Period> range{};  ///< outside of it no instant is taken
};

/// The condition sees the column's own value: an instant is compared as such, what it shows as that.
Result<MadeCondition> make_condition(const Output& on, const std::string& expression, Timestamp now,
                                     const model::TimeZone& zone);

struct TimeRange {
  std::size_t slot = 0;
  const Column* column = nullptr;
  Period period;
};

/// Leaves rows out that lie outside of the ranges, where the driving view is in the order of time.
void narrow(Plan& plan, const std::vector<TimeRange>& ranges);

}  // namespace weir::sandbox::looker
