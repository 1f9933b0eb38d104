// SPDX-License-Identifier: Apache-2.0
// What must happen to a table before, while and after rows go in, worked out from what is stored and
// what is asked. Used inside this folder only. Values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/redshift/catalog.h"
#include "connectors/redshift/row_encoder.h"
#include "connectors/sdk/destination.h"
#include "connectors/sdk/load_request.h"

namespace weir::redshift {

/// Names the load that wrote a row. Only tables that need it have this column: those whose partitions
/// are replaced without a time column to find them by, and those that merge into them.
inline constexpr std::string_view kLoadColumn = "_weir_load_id";
/// Numbers the rows of a merge while they wait in their temporary table.
inline constexpr std::string_view kRowColumn = "_weir_row";
/// The mark of rows that were in a table of weir's loads before it had marks.
inline constexpr std::string_view kUnknownLoad = "";

/// https://docs.aws.amazon.com/redshift/latest/dg/r_names.html
inline constexpr std::size_t kLongestName = 127;

enum class Mode {
  Append,
  Merge,
  ReplaceWindow,  ///< the rows of the partition's time
  ReplaceLoads,   ///< the rows of earlier loads of the partition
  Delete,         ///< a replace that keeps the table, because a copy would lose something
  Swap,           ///< a replace by a new table that takes the old one's name
};

struct TablePlan {
  std::string schema;
  std::string table;  ///< as Redshift keeps it
  std::optional<StoredTable> stored;
  Mode mode = Mode::Append;
  std::vector<Field> fields;     ///< one a column of our rows
  std::vector<std::size_t> add;  ///< fields whose column is not stored yet
  bool marks_rows = false;       ///< rows carry kLoadColumn
  bool adds_mark = false;        ///< which is not stored yet
  std::vector<std::string> key;  ///< as Redshift keeps it
  std::string partition_column;  ///< of ReplaceWindow

  /// The columns of the staged text, and those of the table that are not among them.
  std::vector<std::string> staged_columns() const;
  std::vector<std::string> other_columns() const;
};

/// Fails with DataMismatch when a stored column cannot take ours, naming it and both types.
Result<TablePlan> plan_table(const std::string& schema, std::optional<StoredTable> stored,
                             const sdk::TableTarget& target, const model::Partition& partition);

}  // namespace weir::redshift
