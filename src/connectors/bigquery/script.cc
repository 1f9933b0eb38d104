// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/script.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace weir::bigquery {
namespace {

using google::bigquery_identifier;

std::vector<std::string> quoted(const std::vector<std::string>& names, std::string_view prefix = "") {
  std::vector<std::string> all;
  for (const auto& name : names) all.push_back(std::string(prefix) + bigquery_identifier(name));
  return all;
}

std::vector<std::string> columns_of(const TablePlan& plan) {
  std::vector<std::string> names;
  for (const auto& field : plan.fields) names.push_back(field.column.name);
  return names;
}

void add_removal_of_window(Script& script, const TableChange& change, const model::Window& window) {
  const auto* column = change.plan.table.find(change.plan.partition_column);
  const auto family = column == nullptr ? Family::Timestamp : family_of(*column);
  const char* type = family == Family::Date ? "DATE" : family == Family::DateTime ? "DATETIME" : "TIMESTAMP";
  const auto bound = [&](const char* name, Timestamp time) {
    const auto parameter = fmt::format("{}_{}", name, change.number);
    // A day belongs to the window that holds its midnight.
    const auto day = Timestamp{time.micros + 86'399'999'999};
    script.set(parameter, type, family == Family::Date ? to_string(day_of(day)) : sql_time(time));
    return "@" + parameter;
  };
  const auto name = bigquery_identifier(change.plan.partition_column);
  const auto end = bound("window_end", window.end);
  // The beginning of time has rows of any time before the end, and those without one.
  const auto condition =
      window.start == model::kBeginning
          ? fmt::format("({0} < {1} OR {0} IS NULL)", name, end)
          : fmt::format("{0} >= {2} AND {0} < {1}", name, end, bound("window_start", window.start));
  script.add(fmt::format("DELETE FROM {} WHERE {}", change.plan.table.name.sql(), condition));
}

void add_insert(Script& script, const TableChange& change) {
  auto columns = quoted(columns_of(change.plan));
  auto values = columns;
  if (change.plan.marks_rows) {
    columns.push_back(bigquery_identifier(kLoadColumn));
    values.emplace_back("@load_id");
  }
  script.add(fmt::format("INSERT INTO {} ({}) SELECT {} FROM {}", change.plan.table.name.sql(), join(columns),
                         join(values), change.staged.sql()));
}

// Of several rows with a key the last one counts. What a stored row has in other columns stays.
void add_merge(Script& script, const TableChange& change) {
  const auto& plan = change.plan;
  const auto columns = columns_of(plan);
  std::vector<std::string> same;
  for (const auto& column : plan.key) {
    const auto name = bigquery_identifier(column);
    same.push_back(fmt::format("target.{0} = latest.{0}", name));
  }
  std::vector<std::string> updates;
  for (const auto& column : columns) {
    if (std::find(plan.key.begin(), plan.key.end(), column) != plan.key.end()) continue;
    updates.push_back(fmt::format("{0} = latest.{0}", bigquery_identifier(column)));
  }
  auto names = quoted(columns);
  auto values = quoted(columns, "latest.");
  if (plan.marks_rows) {
    updates.push_back(bigquery_identifier(kLoadColumn) + " = @load_id");
    names.push_back(bigquery_identifier(kLoadColumn));
    values.emplace_back("@load_id");
  }
  const auto matched =
      updates.empty() ? std::string() : "WHEN MATCHED THEN UPDATE SET " + join(updates) + " ";
  script.add(fmt::format(
      "MERGE INTO {0} AS target USING (SELECT {1} FROM (SELECT {1}, ROW_NUMBER() OVER (PARTITION BY {2} "
      "ORDER "
      "BY `{3}` DESC) AS `_weir_rank` FROM {4}) WHERE `_weir_rank` = 1) AS latest ON {5} {6}WHEN NOT MATCHED "
      "THEN INSERT ({7}) VALUES ({8})",
      plan.table.name.sql(), join(quoted(columns)), join(quoted(plan.key)), kRowColumn, change.staged.sql(),
      join(same, " AND "), matched, join(names), join(values)));
}

}  // namespace

std::string sql_time(Timestamp time) {
  char text[26];
  write_sql_timestamp(time, text);
  return {text, sizeof text};
}

void add_change(Script& script, const TableChange& change, const model::Partition& partition,
                const std::string& ledger, const std::string& table_in_ledger) {
  const auto name = change.plan.table.name.sql();
  const bool is_stored = change.plan.state == TablePlan::State::Stored;
  if (is_stored && change.plan.mode == Mode::Replace) script.add("DELETE FROM " + name + " WHERE TRUE");
  if (is_stored && change.plan.mode == Mode::ReplaceWindow) {
    add_removal_of_window(script, change, *partition.window);
  }
  if (is_stored && change.plan.mode == Mode::ReplaceLoads && !change.plan.adds_mark) {
    const auto parameter = fmt::format("table_{}", change.number);
    script.set(parameter, "STRING", table_in_ledger);
    script.add(
        fmt::format("DELETE FROM {} WHERE `{}` IN (SELECT `load_id` FROM {} WHERE `pipeline` = @pipeline AND "
                    "`partition` = @partition AND `table_name` = @{})",
                    name, kLoadColumn, ledger, parameter));
  }
  if (change.staged_rows == 0) return;
  if (change.plan.mode == Mode::Merge) {
    add_merge(script, change);
  } else {
    add_insert(script, change);
  }
}

}  // namespace weir::bigquery
