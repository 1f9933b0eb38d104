// SPDX-License-Identifier: Apache-2.0
// Rows that carry no mark of their load. Used inside this folder only.
#pragma once

#include "connectors/sdk/destination.h"
#include "connectors/sqlite/plan.h"
#include "connectors/sqlite/table.h"

namespace weir::sqlite {

/// The mark of rows that were in a table of weir's loads before it had marks. A merge gives it to them
/// when it adds the column, so that they are not taken for rows of others, which have none.
inline constexpr std::string_view kUnknownLoad = "";

/// Fails with DataMismatch when a partition's rows are to be found by marks, but earlier loads wrote
/// into the table before it had any. Loads of other partitions and pipelines count as well: with the
/// first mark the table would look as if all rows of weir had one.
Result<void> check_marks(Database& database, const StoredTable& stored, const sdk::TableTarget& target,
                         const model::Partition& partition);

/// Gives kUnknownLoad to the rows of a table that gets its marks just now.
Result<void> mark_unknown_rows(Database& database, const StoredTable& stored, const TablePlan& plan);

}  // namespace weir::sqlite
