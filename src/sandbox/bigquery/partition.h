// SPDX-License-Identifier: Apache-2.0
// Partition decorators, "t$20240307": which rows of a table belong to one. Used by jobs and rows. Pure.
#pragma once

#include <string>

#include "sandbox/bigquery/catalog.h"

namespace weir::sandbox::bigquery {

/// A table or one partition of it.
struct Target {
  TableName name;
  std::string partition{};  ///< "20240307"; empty: the whole table

  std::string text() const { return name.text() + (partition.empty() ? "" : "$" + partition); }
};

/// From a tableReference; `project` is used where it names none.
Target target_of(const Json& reference, const std::string& project);
/// SQL that holds for the rows of the partition; "TRUE" without one. Refuses a decorator that does not
/// fit the table.
std::string partition_condition(const Table& table, const std::string& partition);
/// The start of the partition as a stored timestamp's SQL literal.
std::string partition_start(const Table& table, const std::string& partition);
/// The partition that holds this instant: "20240307".
std::string partition_at(const Table& table, Timestamp time);
/// The column that decides: that of timePartitioning, or the hidden one.
std::string partition_column(const Table& table);
/// "20240307" for a row, as SQL; NULL rows are in "__NULL__".
std::string partition_id_sql(const Table& table);

}  // namespace weir::sandbox::bigquery
