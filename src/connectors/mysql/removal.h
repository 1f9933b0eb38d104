// SPDX-License-Identifier: Apache-2.0
// Rows that a load replaces, and rows that carry no mark of their load. Used inside this folder only.
#pragma once

#include "connectors/mysql/ledger.h"
#include "connectors/mysql/plan.h"
#include "connectors/sdk/destination.h"

namespace weir::mysql {

/// The mark of rows that were in a table of weir's loads before it had marks. A merge gives it to them
/// when it adds the column, so that they are not taken for rows of others, which have none.
inline constexpr std::string_view kUnknownLoad = "";

/// Fails with DataMismatch when a partition's rows are to be found by marks, but earlier loads wrote
/// into the table before it had any.
Result<void> check_marks(Connection& connection, const Ledger& ledger, const StoredTable& stored,
                         const sdk::TableTarget& target, const model::Partition& partition);
/// Gives kUnknownLoad to the rows of a table that gets its marks just now.
Result<void> mark_unknown_rows(Connection& connection, const Ledger& ledger, const StoredTable& stored,
                               const sdk::TableTarget& target, const TablePlan& plan);
/// Deletes rows inside the transaction, as the write mode asks. By DELETE, because TRUNCATE commits.
Result<void> remove_replaced(Connection& connection, const Ledger& ledger, const TablePlan& plan,
                             const sdk::TableTarget& target, const sdk::LoadRequest& request);

}  // namespace weir::mysql
