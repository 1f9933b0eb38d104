// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/removal.h"

#include <fmt/format.h>

#include "base/text.h"
#include "connectors/sdk/load_request.h"

namespace weir::mysql {
namespace {

using model::WriteMode;

constexpr std::int64_t kMicrosADay = 86'400'000'000;

Result<bool> has_row(Connection& connection, const std::string& from) {
  return TRY(connection.execute(fmt::format("SELECT EXISTS (SELECT 1 FROM {})", from))).integer(0, 0) == 1;
}

/// A bound of a window in the form in which the column compares.
std::string bound_of(const PlannedColumn& column, Timestamp time) {
  if (column.type.name == "date") {
    // A day belongs to the window that holds its midnight.
    const auto day = day_of(time);
    return literal(to_string(time.micros % kMicrosADay == 0 ? day : Date{day.days + 1}));
  }
  char text[26];
  write_sql_timestamp(time, text);
  return literal(std::string_view(text, sizeof text));
}

}  // namespace

Result<void> check_marks(Connection& connection, const Ledger& ledger, const StoredTable& stored,
                         const sdk::TableTarget& target, const model::Partition& partition) {
  if (target.write != WriteMode::ReplacePartition || replaces_by_time(target, partition)) return {};
  const auto table = stored.name.sql();
  if (stored.find(kLoadColumn) == nullptr) {
    if (!TRY(ledger.tells_of_rows(connection, target.table)) || !TRY(has_row(connection, table))) return {};
    return sdk::unmarked_rows(target, partition, kLoadColumn,
                              fmt::format("ALTER TABLE {} ADD COLUMN {} VARCHAR(255)", table, kLoadColumn));
  }
  const auto unknown = fmt::format("WHERE {} = {}", kLoadColumn, literal(kUnknownLoad));
  if (!TRY(has_row(connection, table + " " + unknown))) return {};
  return sdk::unmarked_rows(target, partition, kLoadColumn,
                            fmt::format("UPDATE {} SET {} = NULL {}", table, kLoadColumn, unknown));
}

Result<void> mark_unknown_rows(Connection& connection, const Ledger& ledger, const StoredTable& stored,
                               const sdk::TableTarget& target, const TablePlan& plan) {
  if (!plan.marks_rows || stored.find(kLoadColumn) != nullptr) return {};
  if (!TRY(ledger.tells_of_rows(connection, target.table))) return {};
  TRY(connection.execute(
      fmt::format("UPDATE {} SET {} = {}", stored.name.sql(), kLoadColumn, literal(kUnknownLoad))));
  return {};
}

Result<void> remove_replaced(Connection& connection, const Ledger& ledger, const TablePlan& plan,
                             const sdk::TableTarget& target, const sdk::LoadRequest& request) {
  const auto table = plan.name.sql();
  if (target.write == WriteMode::Replace) {
    TRY(connection.execute("DELETE FROM " + table));
    return {};
  }
  if (target.write != WriteMode::ReplacePartition) return {};
  if (replaces_by_time(target, request.partition)) {
    const auto& column = plan.columns[*target.schema.find(target.partition_column)];
    const auto& window = *request.partition.window;
    TRY(connection.execute(fmt::format("DELETE FROM {0} WHERE {1} >= {2} AND {1} < {3}", table,
                                       identifier(column.name), bound_of(column, window.start),
                                       bound_of(column, window.end))));
    return {};
  }
  TRY(connection.execute(
      fmt::format("DELETE FROM {} WHERE {} IN (SELECT load_id FROM {} WHERE pipeline = {} AND "
                  "`partition` = {} AND table_name = {})",
                  table, kLoadColumn, ledger.sql(), literal(request.pipeline), literal(request.partition.key),
                  literal(target.table))));
  return {};
}

}  // namespace weir::mysql
