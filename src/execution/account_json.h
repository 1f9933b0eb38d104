// SPDX-License-Identifier: Apache-2.0
// A run's account as JSON: for its events, and as the report that stays beside a bad input. Pure.
#pragma once

#include <map>
#include <string>

#include "model/load.h"
#include "state/run.h"

namespace weir::execution {

/// The sum over all tables, and with several each of them: {"read":1,…,"tables":{"a":{…},…}}.
std::string counts_json(const std::map<std::string, model::RowCounts>& by_table);

/// Pipeline, partition, run, times, account, and what went wrong.
std::string report_json(const state::Run& run);

}  // namespace weir::execution
