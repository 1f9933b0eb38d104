// SPDX-License-Identifier: Apache-2.0
// Titles and states of dashboards and Looks, which several views show. Used by the views. Pure.
#pragma once

#include "sandbox/looker/data/world.h"

namespace weir::sandbox::looker {

inline constexpr std::int64_t kLookmlDashboards = 6;

std::string dashboard_title(const World& world, Row row);
/// "marketing::overview": dashboards of files have names instead of numbers.
std::string_view lookml_dashboard(Row row);
std::string look_title(const World& world, Row row);
bool dashboard_is_deleted(const World& world, Row row);
bool look_is_deleted(const World& world, Row row);

}  // namespace weir::sandbox::looker
