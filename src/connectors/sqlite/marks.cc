// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/marks.h"

#include <fmt/format.h>

#include "base/text.h"
#include "connectors/sdk/load_request.h"
#include "connectors/sqlite/ledger.h"

namespace weir::sqlite {
namespace {

Result<bool> has_row(Database& database, const std::string& from) {
  auto rows = TRY(database.prepare("SELECT 1 FROM " + from));
  return rows.step();
}

std::string with_unknown_load(const std::string& table) {
  return fmt::format("{} WHERE {} = {}", sql_identifier(table), kLoadColumn,
                     sql_literal(std::string(kUnknownLoad)));
}

}  // namespace

Result<void> check_marks(Database& database, const StoredTable& stored, const sdk::TableTarget& target,
                         const model::Partition& partition) {
  if (target.write != model::WriteMode::ReplacePartition || replaces_by_time(target, partition)) return {};
  const auto table = sql_identifier(stored.name);
  if (stored.find(kLoadColumn) == nullptr) {
    if (!TRY(tells_of_rows(database, stored.name)) || !TRY(has_row(database, table))) return {};
    return sdk::unmarked_rows(target, partition, kLoadColumn,
                              fmt::format("ALTER TABLE {} ADD COLUMN {} TEXT", table, kLoadColumn));
  }
  const auto unknown = with_unknown_load(stored.name);
  if (!TRY(has_row(database, unknown))) return {};
  const auto condition = unknown.substr(table.size());
  return sdk::unmarked_rows(target, partition, kLoadColumn,
                            fmt::format("UPDATE {} SET {} = NULL{}", table, kLoadColumn, condition));
}

Result<void> mark_unknown_rows(Database& database, const StoredTable& stored, const TablePlan& plan) {
  if (!plan.marks_rows || stored.find(kLoadColumn) != nullptr) return {};
  if (!TRY(tells_of_rows(database, stored.name))) return {};
  return database.execute(fmt::format("UPDATE {} SET {} = {}", sql_identifier(stored.name), kLoadColumn,
                                      sql_literal(std::string(kUnknownLoad))));
}

}  // namespace weir::sqlite
