// SPDX-License-Identifier: Apache-2.0
// What must happen to a table before and while rows go in, worked out from what is stored and what
// is asked. Used inside this folder only. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/postgres/table.h"
#include "connectors/postgres/types.h"
#include "connectors/sdk/destination.h"
#include "connectors/sdk/load_request.h"

namespace weir::postgres {

/// Names the load that wrote a row. Only tables that need it have this column: those that merge,
/// because a row overtaken within its own load counts as a duplicate, and those whose partitions
/// are replaced without a time column to find them by. There every load marks its rows, whatever its
/// mode, so that a later one can replace them.
inline constexpr std::string_view kLoadColumn = "_weir_load_id";

struct PlannedColumn {
  std::string name;  ///< as spelled in the table
  StoredType type;
  Binding binding;
};

/// Which way the rows take.
enum class Route {
  Copy,    ///< COPY straight into the table
  Insert,  ///< arrays bound to an INSERT, where rows meet keys or the server must read their text
};

struct TablePlan {
  TableName name;                           ///< as spelled in the database
  std::vector<std::string> schema_changes;  ///< to run in order, inside the transaction
  std::vector<PlannedColumn> columns;       ///< in the order of our rows
  std::vector<std::size_t> key;             ///< positions of the key in our rows
  std::string key_change;   ///< makes the key unique in a table that did not see to it; may be empty
  bool unique_key = false;  ///< the table sees to the key, now or after key_change
  bool marks_rows = false;  ///< rows carry kLoadColumn
  bool may_refuse = false;  ///< the server may refuse single rows
  Route route = Route::Copy;
};

/// Fails with DataMismatch when a stored column cannot take ours, naming it and both types.
Result<TablePlan> plan_table(const std::optional<StoredTable>& stored, const TableName& name,
                             const sdk::TableTarget& target, const model::Partition& partition);

// The statements of the Insert route have one array parameter a column, then one for the load's id
// when the plan marks rows.

/// Adds rows; with skip_known_keys those of an unknown key.
std::string insert_sql(const TablePlan& plan, const sdk::TableTarget& target);
/// For a merge. Gives one row: how many keys came, how many of them this load had written already,
/// and how many rows were written or, when a second statement follows, removed.
std::string merge_sql(const TablePlan& plan);
/// The second statement of a merge into a table without a unique key; empty when there is none.
std::string merge_insert_sql(const TablePlan& plan);
/// The object ids of the parameters' types.
std::vector<std::uint32_t> parameter_types(const TablePlan& plan);

/// COPY with the columns, and kLoadColumn last when the plan marks rows.
std::string copy_sql(const TablePlan& plan);

}  // namespace weir::postgres
