// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace weir::mysql {
namespace {

using model::WriteMode;

constexpr std::size_t kNameCharacters = 64;
constexpr const char* kLoadColumnType = "VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

std::vector<std::string> quoted(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const auto& name : names) all.push_back(identifier(name));
  return all;
}

std::vector<std::string> column_names(const TablePlan& plan) {
  std::vector<std::string> names;
  for (const auto& column : plan.columns) names.push_back(identifier(column.name));
  if (plan.marks_rows) names.push_back(identifier(kLoadColumn));
  return names;
}

bool needs_marks(const sdk::TableTarget& target, const model::Partition& partition) {
  if (target.write == WriteMode::Merge) return true;
  return target.write == WriteMode::ReplacePartition && !replaces_by_time(target, partition);
}

Result<void> check_names(const sdk::TableTarget& target) {
  std::vector<std::string> seen;
  for (const auto& column : target.schema.columns) {
    if (column.name.size() > kNameCharacters || column.name.ends_with(' ')) {
      return fail(ErrorCode::InvalidConfig,
                  "column '{}' of table {}: names have up to 64 characters and no blank at their end; rename "
                  "it",
                  column.name, target.table);
    }
    if (std::find(seen.begin(), seen.end(), lower(column.name)) != seen.end()) {
      return fail(ErrorCode::InvalidConfig,
                  "two columns of table {} are named {}, apart from case, which MySQL does not tell apart; "
                  "rename one of them",
                  target.table, column.name);
    }
    seen.push_back(lower(column.name));
  }
  return {};
}

/// How many columns share the key's index; 0 for a column that is in none.
std::size_t key_size(const sdk::TableTarget& target, const std::string& column) {
  const bool is_key = std::find(target.key.begin(), target.key.end(), column) != target.key.end();
  return is_key ? target.key.size() : 0;
}

StoredType type_of_new(const std::string& declared) {
  const auto name = lower(declared.substr(0, std::min(declared.find('('), declared.find(' '))));
  return {name, declared, name == "datetime" ? 6 : 0};
}

/// The column by which a partition's rows are found; empty when they need not be.
std::string searched_column(const sdk::TableTarget& target, const model::Partition& partition) {
  if (target.write != WriteMode::ReplacePartition) return "";
  return replaces_by_time(target, partition) ? target.partition_column : std::string(kLoadColumn);
}

void plan_new_table(const sdk::TableTarget& target, const std::string& searched, Flavour flavour,
                    TablePlan& plan) {
  plan.is_new = true;
  std::vector<std::string> lines;
  for (const auto& column : target.schema.columns) {
    const auto declared = new_type(column.type, flavour, key_size(target, column.name));
    lines.push_back(fmt::format("  {} {}", identifier(column.name), declared));
    plan.columns.push_back({column.name, type_of_new(declared)});
  }
  if (plan.marks_rows) lines.push_back(fmt::format("  {} {}", identifier(kLoadColumn), kLoadColumnType));
  if (!target.key.empty()) lines.push_back(fmt::format("  PRIMARY KEY ({})", join(quoted(target.key))));
  if (!searched.empty()) lines.push_back(fmt::format("  KEY ({})", identifier(searched)));
  plan.schema_changes.push_back(fmt::format("CREATE TABLE {} (\n{}\n) ENGINE = InnoDB CHARACTER SET utf8mb4",
                                            plan.name.sql(), join(lines, ",\n")));
}

void add_change(TablePlan& plan, const std::string& change) {
  plan.schema_changes.push_back(fmt::format("ALTER TABLE {} ADD {}", plan.name.sql(), change));
}

Result<void> plan_column(const StoredTable& stored, const model::Column& column, std::size_t key_columns,
                         Flavour flavour, TablePlan& plan) {
  const auto* known = stored.find(column.name);
  if (known == nullptr) {
    const auto declared = new_type(column.type, flavour, key_columns);
    add_change(plan, fmt::format("COLUMN {} {}", identifier(column.name), declared));
    plan.columns.push_back({column.name, type_of_new(declared)});
    return {};
  }
  if (known->computed) {
    return fail(ErrorCode::DataMismatch,
                "column {} of table {} is computed by the table itself; drop it from the rows", known->name,
                stored.name.table);
  }
  if (!can_take(known->type, column.type)) {
    return fail(ErrorCode::DataMismatch,
                "column {} of table {} is {} but the rows have {}; cast it, or load into another table",
                known->name, stored.name.table, known->type.declared, model::name(column.type));
  }
  plan.columns.push_back({known->name, known->type});
  return {};
}

Result<void> plan_key(const StoredTable& stored, const sdk::TableTarget& target, TablePlan& plan) {
  if (target.key.empty()) return {};
  const bool has_key = stored.has_unique_key(target.key);
  if (!has_key) add_change(plan, fmt::format("UNIQUE KEY ({})", join(quoted(target.key))));
  // The server does not say which of several keys a row met.
  const bool by_key = target.write == WriteMode::Merge || target.skip_known_keys;
  if (!by_key || stored.unique_keys.size() == (has_key ? 1U : 0U)) return {};
  return fail(ErrorCode::DataMismatch,
              "table {} has another unique key than {}, and MySQL would take a row that meets it for one of "
              "a known key; remove it, or write into a table without",
              stored.name.table, join(target.key));
}

Result<void> plan_stored_table(const StoredTable& stored, const sdk::TableTarget& target,
                               const std::string& searched, Flavour flavour, TablePlan& plan) {
  const auto& table = stored.name.table;
  if (stored.kind != "BASE TABLE") {
    return fail(ErrorCode::DataMismatch, "{} is a view; name a table, or drop the view", table);
  }
  if (stored.engine != "InnoDB") {
    return fail(ErrorCode::DataMismatch,
                "table {} is of engine {}, which cannot take a load back; ALTER TABLE {} ENGINE = InnoDB",
                table, stored.engine, stored.name.sql());
  }
  for (const auto& column : target.schema.columns) {
    TRY(plan_column(stored, column, key_size(target, column.name), flavour, plan));
  }
  if (plan.marks_rows && stored.find(kLoadColumn) == nullptr) {
    add_change(plan, fmt::format("COLUMN {} {}", identifier(kLoadColumn), kLoadColumnType));
  }
  if (!searched.empty() && !stored.has_index_on(searched)) {
    add_change(plan, fmt::format("KEY ({})", identifier(searched)));
  }
  return plan_key(stored, target, plan);
}

}  // namespace

Result<TablePlan> plan_table(const std::optional<StoredTable>& stored, const TableName& name,
                             const sdk::TableTarget& target, const model::Partition& partition,
                             Flavour flavour) {
  TRY(check_names(target));
  TablePlan plan;
  plan.name = name;
  plan.marks_rows = needs_marks(target, partition) || (stored && stored->find(kLoadColumn) != nullptr);
  for (const auto& column : target.key) plan.key.push_back(*target.schema.find(column));
  const auto searched = searched_column(target, partition);
  if (stored) {
    TRY(plan_stored_table(*stored, target, searched, flavour, plan));
  } else {
    plan_new_table(target, searched, flavour, plan);
  }
  return plan;
}

std::string insert_begin(const TablePlan& plan) {
  return fmt::format("INSERT INTO {} ({}) VALUES ", plan.name.sql(), join(column_names(plan)));
}

std::string insert_end(const TablePlan& plan, const sdk::TableTarget& target, Flavour flavour) {
  const auto names = column_names(plan);
  if (target.skip_known_keys) {
    return fmt::format(" ON DUPLICATE KEY UPDATE {0} = {1}.{0}", names[plan.key.front()], plan.name.sql());
  }
  if (target.write != WriteMode::Merge) return "";
  std::vector<std::string> assignments;
  const bool is_mariadb = flavour == Flavour::Mariadb;
  for (const auto& name : names) {
    assignments.push_back(is_mariadb ? fmt::format("{0} = VALUES({0})", name)
                                     : fmt::format("{0} = weir_came.{0}", name));
  }
  return fmt::format("{} ON DUPLICATE KEY UPDATE {}", is_mariadb ? "" : " AS weir_came", join(assignments));
}

}  // namespace weir::mysql
