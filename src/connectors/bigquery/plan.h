// SPDX-License-Identifier: Apache-2.0
// What must happen to a table when rows go in, worked out from what is stored and what is asked. Used
// by the destination. Values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/bigquery/options.h"
#include "connectors/bigquery/types.h"
#include "connectors/sdk/destination.h"

namespace weir::bigquery {

/// Names the load that wrote a row. Only tables whose partitions are replaced without a time column to
/// find them by have this column; once it is there, every load fills it.
inline constexpr std::string_view kLoadColumn = "_weir_load_id";
/// Numbers the rows of a merge in their staging table.
inline constexpr std::string_view kRowColumn = "_weir_row";

enum class Mode {
  Append,
  Replace,
  Merge,
  ReplaceWindow,  ///< the rows of the partition's time
  ReplaceLoads,   ///< the rows of earlier loads of the partition
};

struct PlannedField {
  google::BigQueryField column;          ///< as it is stored, or will be
  model::Type type = model::Type::Text;  ///< of our rows
  bool is_key = false;                   ///< of a merge: must not be NULL
};

struct TablePlan {
  google::BigQueryTable table;  ///< as it is stored, or as it will be made
  enum class State { New, Stored } state = State::New;
  Mode mode = Mode::Append;
  std::vector<PlannedField> fields;        ///< one a column of our rows
  std::vector<google::BigQueryField> add;  ///< columns that the stored table lacks
  bool marks_rows = false;                 ///< rows get kLoadColumn
  bool adds_mark = false;                  ///< which is not stored yet
  std::vector<std::string> key;
  std::string partition_column;    ///< of ReplaceWindow
  std::vector<std::string> notes;  ///< for people: columns that got other names

  /// The columns of the staging table.
  std::vector<google::BigQueryField> staged_fields() const;
};

/// Fails with DataMismatch when a stored column cannot take ours, naming it and both types, and with
/// InvalidConfig when names, keys or options cannot work.
Result<TablePlan> plan_table(const google::BigQueryTableName& name,
                             std::optional<google::BigQueryTable> stored, const sdk::LoadRequest& request,
                             std::size_t table, const DestinationOptions& options);

}  // namespace weir::bigquery
