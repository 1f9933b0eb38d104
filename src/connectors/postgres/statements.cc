// SPDX-License-Identifier: Apache-2.0
// The statements that put rows into a planned table.
#include <fmt/format.h>

#include "base/text.h"
#include "connectors/postgres/plan.h"

namespace weir::postgres {
namespace {

// The names of the columns inside the statements; the table's own could be anything.
std::string inner(std::size_t column) { return fmt::format("c{}", column); }

std::vector<std::string> outer_names(const TablePlan& plan) {
  std::vector<std::string> names;
  for (const auto& column : plan.columns) names.push_back(sql_identifier(column.name));
  if (plan.marks_rows) names.push_back(sql_identifier(kLoadColumn));
  return names;
}

std::string mark_parameter(const TablePlan& plan) {
  return fmt::format("${}::text", plan.columns.size() + 1);
}

/// What goes into the columns, from the relation "came".
std::string values(const TablePlan& plan) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const auto& column = plan.columns[i];
    const auto value = "came." + inner(i);
    all.push_back(column.binding.cast ? fmt::format("{}::{}", value, column.type.declared) : value);
  }
  if (plan.marks_rows) all.push_back(mark_parameter(plan));
  return join(all);
}

/// The arrays as rows: "unnest($1, $2) WITH ORDINALITY AS came(c0, c1, place)".
std::string arrays(const TablePlan& plan) {
  std::vector<std::string> parameters;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    parameters.push_back(fmt::format("${}", i + 1));
    names.push_back(inner(i));
  }
  names.emplace_back("place");
  return fmt::format("unnest({}) WITH ORDINALITY AS came({})", join(parameters), join(names));
}

std::vector<std::string> key_values(const TablePlan& plan) {
  std::vector<std::string> names;
  for (const auto column : plan.key) {
    const auto& planned = plan.columns[column];
    const auto name = "came." + inner(column);
    names.push_back(planned.binding.cast ? fmt::format("{}::{}", name, planned.type.declared) : name);
  }
  return names;
}

std::vector<std::string> key_names(const TablePlan& plan) {
  std::vector<std::string> names;
  for (const auto column : plan.key) names.push_back(sql_identifier(plan.columns[column].name));
  return names;
}

/// The last row of each key.
std::string last_of_each_key(const TablePlan& plan) {
  const auto keys = join(key_values(plan));
  return fmt::format("SELECT DISTINCT ON ({0}) came.* FROM {1} ORDER BY {0}, place DESC", keys, arrays(plan));
}

std::string same_key(const TablePlan& plan) {
  const auto ours = key_values(plan);
  const auto theirs = key_names(plan);
  std::vector<std::string> conditions;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    conditions.push_back(fmt::format("stored.{} = {}", theirs[i], ours[i]));
  }
  return join(conditions, " AND ");
}

std::string update_on_conflict(const TablePlan& plan) {
  std::vector<std::string> assignments;
  for (const auto& name : outer_names(plan)) assignments.push_back(fmt::format("{0} = EXCLUDED.{0}", name));
  return fmt::format("ON CONFLICT ({}) DO UPDATE SET {}", join(key_names(plan)), join(assignments));
}

}  // namespace

std::string insert_sql(const TablePlan& plan, const sdk::TableTarget& target) {
  auto sql = fmt::format("INSERT INTO {} ({}) SELECT {} FROM {} ORDER BY place", plan.name.sql(),
                         join(outer_names(plan)), values(plan), arrays(plan));
  if (target.skip_known_keys) sql += fmt::format(" ON CONFLICT ({}) DO NOTHING", join(key_names(plan)));
  return sql;
}

std::string merge_sql(const TablePlan& plan) {
  const auto table = plan.name.sql();
  const auto change =
      plan.unique_key
          ? fmt::format("INSERT INTO {} ({}) SELECT {} FROM came {} RETURNING 1", table,
                        join(outer_names(plan)), values(plan), update_on_conflict(plan))
          : fmt::format("DELETE FROM {} AS stored USING came WHERE {} RETURNING 1", table, same_key(plan));
  // All parts see the table as it was before the statement.
  return fmt::format(
      "WITH came AS MATERIALIZED ({}), overtaken AS (SELECT 1 FROM came JOIN {} AS stored ON {} WHERE "
      "stored.{} = {}), changed AS ({}) SELECT (SELECT count(*) FROM came), (SELECT count(*) FROM "
      "overtaken), "
      "(SELECT count(*) FROM changed)",
      last_of_each_key(plan), table, same_key(plan), sql_identifier(kLoadColumn), mark_parameter(plan),
      change);
}

std::string merge_insert_sql(const TablePlan& plan) {
  if (plan.unique_key) return "";
  return fmt::format("INSERT INTO {} ({}) SELECT {} FROM ({}) AS came", plan.name.sql(),
                     join(outer_names(plan)), values(plan), last_of_each_key(plan));
}

std::vector<std::uint32_t> parameter_types(const TablePlan& plan) {
  std::vector<std::uint32_t> types;
  for (const auto& column : plan.columns) {
    types.push_back(column.binding.cast ? type_id::kTextArray : column.type.array);
  }
  if (plan.marks_rows) types.push_back(type_id::kText);
  return types;
}

std::string copy_sql(const TablePlan& plan) {
  return fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary)", plan.name.sql(), join(outer_names(plan)));
}

}  // namespace weir::postgres
