// SPDX-License-Identifier: Apache-2.0
// What must happen to a table before and while rows go in, worked out from what is stored and what
// is asked. Used inside this folder only. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/mysql/table.h"
#include "connectors/sdk/destination.h"
#include "connectors/sdk/load_request.h"

namespace weir::mysql {

/// Names the load that wrote a row. Only tables that need it have this column: those that merge,
/// because a row overtaken within its own load counts as a duplicate, and those whose partitions
/// are replaced without a time column to find them by. There every load marks its rows, whatever its
/// mode, so that a later one can replace them.
inline constexpr std::string_view kLoadColumn = "_weir_load_id";

struct PlannedColumn {
  std::string name;  ///< as spelled in the table
  StoredType type;
};

struct TablePlan {
  TableName name;
  std::vector<std::string> schema_changes;  ///< to run in order; each of them is committed at once
  bool is_new = false;
  std::vector<PlannedColumn> columns;  ///< in the order of our rows
  std::vector<std::size_t> key;        ///< positions of the key in our rows
  bool marks_rows = false;             ///< rows carry kLoadColumn
};

/// Fails with DataMismatch when a stored column cannot take ours, naming it and both types.
Result<TablePlan> plan_table(const std::optional<StoredTable>& stored, const TableName& name,
                             const sdk::TableTarget& target, const model::Partition& partition,
                             Flavour flavour);

/// "INSERT INTO t (a, b) VALUES ", to be followed by rows and insert_end().
std::string insert_begin(const TablePlan& plan);
/// What happens to rows of a known key: for a merge and for skip_known_keys.
std::string insert_end(const TablePlan& plan, const sdk::TableTarget& target, Flavour flavour);

}  // namespace weir::mysql
