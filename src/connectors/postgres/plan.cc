// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/plan.h"

#include <fmt/format.h>

#include "base/text.h"
#include "protocols/postgres/options.h"

namespace weir::postgres {
namespace {

using model::WriteMode;

std::vector<std::string> quoted(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const auto& name : names) all.push_back(sql_identifier(name));
  return all;
}

bool needs_marks(const sdk::TableTarget& target, const model::Partition& partition) {
  if (target.write == WriteMode::Merge) return true;
  return target.write == WriteMode::ReplacePartition && !replaces_by_time(target, partition);
}

Result<void> check_names(const TableName& name, const sdk::TableTarget& target) {
  TRY(identifier(name.schema));
  TRY(identifier(name.table));
  for (const auto& column : target.schema.columns) TRY(identifier(column.name));
  constexpr std::size_t kMostColumns = 1599;  // 1600 with the mark of the load
  if (target.schema.size() <= kMostColumns) return {};
  return fail(ErrorCode::InvalidConfig, "table {} would have {} columns; PostgreSQL takes up to {}",
              target.table, target.schema.size(), kMostColumns);
}

std::string index_sql(const TablePlan& plan, std::string_view column) {
  return fmt::format("CREATE INDEX ON {} ({})", plan.name.sql(), sql_identifier(column));
}

void plan_new_table(const sdk::TableTarget& target, const model::Partition& partition, TablePlan& plan) {
  std::vector<std::string> lines;
  for (const auto& column : target.schema.columns) {
    auto type = new_type(column.type);
    lines.push_back(fmt::format("  {} {}", sql_identifier(column.name), type.declared));
    auto binding = *binding_into(type, column.type);
    plan.columns.push_back({column.name, std::move(type), binding});
  }
  if (plan.marks_rows) lines.push_back(fmt::format("  {} text", kLoadColumn));
  if (!target.key.empty()) lines.push_back(fmt::format("  PRIMARY KEY ({})", join(quoted(target.key))));
  plan.unique_key = plan.may_refuse = !target.key.empty();
  plan.schema_changes.push_back(fmt::format("CREATE TABLE {} (\n{}\n)", plan.name.sql(), join(lines, ",\n")));
  // Finding one partition of a thousand must not read the whole table.
  if (target.write != WriteMode::ReplacePartition) return;
  const bool by_time = replaces_by_time(target, partition);
  plan.schema_changes.push_back(
      index_sql(plan, by_time ? std::string_view(target.partition_column) : kLoadColumn));
}

Result<void> plan_column(const StoredTable& stored, const model::Column& column, TablePlan& plan) {
  const auto* known = stored.find(column.name);
  if (known == nullptr) {
    auto type = new_type(column.type);
    plan.schema_changes.push_back(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", plan.name.sql(),
                                              sql_identifier(column.name), type.declared));
    auto binding = *binding_into(type, column.type);
    plan.columns.push_back({column.name, std::move(type), binding});
    return {};
  }
  if (known->computed) {
    return fail(ErrorCode::DataMismatch,
                "column {} of table {} is computed by the table itself; drop it from the rows", known->name,
                stored.name.table);
  }
  const auto binding = binding_into(known->type, column.type);
  if (!binding) {
    return fail(ErrorCode::DataMismatch,
                "column {} of table {} is {} but the rows have {}; cast it, or load into another table",
                known->name, stored.name.table, known->type.declared, model::name(column.type));
  }
  plan.columns.push_back({known->name, known->type, *binding});
  return {};
}

/// Rows may only be deleted when nothing else goes with them.
Result<void> check_cascade(const StoredTable& stored, const sdk::TableTarget& target) {
  const bool deletes = target.write == WriteMode::Replace || target.write == WriteMode::ReplacePartition;
  if (!deletes || stored.cascades_to.empty()) return {};
  return fail(
      ErrorCode::DataMismatch,
      "rows of table {} cannot be replaced: table {} refers to them and would lose rows or values with "
      "them (ON DELETE CASCADE or SET); use write: merge, or drop the foreign key",
      stored.name.table, stored.cascades_to);
}

Result<void> plan_key(const StoredTable& stored, const sdk::TableTarget& target, TablePlan& plan) {
  std::vector<std::string> key;
  for (const auto column : plan.key) key.push_back(plan.columns[column].name);
  plan.unique_key = !key.empty() && stored.has_unique_key(key);
  if (key.empty() || plan.unique_key) return {};
  if (target.write == WriteMode::Merge) {
    if (!stored.has_index_on(key.front())) plan.schema_changes.push_back(index_sql(plan, key.front()));
    return {};
  }
  plan.key_change = fmt::format("CREATE UNIQUE INDEX ON {} ({})", plan.name.sql(), join(quoted(key)));
  plan.unique_key = plan.may_refuse = true;
  return {};
}

Result<void> plan_stored_table(const StoredTable& stored, const sdk::TableTarget& target, TablePlan& plan) {
  if (!stored.is_table()) {
    return fail(ErrorCode::DataMismatch, "{} is a view or a foreign table; name a table, or drop it",
                stored.name.table);
  }
  TRY(check_cascade(stored, target));
  plan.may_refuse = stored.may_refuse;
  for (const auto& column : target.schema.columns) TRY(plan_column(stored, column, plan));
  if (plan.marks_rows && stored.find(kLoadColumn) == nullptr) {
    plan.schema_changes.push_back(
        fmt::format("ALTER TABLE {} ADD COLUMN {} text", plan.name.sql(), kLoadColumn));
    if (target.write == WriteMode::ReplacePartition) {
      plan.schema_changes.push_back(index_sql(plan, kLoadColumn));
    }
  }
  return plan_key(stored, target, plan);
}

}  // namespace

Result<TablePlan> plan_table(const std::optional<StoredTable>& stored, const TableName& name,
                             const sdk::TableTarget& target, const model::Partition& partition) {
  TRY(check_names(name, target));
  TablePlan plan;
  plan.name = stored ? stored->name : name;
  plan.marks_rows = needs_marks(target, partition) || (stored && stored->find(kLoadColumn) != nullptr);
  for (const auto& column : target.key) plan.key.push_back(*target.schema.find(column));
  if (stored) {
    TRY(plan_stored_table(*stored, target, plan));
  } else {
    plan_new_table(target, partition, plan);
  }
  const bool meets_keys = target.skip_known_keys || target.write == WriteMode::Merge;
  if (meets_keys) plan.route = Route::Insert;
  for (const auto& column : plan.columns) {
    if (column.binding.cast) plan.route = Route::Insert;
    if (column.binding.may_refuse) plan.may_refuse = true;
  }
  return plan;
}

}  // namespace weir::postgres
