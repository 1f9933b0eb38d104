// SPDX-License-Identifier: Apache-2.0
// Values of ours as constants of SQL. On the hot path of loads. Pure functions.
#pragma once

#include <optional>
#include <string>

#include "connectors/mysql/plan.h"
#include "model/batch.h"

namespace weir::mysql {

/// Appends a cell as a constant: 42, 0.5e0, 'text', x'00ff', '2022-01-24 00:00:00.000000' or NULL.
void put_cell(std::string& sql, const model::ColumnView& column, std::size_t row);

/// Why the server would store another value without a word; nothing when it would not.
std::optional<std::string> misfit(const PlannedColumn& planned, const model::ColumnView& column,
                                  std::size_t row);

/// "insert_id 'abc'": a column with its value, cut when long.
std::string shown_cell(const std::string& name, const model::ColumnView& column, std::size_t row);

}  // namespace weir::mysql
