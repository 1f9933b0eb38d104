// SPDX-License-Identifier: Apache-2.0
// What must happen to a table before and while rows go in, worked out from what is stored and what
// is asked. Used inside this folder only. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sdk/destination.h"
#include "connectors/sdk/load_request.h"
#include "connectors/sqlite/table.h"
#include "connectors/sqlite/types.h"

namespace weir::sqlite {

/// Names the load that wrote a row. Only tables that need it have this column: those that merge,
/// because a row overtaken within its own load counts as a duplicate, and those whose partitions
/// are replaced without a time column to find them by. There every load marks its rows, whatever its
/// mode, so that a later one can replace them. It costs space in every row.
inline constexpr std::string_view kLoadColumn = "_weir_load_id";

struct TablePlan {
  std::string table;                        ///< as spelled in the file
  std::vector<std::string> schema_changes;  ///< to run in order, inside the transaction
  std::vector<std::string> columns;         ///< as spelled in the table, in the order of our rows
  std::vector<Binding> bindings;            ///< one a column
  std::vector<std::size_t> key;             ///< positions of the key in our rows
  std::string key_change;   ///< makes the key unique in a table that did not see to it; may be empty
  bool marks_rows = false;  ///< rows carry kLoadColumn
};

/// Fails with DataMismatch when a stored column cannot take ours, naming it and both types.
Result<TablePlan> plan_table(const std::optional<StoredTable>& stored, const sdk::TableTarget& target,
                             const model::Partition& partition);

/// INSERT with one parameter a column, then one for the load's id when the plan marks rows.
std::string insert_sql(const TablePlan& plan, const sdk::TableTarget& target);
/// For a merge: sets the row of a key that this very load has written already. Same parameters.
std::string overtake_sql(const TablePlan& plan);

}  // namespace weir::sqlite
