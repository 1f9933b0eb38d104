// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/plan.h"

#include <algorithm>

#include "base/text.h"
#include "connectors/bigquery/names.h"

namespace weir::bigquery {
namespace {

using google::BigQueryField;
using google::BigQueryTable;
using model::WriteMode;

const ColumnOptions* declared_column(const DestinationOptions& options, std::string_view name) {
  const auto found = std::find_if(options.schema.begin(), options.schema.end(),
                                  [&](const auto& column) { return lower(column.name) == lower(name); });
  return found == options.schema.end() ? nullptr : &*found;
}

/// A column that is not stored yet.
BigQueryField new_column(const std::string& name, model::Type type, const DestinationOptions& options) {
  const auto* given = declared_column(options, name);
  if (given == nullptr) return declared(name, type, options.json_columns);
  auto field = parse_declared(given->type).value_or(declared(name, type, options.json_columns));
  field.name = name;
  field.description = given->description;
  if (lower(given->mode) == "required") field.mode = BigQueryField::Mode::Required;
  return field;
}

class Planner {
 public:
  Planner(const sdk::TableTarget& target, const model::Partition& partition,
          const DestinationOptions& options)
      : target_(target), partition_(partition), options_(options) {}

  Result<TablePlan> plan(const google::BigQueryTableName& name, std::optional<BigQueryTable> stored) {
    if (stored && stored->kind != "TABLE") {
      return fail(ErrorCode::DataMismatch, "{} is a {}; name a table, or drop it", stored->name.shown(),
                  lower(stored->kind));
    }
    names_ = TRY(column_names(target_.schema, options_.names, target_.table));
    made_.state = stored ? TablePlan::State::Stored : TablePlan::State::New;
    made_.table = stored ? *std::move(stored) : BigQueryTable{.name = name, .fields = {}};
    for (std::size_t i = 0; i < names_.size(); ++i) TRY(add_field(i));
    TRY(add_keys());
    TRY(choose_mode());
    TRY(check_missing());
    add_mark();
    if (made_.state == TablePlan::State::New) TRY(shape_table());
    TRY(check_filter());
    return std::move(made_);
  }

 private:
  bool is_new() const { return made_.state == TablePlan::State::New; }

  Result<void> add_field(std::size_t index) {
    const auto& column = target_.schema.columns[index];
    const auto* known = made_.table.find(names_[index]);
    auto field = known != nullptr ? *known : new_column(names_[index], column.type, options_);
    if (!takes(field, column.type)) {
      return fail(ErrorCode::DataMismatch,
                  "column {} of table {} is {} but the rows have {}; cast it, or load into another table",
                  field.name, target_.table, shown_type(field), model::name(column.type));
    }
    if (field.name != column.name) {
      made_.notes.push_back(fmt::format("column {} of table {} is called {} in BigQuery", column.name,
                                        target_.table, field.name));
    }
    names_[index] = field.name;
    if (known == nullptr && !is_new()) {
      field.mode = BigQueryField::Mode::Nullable;  // older rows have nothing there
      made_.add.push_back(field);
    }
    const bool is_key = target_.write == WriteMode::Merge &&
                        std::find(target_.key.begin(), target_.key.end(), column.name) != target_.key.end();
    made_.fields.push_back({std::move(field), column.type, is_key});
    return {};
  }

  /// The name in BigQuery of a column of the rows; empty when the rows do not have it.
  std::string name_of(const std::string& column) const {
    const auto index = target_.schema.find(column);
    return index ? names_[*index] : std::string();
  }

  Result<void> add_keys() {
    for (const auto& column : target_.key) made_.key.push_back(name_of(column));
    for (const auto& field : made_.fields) {
      const auto family = family_of(field.column);
      const bool comparable = family != Family::Float && family != Family::Json && family != Family::Nested;
      if (!field.is_key || comparable) continue;
      return fail(ErrorCode::InvalidConfig,
                  "the key of table {} has column {}, which is {}, and BigQuery cannot group by that",
                  target_.table, field.column.name, shown_type(field.column));
    }
    return {};
  }

  Result<void> choose_mode() {
    switch (target_.write) {
      case WriteMode::Append:
        made_.mode = Mode::Append;
        return {};
      case WriteMode::Merge:
        made_.mode = Mode::Merge;
        return {};
      case WriteMode::Replace:
        made_.mode = Mode::Replace;
        return {};
      case WriteMode::ReplacePartition:
        break;
    }
    const bool by_time = partition_.window.has_value() && !target_.partition_column.empty();
    made_.mode = by_time ? Mode::ReplaceWindow : Mode::ReplaceLoads;
    if (!by_time) return {};
    made_.partition_column = name_of(target_.partition_column);
    for (const auto& field : made_.fields) {
      const auto family = family_of(field.column);
      const bool is_time =
          family == Family::Date || family == Family::DateTime || family == Family::Timestamp;
      if (field.column.name != made_.partition_column || is_time) continue;
      return fail(ErrorCode::DataMismatch,
                  "table {} is partitioned by {}, which is {} there; it must be DATE, DATETIME or TIMESTAMP",
                  target_.table, field.column.name, shown_type(field.column));
    }
    return {};
  }

  /// Columns that must have a value and that our rows do not bring.
  Result<void> check_missing() const {
    for (const auto& column : made_.table.fields) {
      const bool is_ours = std::any_of(made_.fields.begin(), made_.fields.end(),
                                       [&](const auto& field) { return field.column.name == column.name; });
      if (is_ours || column.mode != BigQueryField::Mode::Required) continue;
      return fail(ErrorCode::DataMismatch,
                  "column {} of table {} is REQUIRED, but the rows do not have it; add it to the rows, or "
                  "make the column NULLABLE",
                  column.name, target_.table);
    }
    return {};
  }

  void add_mark() {
    const bool has_mark = made_.table.find(kLoadColumn) != nullptr;
    made_.marks_rows = has_mark || made_.mode == Mode::ReplaceLoads;
    made_.adds_mark = made_.marks_rows && !has_mark;
    if (!made_.adds_mark || is_new()) return;
    made_.add.push_back({std::string(kLoadColumn), "STRING"});
  }

  Result<void> shape_table() {
    for (const auto& field : made_.fields) made_.table.fields.push_back(field.column);
    if (made_.marks_rows) made_.table.fields.push_back({std::string(kLoadColumn), "STRING"});
    if (options_.partitioning) {
      const auto* column = made_.table.find(options_.partitioning->column);
      if (column != nullptr) TRY(partition_by(*column));
    }
    for (const auto& wanted : options_.clustering) {
      if (const auto* column = made_.table.find(wanted)) made_.table.clustering.push_back(column->name);
    }
    return {};
  }

  /// A table may want every statement to say which partitions it means.
  Result<void> check_filter() const {
    const auto& table = made_.table;
    if (!table.requires_partition_filter || made_.mode == Mode::Append) return {};
    const auto column = table.partitioning ? table.partitioning->column : std::string();
    if (made_.mode == Mode::ReplaceWindow && made_.partition_column == column) return {};
    return fail(
        ErrorCode::InvalidConfig,
        "table {} wants a filter on its partitions with every statement, and write: {} can give none; "
        "append, or replace partitions by {}, or take the table's requirePartitionFilter away",
        target_.table, model::name(target_.write), column.empty() ? "its partition column" : column);
  }

  Result<void> partition_by(const BigQueryField& column) {
    const auto& wanted = *options_.partitioning;
    const auto family = family_of(column);
    const bool is_day = family == Family::Date;
    if (!is_day && family != Family::DateTime && family != Family::Timestamp) {
      return fail(ErrorCode::InvalidConfig,
                  "table {} cannot be partitioned by {}, which is {}; it must be DATE, DATETIME or TIMESTAMP",
                  target_.table, column.name, shown_type(column));
    }
    if (is_day && wanted.by == PartitionUnit::Hour) {
      return fail(ErrorCode::InvalidConfig, "table {} cannot be partitioned by hours of {}, which is a DATE",
                  target_.table, column.name);
    }
    google::BigQueryPartitioning made;
    made.column = column.name;
    switch (wanted.by) {
      case PartitionUnit::Hour:
        made.unit = "HOUR";
        break;
      case PartitionUnit::Day:
        made.unit = "DAY";
        break;
      case PartitionUnit::Month:
        made.unit = "MONTH";
        break;
      case PartitionUnit::Year:
        made.unit = "YEAR";
        break;
    }
    if (wanted.expiration) made.expiration_ms = wanted.expiration->value.count();
    made_.table.partitioning = std::move(made);
    made_.table.requires_partition_filter = wanted.require_filter;
    return {};
  }

  const sdk::TableTarget& target_;
  const model::Partition& partition_;
  const DestinationOptions& options_;
  std::vector<std::string> names_;  // of the columns in BigQuery
  TablePlan made_;
};

}  // namespace

std::vector<BigQueryField> TablePlan::staged_fields() const {
  std::vector<BigQueryField> staged;
  for (const auto& field : fields) {
    auto& column = staged.emplace_back(field.column);
    column.description.clear();
    if (column.mode == BigQueryField::Mode::Required) column.mode = BigQueryField::Mode::Nullable;
  }
  if (mode == Mode::Merge) staged.push_back({std::string(kRowColumn), "INT64"});
  return staged;
}

Result<TablePlan> plan_table(const google::BigQueryTableName& name, std::optional<BigQueryTable> stored,
                             const sdk::LoadRequest& request, std::size_t table,
                             const DestinationOptions& options) {
  return Planner(request.tables[table], request.partition, options).plan(name, std::move(stored));
}

}  // namespace weir::bigquery
