// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/plan.h"

#include <fmt/format.h>

#include "base/text.h"

namespace weir::sqlite {
namespace {

using model::WriteMode;

std::vector<std::string> quoted(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const auto& name : names) all.push_back(sql_identifier(name));
  return all;
}

std::vector<std::string> key_names(const TablePlan& plan) {
  std::vector<std::string> names;
  for (const auto column : plan.key) names.push_back(plan.columns[column]);
  return names;
}

bool needs_marks(const sdk::TableTarget& target, const model::Partition& partition) {
  if (target.write == WriteMode::Merge) return true;
  return target.write == WriteMode::ReplacePartition && !replaces_by_time(target, partition);
}

Result<void> check_names(const sdk::TableTarget& target) {
  if (same_name(std::string_view(target.table).substr(0, 7), "sqlite_")) {
    return fail(ErrorCode::InvalidConfig, "table {} begins with sqlite_, which SQLite keeps for itself",
                target.table);
  }
  const auto& columns = target.schema.columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!same_name(columns[i].name, columns[j].name)) continue;
      return fail(ErrorCode::InvalidConfig,
                  "columns {} and {} of table {} are the same to SQLite; rename one of them", columns[j].name,
                  columns[i].name, target.table);
    }
  }
  return {};
}

void add_index(TablePlan& plan, std::string_view column) {
  plan.schema_changes.push_back(fmt::format("CREATE INDEX {} ON {} ({})",
                                            sql_identifier(fmt::format("{} by {}", plan.table, column)),
                                            sql_identifier(plan.table), sql_identifier(column)));
}

void plan_new_table(const sdk::TableTarget& target, TablePlan& plan) {
  std::vector<std::string> lines;
  for (const auto& column : target.schema.columns) {
    lines.push_back(
        fmt::format("  {} {}", sql_identifier(column.name), declared_type(column.type, /*strict=*/false)));
    plan.columns.push_back(column.name);
    plan.bindings.push_back(*binding_into(declared_type(column.type, /*strict=*/false), column.type));
  }
  if (plan.marks_rows) lines.push_back(fmt::format("  {} TEXT", kLoadColumn));
  if (!target.key.empty()) lines.push_back(fmt::format("  PRIMARY KEY ({})", join(quoted(target.key))));
  plan.schema_changes.push_back(
      fmt::format("CREATE TABLE {} (\n{}\n)", sql_identifier(plan.table), join(lines, ",\n")));
}

void add_column(TablePlan& plan, std::string_view name, std::string_view declared) {
  plan.schema_changes.push_back(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", sql_identifier(plan.table),
                                            sql_identifier(name), declared));
}

Result<void> plan_column(const StoredTable& stored, const model::Column& column, TablePlan& plan) {
  const auto* known = stored.find(column.name);
  const std::string declared(known != nullptr ? std::string_view(known->declared)
                                              : declared_type(column.type, stored.strict));
  if (known != nullptr && known->generated) {
    return fail(ErrorCode::DataMismatch,
                "column {} of table {} is computed by the table itself; drop it from the rows", known->name,
                stored.name);
  }
  const auto binding = binding_into(declared, column.type);
  if (!binding) {
    return fail(ErrorCode::DataMismatch,
                "column {} of table {} is {} but the rows have {}; cast it, or load into another table",
                known->name, stored.name, declared, model::name(column.type));
  }
  if (known == nullptr) add_column(plan, column.name, declared);
  plan.columns.push_back(known != nullptr ? known->name : column.name);
  plan.bindings.push_back(*binding);
  return {};
}

Result<void> plan_stored_table(const StoredTable& stored, const sdk::TableTarget& target, TablePlan& plan) {
  if (!stored.is_table) {
    return fail(ErrorCode::DataMismatch, "{} is a view; name a table, or drop the view", stored.name);
  }
  for (const auto& column : target.schema.columns) TRY(plan_column(stored, column, plan));
  if (plan.marks_rows && stored.find(kLoadColumn) == nullptr) add_column(plan, kLoadColumn, "TEXT");
  if (!target.key.empty() && !stored.has_unique_key(target.key)) {
    plan.key_change = fmt::format("CREATE UNIQUE INDEX {} ON {} ({})",
                                  sql_identifier(fmt::format("{} by key {}", plan.table, join(target.key))),
                                  sql_identifier(plan.table), join(quoted(target.key)));
  }
  return {};
}

}  // namespace

Result<TablePlan> plan_table(const std::optional<StoredTable>& stored, const sdk::TableTarget& target,
                             const model::Partition& partition) {
  TRY(check_names(target));
  TablePlan plan;
  plan.table = stored ? stored->name : target.table;
  plan.marks_rows = needs_marks(target, partition) || (stored && stored->find(kLoadColumn) != nullptr);
  for (const auto& column : target.key) plan.key.push_back(*target.schema.find(column));
  if (stored) {
    TRY(plan_stored_table(*stored, target, plan));
  } else {
    plan_new_table(target, plan);
  }
  // Finding one partition of a thousand must not read the whole table.
  if (target.write == WriteMode::ReplacePartition) {
    const auto column =
        replaces_by_time(target, partition) ? std::string_view(target.partition_column) : kLoadColumn;
    if (!stored || !stored->has_index_on(column)) add_index(plan, column);
  }
  return plan;
}

std::string insert_sql(const TablePlan& plan, const sdk::TableTarget& target) {
  auto names = quoted(plan.columns);
  if (plan.marks_rows) names.push_back(sql_identifier(kLoadColumn));
  const std::vector<std::string> parameters(names.size(), "?");
  // OR ABORT undoes the one row that fails, even where the table's author asked for ROLLBACK.
  auto sql = fmt::format("INSERT OR ABORT INTO {} ({}) VALUES ({})", sql_identifier(plan.table), join(names),
                         join(parameters));
  if (target.skip_known_keys) {
    sql += fmt::format(" ON CONFLICT ({}) DO NOTHING", join(quoted(key_names(plan))));
  } else if (target.write == WriteMode::Merge) {
    std::vector<std::string> assignments;
    for (const auto& name : names) assignments.push_back(fmt::format("{0} = excluded.{0}", name));
    sql += fmt::format(" ON CONFLICT ({}) DO UPDATE SET {} WHERE {}.{} IS NOT excluded.{}",
                       join(quoted(key_names(plan))), join(assignments), sql_identifier(plan.table),
                       kLoadColumn, kLoadColumn);
  }
  return sql;
}

std::string overtake_sql(const TablePlan& plan) {
  auto names = quoted(plan.columns);
  names.push_back(sql_identifier(kLoadColumn));
  std::vector<std::string> assignments;
  for (std::size_t i = 0; i < names.size(); ++i) {
    assignments.push_back(fmt::format("{} = ?{}", names[i], i + 1));
  }
  std::vector<std::string> conditions;
  for (const auto column : plan.key) conditions.push_back(fmt::format("{} = ?{}", names[column], column + 1));
  return fmt::format("UPDATE OR ABORT {} SET {} WHERE {}", sql_identifier(plan.table), join(assignments),
                     join(conditions, " AND "));
}

}  // namespace weir::sqlite
