// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/table_sql.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "protocols/postgres/options.h"

namespace weir::redshift {
namespace {

std::string name_of(const TablePlan& plan) { return qualified(plan.schema, plan.table); }

/// A name beside the table's that a person can trace, and that has room for what is put before it.
std::string beside(const TablePlan& plan, std::string_view prefix) {
  return std::string(prefix) +
         plan.table.substr(0, std::min(plan.table.size(), kLongestName - prefix.size()));
}

std::string stage_name(const TablePlan& plan) { return sql_identifier(beside(plan, "_weir_stage_")); }
std::string merged_name(const TablePlan& plan) { return sql_identifier(beside(plan, "_weir_merged_")); }

std::vector<std::string> quoted(const std::vector<std::string>& names, std::string_view prefix = "") {
  std::vector<std::string> all;
  for (const auto& name : names) all.push_back(std::string(prefix) + sql_identifier(name));
  return all;
}

std::string column_sql(const TablePlan& plan, std::size_t field, const std::vector<std::uint64_t>& longest) {
  return sql_identifier(plan.fields[field].name) + " " +
         declared_type(plan.fields[field].type, roomy_length(longest[field]));
}

std::string mark_sql() { return sql_identifier(kLoadColumn) + " VARCHAR(256)"; }

void create_table(const TablePlan& plan, const std::vector<std::uint64_t>& longest,
                  std::vector<std::string>& statements) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < plan.fields.size(); ++i) lines.push_back(column_sql(plan, i, longest));
  if (plan.marks_rows) lines.push_back(mark_sql());
  statements.push_back(fmt::format("CREATE TABLE {} (\n  {}\n)", name_of(plan), join(lines, ",\n  ")));
}

// One column a statement: Redshift takes no more.
void add_columns(const TablePlan& plan, const std::string& table, const std::vector<std::uint64_t>& longest,
                 std::vector<std::string>& statements) {
  for (const auto field : plan.add) {
    statements.push_back(
        fmt::format("ALTER TABLE {} ADD COLUMN {}", table, column_sql(plan, field, longest)));
  }
  if (plan.adds_mark) statements.push_back(fmt::format("ALTER TABLE {} ADD COLUMN {}", table, mark_sql()));
}

/// "t"."id" = s."id" AND …
std::string same_key(const TablePlan& plan, const std::string& left, const std::string& right) {
  std::vector<std::string> conditions;
  for (const auto& column : plan.key) {
    conditions.push_back(fmt::format("{0}.{2} = {1}.{2}", left, right, sql_identifier(column)));
  }
  return join(conditions, " AND ");
}

std::string grant_sql(const Privilege& privilege, const std::string& table) {
  const auto column =
      privilege.column.empty() ? std::string() : fmt::format(" ({})", sql_identifier(privilege.column));
  return fmt::format("GRANT {}{} ON {} TO {}{}", privilege.what, column, table, privilege.whom,
                     privilege.can_grant ? " WITH GRANT OPTION" : "");
}

}  // namespace

std::vector<std::string> widening_sql(const TablePlan& plan, const std::vector<std::uint64_t>& longest) {
  std::vector<std::string> statements;
  if (!plan.stored) return statements;
  for (std::size_t i = 0; i < plan.fields.size(); ++i) {
    const auto& field = plan.fields[i];
    const auto* column = plan.stored->find(field.name);
    if (column == nullptr || column->type.family != Family::VarChar || column->type.length == 0) continue;
    if (longest[i] <= column->type.length) continue;
    statements.push_back(fmt::format("ALTER TABLE {} ALTER COLUMN {} TYPE VARCHAR({})", name_of(plan),
                                     sql_identifier(field.name), roomy_length(longest[i])));
  }
  return statements;
}

std::string scratch_name(const TablePlan& plan) { return beside(plan, "_weir_new_"); }

std::vector<std::string> before_copy_sql(const TablePlan& plan, const std::vector<std::uint64_t>& longest) {
  std::vector<std::string> statements;
  if (plan.mode == Mode::Swap) {
    const auto scratch = qualified(plan.schema, scratch_name(plan));
    statements.push_back(fmt::format("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS)", scratch, name_of(plan)));
    add_columns(plan, scratch, longest, statements);
    return statements;
  }
  if (plan.stored) {
    add_columns(plan, name_of(plan), longest, statements);
  } else {
    create_table(plan, longest, statements);
  }
  if (plan.mode == Mode::Delete && plan.stored) statements.push_back("DELETE FROM " + name_of(plan));
  if (plan.mode == Mode::Merge) {
    statements.push_back(fmt::format("CREATE TEMP TABLE {} (LIKE {})", stage_name(plan), name_of(plan)));
    statements.push_back(
        fmt::format("ALTER TABLE {} ADD COLUMN {} BIGINT", stage_name(plan), sql_identifier(kRowColumn)));
  }
  return statements;
}

std::string copy_table(const TablePlan& plan) {
  if (plan.mode == Mode::Swap) return qualified(plan.schema, scratch_name(plan));
  return plan.mode == Mode::Merge ? stage_name(plan) : name_of(plan);
}

std::vector<std::string> copy_columns(const TablePlan& plan) {
  auto columns = plan.staged_columns();
  if (plan.mode == Mode::Merge) columns.emplace_back(kRowColumn);
  return columns;
}

std::string duplicates_sql(const TablePlan& plan) {
  return fmt::format(
      "SELECT COALESCE(SUM(n - 1), 0)::BIGINT FROM (SELECT COUNT(*) AS n FROM {} GROUP BY {}) same_key",
      stage_name(plan), join(quoted(plan.key)));
}

// What a stored row has in columns that ours do not bring, the new one takes over.
std::vector<std::string> after_copy_sql(const TablePlan& plan) {
  if (plan.mode != Mode::Merge) return {};
  const auto table = name_of(plan);
  const auto stage = stage_name(plan);
  const auto merged = merged_name(plan);
  const auto ours = plan.staged_columns();
  const auto others = plan.other_columns();
  auto all = ours;
  all.insert(all.end(), others.begin(), others.end());
  auto from = quoted(ours, "latest.");
  for (const auto& name : quoted(others, "stored.")) from.push_back(name);
  const auto join_stored =
      others.empty() ? std::string()
                     : fmt::format(" LEFT JOIN {} stored ON {}", table, same_key(plan, "stored", "latest"));
  return {
      fmt::format("CREATE TEMP TABLE {} (LIKE {})", merged, table),
      fmt::format(
          "INSERT INTO {} ({}) SELECT {} FROM (SELECT {}, ROW_NUMBER() OVER (PARTITION BY {} ORDER BY {} "
          "DESC) AS _weir_rank FROM {}) latest{} WHERE latest._weir_rank = 1",
          merged, join(quoted(all)), join(from), join(quoted(ours)), join(quoted(plan.key)),
          sql_identifier(kRowColumn), stage, join_stored),
      fmt::format("DELETE FROM {} USING {} WHERE {}", table, merged, same_key(plan, table, merged)),
      fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM {2}", table, join(quoted(all)), merged),
      fmt::format("DROP TABLE {}", merged),
      fmt::format("DROP TABLE {}", stage),
  };
}

std::vector<std::string> likeness_sql(const TablePlan& plan, const NewTable& made) {
  std::vector<std::string> statements;
  const auto scratch = qualified(plan.schema, scratch_name(plan));
  const auto& stored = *plan.stored;
  if (!stored.comment.empty()) {
    statements.push_back(
        fmt::format("COMMENT ON TABLE {} IS {}", scratch, postgres::literal(stored.comment)));
  }
  for (const auto& column : stored.columns) {
    if (column.comment.empty()) continue;
    statements.push_back(fmt::format("COMMENT ON COLUMN {}.{} IS {}", scratch, sql_identifier(column.name),
                                     postgres::literal(column.comment)));
  }
  for (const auto& privilege : made.privileges) {
    if (std::find(stored.privileges.begin(), stored.privileges.end(), privilege) != stored.privileges.end())
      continue;
    statements.push_back(fmt::format("REVOKE {} ON {} FROM {}", privilege.what, scratch, privilege.whom));
  }
  for (const auto& privilege : stored.privileges) statements.push_back(grant_sql(privilege, scratch));
  // Last, because afterwards the table is somebody else's.
  if (stored.owner == made.owner) return statements;
  statements.push_back(fmt::format("ALTER TABLE {} OWNER TO {}", scratch, sql_identifier(stored.owner)));
  return statements;
}

std::vector<std::string> swap_sql(const TablePlan& plan) {
  const auto old = beside(plan, "_weir_old_");
  return {
      fmt::format("ALTER TABLE {} RENAME TO {}", name_of(plan), sql_identifier(old)),
      fmt::format("ALTER TABLE {} RENAME TO {}", qualified(plan.schema, scratch_name(plan)),
                  sql_identifier(plan.table)),
      fmt::format("DROP TABLE {}", qualified(plan.schema, old)),
  };
}

std::string remove_window_sql(const TablePlan& plan, const model::Window& window) {
  const auto column = sql_identifier(plan.partition_column);
  const auto* stored = plan.stored ? plan.stored->find(plan.partition_column) : nullptr;
  const bool has_zone = stored != nullptr && stored->type.family == Family::TimestampTz;
  const auto bound = [&](Timestamp time) {
    char text[26];
    write_sql_timestamp(time, text);
    return fmt::format("CAST('{}{}' AS {})", std::string_view(text, sizeof text), has_zone ? "+00" : "",
                       has_zone ? "TIMESTAMPTZ" : "TIMESTAMP");
  };
  return fmt::format("DELETE FROM {} WHERE {} >= {} AND {} < {}", name_of(plan), column, bound(window.start),
                     column, bound(window.end));
}

}  // namespace weir::redshift
