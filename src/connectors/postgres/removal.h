// SPDX-License-Identifier: Apache-2.0
// Takes away the rows that a load replaces. Used inside this folder only.
#pragma once

#include "connectors/postgres/ledger.h"
#include "connectors/postgres/plan.h"
#include "connectors/sdk/destination.h"

namespace weir::postgres {

/// Deletes rows of the transaction's table, as the write mode asks. Others see them until the commit.
///
/// A table that is replaced as a whole is emptied by DELETE, not by TRUNCATE or by a new table in its
/// place: the table stays the same object, so that its owner, grants, comments, policies, triggers and
/// the views and functions that use it stay, and readers are never shut out. Its file keeps the room of
/// the old rows, which autovacuum frees for the next load.
Result<void> remove_replaced(Connection& connection, const Ledger& ledger, const TablePlan& plan,
                             const sdk::TableTarget& target, const sdk::LoadRequest& request);

}  // namespace weir::postgres
