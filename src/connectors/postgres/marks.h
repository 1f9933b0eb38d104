// SPDX-License-Identifier: Apache-2.0
// Rows that carry no mark of their load. Used inside this folder only.
#pragma once

#include "connectors/postgres/ledger.h"
#include "connectors/postgres/plan.h"
#include "connectors/sdk/destination.h"

namespace weir::postgres {

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

}  // namespace weir::postgres
