// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/plan.h"

#include <algorithm>

#include "base/text.h"

namespace weir::redshift {
namespace {

using model::WriteMode;

Result<void> check_name(std::string_view name, std::string_view what) {
  if (name.size() <= kLongestName && name.find('\0') == std::string_view::npos) return {};
  return fail(ErrorCode::InvalidConfig, "the {} name {} has {} bytes, and Redshift takes names of up to {}",
              what, name, name.size(), kLongestName);
}

Result<void> check_names(const sdk::TableTarget& target) {
  TRY(check_name(target.table, "table"));
  const auto& columns = target.schema.columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    TRY(check_name(columns[i].name, "column"));
    for (std::size_t j = 0; j < i; ++j) {
      if (folded(columns[i].name) != folded(columns[j].name)) continue;
      return fail(ErrorCode::InvalidConfig,
                  "columns {} and {} of table {} are the same to Redshift; rename one of them",
                  columns[j].name, columns[i].name, target.table);
    }
  }
  return {};
}

/// What a column that the load makes can hold: its length is chosen when all rows are known.
StoredType type_to_come(model::Type type) {
  if (type == model::Type::Text || type == model::Type::Json) {
    return {Family::VarChar, kLongestVarChar, 0, "VARCHAR"};
  }
  return parse_type(folded(declared_type(type, 0)) == "timestamp" ? "timestamp without time zone"
                                                                  : folded(declared_type(type, 0)));
}

Result<Field> plan_field(const std::optional<StoredTable>& stored, const sdk::TableTarget& target,
                         const model::Column& column) {
  Field field;
  field.name = folded(column.name);
  field.type = column.type;
  field.is_key = target.write == WriteMode::Merge &&
                 std::find(target.key.begin(), target.key.end(), column.name) != target.key.end();
  const auto* known = stored ? stored->find(column.name) : nullptr;
  if (known == nullptr) {
    field.stored = type_to_come(column.type);
    return field;
  }
  if (!takes(known->type, column.type)) {
    return fail(ErrorCode::DataMismatch,
                "column {} of table {} is {} but the rows have {}; cast it, or load into another table",
                known->name, target.table, known->type.shown, model::name(column.type));
  }
  field.stored = known->type;
  field.not_null = known->not_null;
  return field;
}

/// Columns that must have a value and that our rows do not bring.
Result<void> check_missing(const StoredTable& stored, const TablePlan& plan) {
  for (const auto& column : stored.columns) {
    const bool is_ours = std::any_of(plan.fields.begin(), plan.fields.end(),
                                     [&](const Field& field) { return field.name == column.name; });
    if (is_ours || !column.not_null || column.has_default) continue;
    return fail(
        ErrorCode::DataMismatch,
        "column {} of table {} must not be NULL and has no default, but the rows do not have it; add it "
        "to the rows, or give it a default",
        column.name, plan.table);
  }
  return {};
}

Result<Mode> mode_of(const std::optional<StoredTable>& stored, const sdk::TableTarget& target,
                     const model::Partition& partition) {
  switch (target.write) {
    case WriteMode::Append:
      return Mode::Append;
    case WriteMode::Merge:
      return Mode::Merge;
    case WriteMode::Replace:
      return stored && stored->hangs_on.empty() ? Mode::Swap : Mode::Delete;
    case WriteMode::ReplacePartition:
      break;
  }
  if (!replaces_by_time(target, partition)) return Mode::ReplaceLoads;
  const auto* column = stored ? stored->find(target.partition_column) : nullptr;
  if (column != nullptr && column->type.family == Family::VarChar) {
    return fail(ErrorCode::DataMismatch,
                "table {} is partitioned by {}, which is {} there; it must be a date or a timestamp",
                target.table, column->name, column->type.shown);
  }
  return Mode::ReplaceWindow;
}

}  // namespace

std::vector<std::string> TablePlan::staged_columns() const {
  std::vector<std::string> names;
  for (const auto& field : fields) names.push_back(field.name);
  if (marks_rows) names.emplace_back(kLoadColumn);
  return names;
}

std::vector<std::string> TablePlan::other_columns() const {
  std::vector<std::string> others;
  if (!stored) return others;
  const auto staged = staged_columns();
  for (const auto& column : stored->columns) {
    if (std::find(staged.begin(), staged.end(), column.name) == staged.end()) others.push_back(column.name);
  }
  return others;
}

Result<TablePlan> plan_table(const std::string& schema, std::optional<StoredTable> stored,
                             const sdk::TableTarget& target, const model::Partition& partition) {
  TRY(check_names(target));
  if (stored && !stored->is_table) {
    return fail(ErrorCode::DataMismatch, "{} is a view; name a table, or drop the view", stored->name);
  }
  TablePlan plan;
  plan.schema = folded(schema);
  plan.table = folded(target.table);
  plan.mode = TRY(mode_of(stored, target, partition));
  for (const auto& column : target.schema.columns) {
    plan.fields.push_back(TRY(plan_field(stored, target, column)));
    if (stored && stored->find(column.name) == nullptr) plan.add.push_back(plan.fields.size() - 1);
  }
  for (const auto& column : target.key) plan.key.push_back(folded(column));
  plan.partition_column = folded(target.partition_column);
  const bool has_mark = stored && stored->find(kLoadColumn) != nullptr;
  plan.marks_rows = has_mark || plan.mode == Mode::Merge || plan.mode == Mode::ReplaceLoads;
  plan.adds_mark = stored && plan.marks_rows && !has_mark;
  if (stored) TRY(check_missing(*stored, plan));
  plan.stored = std::move(stored);
  return plan;
}

}  // namespace weir::redshift
