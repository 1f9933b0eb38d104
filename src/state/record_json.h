// SPDX-License-Identifier: Apache-2.0
// How counts and warnings stand in a text column of the state file. For this folder only. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/load.h"

namespace weir::state {

using CountsByTable = std::map<std::string, model::RowCounts>;

std::string counts_to_json(const CountsByTable& counts);
/// Reads what counts_to_json wrote; what is missing counts as zero.
CountsByTable counts_from_json(std::string_view text);

std::string texts_to_json(const std::vector<std::string>& texts);
std::vector<std::string> texts_from_json(std::string_view text);

}  // namespace weir::state
