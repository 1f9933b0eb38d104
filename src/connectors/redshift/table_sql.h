// SPDX-License-Identifier: Apache-2.0
// The statements that a load runs for one table, in the order of a transaction. Used inside this
// folder only. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "connectors/redshift/plan.h"

namespace weir::redshift {

/// Columns that must be longer before the load, one statement each. They cannot run in a transaction.
std::vector<std::string> widening_sql(const TablePlan& plan, const std::vector<std::uint64_t>& longest);
/// Makes what COPY writes into: columns, a new table, or a temporary one. `longest` is the longest text
/// of each field.
std::vector<std::string> before_copy_sql(const TablePlan& plan, const std::vector<std::uint64_t>& longest);
/// The table that COPY writes into, as it stands in SQL, and its columns.
std::string copy_table(const TablePlan& plan);
std::vector<std::string> copy_columns(const TablePlan& plan);
/// How many rows of a merge's temporary table have the key of another one.
std::string duplicates_sql(const TablePlan& plan);
/// Merges the temporary table into the table.
std::vector<std::string> after_copy_sql(const TablePlan& plan);
/// What the new table of a swap has by default.
struct NewTable {
  std::string owner;
  std::vector<Privilege> privileges;
};
/// Gives the new table what the old one has: comments, privileges, owner.
std::vector<std::string> likeness_sql(const TablePlan& plan, const NewTable& made);
/// Puts the new table into the old one's place.
std::vector<std::string> swap_sql(const TablePlan& plan);
/// The name of the table that a swap fills.
std::string scratch_name(const TablePlan& plan);
/// Removes the rows of the partition's time.
std::string remove_window_sql(const TablePlan& plan, const model::Window& window);

}  // namespace weir::redshift
