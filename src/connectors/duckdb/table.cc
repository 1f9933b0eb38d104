// SPDX-License-Identifier: Apache-2.0
#include "connectors/duckdb/table.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/text.h"
#include "connectors/duckdb/ledger.h"
#include "connectors/sdk/load_request.h"

namespace weir::duckdb {
namespace {

using model::Type;
using model::WriteMode;

struct StoredColumn {
  std::string name, type;
  bool nullable = true;
  bool has_default = false;
};

struct StoredTable {
  std::vector<StoredColumn> columns;
  std::vector<std::set<std::string>> unique;  ///< sets of columns, in lower case

  const StoredColumn* find(const std::string& name) const {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const StoredColumn& column) {
      return lower(column.name) == lower(name);
    });
    return found == columns.end() ? nullptr : &*found;
  }
};

// What a stored column may be, so that no value of ours can fail on its way in.
bool takes(const std::string& stored, Type type) {
  static constexpr std::array<std::string_view, 3> kIntegers = {"BIGINT", "HUGEINT", "DOUBLE"};
  static constexpr std::array<std::string_view, 2> kTimes = {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE"};
  static constexpr std::array<std::string_view, 2> kDates = {"DATE", "TIMESTAMP"};
  static constexpr std::array<std::string_view, 2> kJson = {"JSON", "VARCHAR"};
  const auto among = [&](std::span<const std::string_view> known) {
    return std::find(known.begin(), known.end(), stored) != known.end();
  };
  switch (type) {
    case Type::Integer:
      return among(kIntegers);
    case Type::Timestamp:
      return among(kTimes);
    case Type::Date:
      return among(kDates);
    case Type::Json:
      return among(kJson);
    default:
      return stored == engine::sql_type(type);
  }
}

std::string own_table(const std::string& table) {
  return fmt::format(
      "database_name = current_database() AND schema_name = current_schema() AND lower(table_name) = "
      "lower({})",
      sql_literal(table));
}

Result<void> read_columns(engine::Connection& connection, const std::string& table, StoredTable& stored) {
  // duckdb_columns() would go through the columns of all tables that there are.
  auto columns =
      TRY(connection.query(fmt::format("SELECT name, type, NOT \"notnull\", dflt_value IS NOT NULL FROM "
                                       "pragma_table_info({}) ORDER BY cid",
                                       sql_literal(sql_identifier(table)))));
  while (const auto batch = TRY(columns.next())) {
    for (std::size_t row = 0; row < batch->rows; ++row) {
      stored.columns.push_back(
          {std::string(batch->columns[0].text(row)), std::string(batch->columns[1].text(row)),
           batch->columns[2].at<std::uint8_t>(row) != 0, batch->columns[3].at<std::uint8_t>(row) != 0});
    }
  }
  return {};
}

Result<void> read_unique_keys(engine::Connection& connection, const std::string& table, StoredTable& stored) {
  // One row a column and constraint, in the constraint's order.
  auto keys =
      TRY(connection.query("SELECT constraint_index, unnest(constraint_column_names) FROM "
                           "duckdb_constraints() WHERE constraint_type IN "
                           "('PRIMARY KEY', 'UNIQUE') AND " +
                           own_table(table) + " ORDER BY constraint_index"));
  std::optional<std::int64_t> last;
  while (const auto batch = TRY(keys.next())) {
    for (std::size_t row = 0; row < batch->rows; ++row) {
      const auto index = batch->columns[0].at<std::int64_t>(row);
      if (last != index) stored.unique.emplace_back();
      last = index;
      stored.unique.back().insert(lower(batch->columns[1].text(row)));
    }
  }
  return {};
}

/// The table as it is stored; its unique keys only where the rows have a key.
Result<std::optional<StoredTable>> read_table(engine::Connection& connection,
                                              const sdk::TableTarget& target) {
  const auto& table = target.table;
  const auto views =
      TRY(connection.query_integer("SELECT count(*) FROM duckdb_views() WHERE " +
                                   fmt::format("lower(view_name) = lower({})", sql_literal(table))));
  if (views > 0) return fail(ErrorCode::DataMismatch, "{} is a view; name a table, or drop the view", table);
  const auto tables =
      TRY(connection.query_integer("SELECT count(*) FROM duckdb_tables() WHERE " + own_table(table)));
  if (tables == 0) return std::optional<StoredTable>();
  StoredTable stored;
  TRY(read_columns(connection, table, stored));
  if (!target.key.empty()) TRY(read_unique_keys(connection, table, stored));
  return std::optional(std::move(stored));
}

Result<void> check_names(const sdk::TableTarget& target) {
  std::set<std::string> names;
  for (const auto& column : target.schema.columns) {
    if (names.insert(lower(column.name)).second) continue;
    return fail(ErrorCode::InvalidConfig,
                "two columns of table {} are named {} to DuckDB; rename one of them", target.table,
                column.name);
  }
  return {};
}

Result<void> check_marks(engine::Connection& connection, const StoredTable& stored,
                         const sdk::TableTarget& target, const model::Partition& partition) {
  if (target.write != WriteMode::ReplacePartition || replaces_by_time(target, partition)) return {};
  if (stored.find(kLoadColumn) != nullptr || !TRY(tells_of_rows(connection, target.table))) return {};
  const auto rows = TRY(connection.query_integer(
      fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT 1)", sql_identifier(target.table))));
  if (rows == 0) return {};
  return sdk::unmarked_rows(
      target, partition, kLoadColumn,
      fmt::format("ALTER TABLE {} ADD COLUMN {} TEXT", sql_identifier(target.table), kLoadColumn));
}

void plan_new_table(const sdk::TableTarget& target, TablePlan& plan) {
  std::vector<std::string> parts;
  for (const auto& column : target.schema.columns) {
    plan.columns.push_back(column.name);
    plan.types.emplace_back(engine::sql_type(column.type));
    parts.push_back(fmt::format("{} {}", sql_identifier(column.name), plan.types.back()));
  }
  if (plan.marks_rows) parts.push_back(fmt::format("{} VARCHAR", kLoadColumn));
  if (!target.key.empty()) parts.push_back(fmt::format("PRIMARY KEY ({})", identifiers(target.key)));
  plan.changes.push_back(fmt::format("CREATE TABLE {} ({})", sql_identifier(target.table), join(parts)));
}

Result<void> plan_column(const StoredTable& stored, const sdk::TableTarget& target, std::size_t index,
                         TablePlan& plan) {
  const auto& column = target.schema.columns[index];
  const auto* known = stored.find(column.name);
  if (known == nullptr) {
    plan.columns.push_back(column.name);
    plan.types.emplace_back(engine::sql_type(column.type));
    plan.changes.push_back(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", sql_identifier(target.table),
                                       sql_identifier(column.name), plan.types.back()));
    return {};
  }
  if (!takes(known->type, column.type)) {
    return fail(ErrorCode::DataMismatch,
                "column {} of table {} is {} but the rows have {}; cast it, or load into another table",
                known->name, target.table, known->type, model::name(column.type));
  }
  plan.columns.push_back(known->name);
  plan.types.push_back(known->type);
  if (!known->nullable) plan.not_null.push_back(index);
  return {};
}

Result<void> plan_stored_table(const StoredTable& stored, const sdk::TableTarget& target, TablePlan& plan) {
  for (std::size_t i = 0; i < target.schema.size(); ++i) TRY(plan_column(stored, target, i, plan));
  for (const auto& column : stored.columns) {
    const bool ours = std::find(plan.columns.begin(), plan.columns.end(), column.name) != plan.columns.end();
    if (ours || column.nullable || column.has_default) continue;
    return fail(ErrorCode::DataMismatch, "column {} of table {} takes no NULL, but the rows do not have it",
                column.name, target.table);
  }
  const auto alter = "ALTER TABLE " + sql_identifier(target.table);
  if (plan.marks_rows && stored.find(kLoadColumn) == nullptr) {
    plan.changes.push_back(fmt::format("{} ADD COLUMN {} VARCHAR", alter, kLoadColumn));
  }
  std::set<std::string> key;
  for (const auto& name : target.key) key.insert(lower(name));
  const bool unique = std::find(stored.unique.begin(), stored.unique.end(), key) != stored.unique.end();
  if (!key.empty() && !unique)
    plan.changes.push_back(fmt::format("{} ADD PRIMARY KEY ({})", alter, identifiers(target.key)));
  return {};
}

}  // namespace

std::string identifiers(const std::vector<std::string>& names) {
  std::string sql;
  for (const auto& name : names) {
    if (!sql.empty()) sql += ", ";
    sql += sql_identifier(name);
  }
  return sql;
}

Result<TablePlan> plan_table(engine::Connection& connection, const sdk::TableTarget& target,
                             const model::Partition& partition) {
  TRY(check_names(target));
  TablePlan plan;
  plan.marks_rows = target.write == WriteMode::ReplacePartition && !replaces_by_time(target, partition);
  for (const auto& name : target.key) plan.key.push_back(*target.schema.find(name));
  plan.not_null = plan.key;
  const auto stored = TRY(read_table(connection, target));
  if (stored) {
    TRY(check_marks(connection, *stored, target, partition));
    plan.marks_rows |= stored->find(kLoadColumn) != nullptr;
    TRY(plan_stored_table(*stored, target, plan));
  } else {
    plan_new_table(target, plan);
  }
  return plan;
}

Result<void> remove_replaced(engine::Connection& connection, const sdk::TableTarget& target,
                             const sdk::LoadRequest& request) {
  const auto table = sql_identifier(target.table);
  if (target.write == WriteMode::Replace) return connection.execute("DELETE FROM " + table);
  if (target.write != WriteMode::ReplacePartition) return {};
  if (replaces_by_time(target, request.partition)) {
    const auto& window = *request.partition.window;
    return connection.execute(
        fmt::format("DELETE FROM {0} WHERE {1} >= make_timestamp({2}) AND {1} < make_timestamp({3})", table,
                    sql_identifier(target.partition_column), window.start.micros, window.end.micros));
  }
  return connection.execute(
      fmt::format("DELETE FROM {} WHERE {} IN (SELECT load_id FROM _weir_loads WHERE pipeline = {} AND "
                  "partition = {} AND "
                  "lower(table_name) = lower({}))",
                  table, kLoadColumn, sql_literal(request.pipeline), sql_literal(request.partition.key),
                  sql_literal(target.table)));
}

}  // namespace weir::duckdb
