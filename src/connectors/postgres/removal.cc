// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/removal.h"

#include <fmt/format.h>

#include "base/text.h"

namespace weir::postgres {
namespace {

using model::WriteMode;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

std::string sql_time(Timestamp time) {
  char text[26];
  write_sql_timestamp(time, text);
  return {text, sizeof text};
}

/// A bound of a window in the form in which the column compares.
std::string bound(const PlannedColumn& column, Timestamp time) {
  switch (column.type.id) {
    case type_id::kTimestamptz:
      return sql_time(time) + "+00";
    case type_id::kDate: {
      // A day belongs to the window that holds its midnight.
      const bool is_midnight = time.micros % kMicrosPerDay == 0;
      const auto day = day_of(time);
      return to_string(is_midnight ? day : Date{day.days + 1});
    }
    case type_id::kTimestamp:
      return sql_time(time);
    default: {
      // Text. A bound without the zeros at its end is smaller than every way to write the instant.
      const auto text = sql_time(time);
      if (time.micros % kMicrosPerDay == 0) return text.substr(0, 10);
      return time.micros % kMicrosPerSecond == 0 ? text.substr(0, 19) : text;
    }
  }
}

const PlannedColumn& column_of(const TablePlan& plan, const sdk::TableTarget& target) {
  return plan.columns[*target.schema.find(target.partition_column)];
}

Result<void> remove_window(Connection& connection, const TablePlan& plan, const sdk::TableTarget& target,
                           const model::Window& window) {
  const auto& column = column_of(plan, target);
  const auto name = sql_identifier(column.name);
  const auto* order = column.binding.form == Form::Text ? R"( COLLATE "C")" : "";
  TRY(connection.query(
      fmt::format("DELETE FROM {0} WHERE {1}{2} >= $1 AND {1}{2} < $2", plan.name.sql(), name, order),
      Parameters().text(bound(column, window.start)).text(bound(column, window.end))));
  return {};
}

Result<void> remove_earlier_loads(Connection& connection, const Ledger& ledger, const TablePlan& plan,
                                  const sdk::TableTarget& target, const sdk::LoadRequest& request) {
  TRY(connection.query(
      fmt::format("DELETE FROM {} WHERE {} IN (SELECT load_id FROM {} WHERE pipeline = $1 AND partition = $2 "
                  "AND lower(table_name) = lower($3))",
                  plan.name.sql(), kLoadColumn, ledger.sql()),
      Parameters().text(request.pipeline).text(request.partition.key).text(target.table)));
  return {};
}

}  // namespace

Result<void> remove_replaced(Connection& connection, const Ledger& ledger, const TablePlan& plan,
                             const sdk::TableTarget& target, const sdk::LoadRequest& request) {
  if (target.write == WriteMode::Replace) {
    TRY(connection.execute("DELETE FROM " + plan.name.sql()));
    return {};
  }
  if (target.write != WriteMode::ReplacePartition) return {};
  if (replaces_by_time(target, request.partition)) {
    return remove_window(connection, plan, target, *request.partition.window);
  }
  return remove_earlier_loads(connection, ledger, plan, target, request);
}

}  // namespace weir::postgres
