// SPDX-License-Identifier: Apache-2.0
// A table as it is stored, and what must happen to it before rows go in. Used inside this folder
// only. Functions on a connection, which belongs to one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/sdk/destination.h"
#include "connectors/sdk/load_request.h"
#include "engine/database.h"

namespace weir::duckdb {

/// Names the load that wrote a row, in tables whose partitions are replaced without a time column.
/// There every load marks its rows, whatever its mode, so that a later one can replace them.
inline constexpr const char* kLoadColumn = "_weir_load_id";

struct TablePlan {
  std::vector<std::string> changes;   ///< statements, in order, inside the transaction
  std::vector<std::string> columns;   ///< as spelled in the table, in the order of our rows
  std::vector<std::string> types;     ///< of those columns, in SQL
  std::vector<std::size_t> key;       ///< positions of the key in our rows
  std::vector<std::size_t> not_null;  ///< positions of columns that take no NULL
  bool marks_rows = false;            ///< rows carry kLoadColumn
};

/// Looks the table up and works out what to do. DataMismatch when a column cannot take ours, or when a
/// partition's rows are to be found by marks but earlier loads, of whichever partition or pipeline,
/// wrote into the table before it had any. The ledger must exist.
Result<TablePlan> plan_table(engine::Connection& connection, const sdk::TableTarget& target,
                             const model::Partition& partition);

/// Removes what the load replaces.
Result<void> remove_replaced(engine::Connection& connection, const sdk::TableTarget& target,
                             const sdk::LoadRequest& request);

/// "a", "b" in quotes.
std::string identifiers(const std::vector<std::string>& names);

}  // namespace weir::duckdb
