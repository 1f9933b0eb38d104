// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/marks.h"

#include <fmt/format.h>

#include "base/text.h"
#include "connectors/sdk/load_request.h"

namespace weir::postgres {
namespace {

Result<bool> has_row(Connection& connection, const std::string& from) {
  return TRY(connection.execute(fmt::format("SELECT EXISTS (SELECT FROM {})", from))).boolean(0, 0);
}

}  // namespace

Result<void> check_marks(Connection& connection, const Ledger& ledger, const StoredTable& stored,
                         const sdk::TableTarget& target, const model::Partition& partition) {
  if (target.write != model::WriteMode::ReplacePartition || replaces_by_time(target, partition)) return {};
  const auto table = stored.name.sql();
  if (stored.find(kLoadColumn) == nullptr) {
    if (!TRY(ledger.tells_of_rows(connection, target.table)) || !TRY(has_row(connection, table))) return {};
    return sdk::unmarked_rows(target, partition, kLoadColumn,
                              fmt::format("ALTER TABLE {} ADD COLUMN {} text", table, kLoadColumn));
  }
  const auto unknown = fmt::format("WHERE {} = {}", kLoadColumn, sql_literal(kUnknownLoad));
  if (!TRY(has_row(connection, table + " " + unknown))) return {};
  return sdk::unmarked_rows(target, partition, kLoadColumn,
                            fmt::format("UPDATE {} SET {} = NULL {}", table, kLoadColumn, unknown));
}

Result<void> mark_unknown_rows(Connection& connection, const Ledger& ledger, const StoredTable& stored,
                               const sdk::TableTarget& target, const TablePlan& plan) {
  if (!plan.marks_rows || stored.find(kLoadColumn) != nullptr) return {};
  if (!TRY(ledger.tells_of_rows(connection, target.table))) return {};
  TRY(connection.execute(
      fmt::format("UPDATE {} SET {} = {}", stored.name.sql(), kLoadColumn, sql_literal(kUnknownLoad))));
  return {};
}

}  // namespace weir::postgres
