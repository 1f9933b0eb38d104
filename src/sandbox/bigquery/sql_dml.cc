// SPDX-License-Identifier: Apache-2.0
// Statements that change rows.
#include <array>

#include "base/text.h"
#include "sandbox/bigquery/partition.h"
#include "sandbox/bigquery/sql_script.h"

namespace weir::sandbox::bigquery {
namespace {

/// Whether BigQuery puts a value of this kind into such a column by itself. Literals of text become
/// times; which texts are literals is not known here, so all may.
bool is_assignable(Kind from, Kind to) {
  if (from == to) return true;
  switch (from) {
    case Kind::Integer:
      return to == Kind::Numeric || to == Kind::BigNumeric || to == Kind::Float;
    case Kind::Numeric:
      return to == Kind::BigNumeric || to == Kind::Float;
    case Kind::BigNumeric:
      return to == Kind::Float;
    case Kind::String:
      return to == Kind::Date || to == Kind::Time || to == Kind::DateTime || to == Kind::Timestamp;
    default:
      return false;
  }
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + sql_identifier(name);
  return list;
}

std::vector<std::string> names_of(const Fields& fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  return names;
}

/// The alias at the end of "… AS \"s\"".
std::string alias_of(const std::string& source) { return source.substr(source.rfind(" AS \"") + 4); }

}  // namespace

Script::Target Script::target() {
  Target target;
  target.at = sql_.peek();
  target.name = sql_.scope().table_name(sql_.path(), target.at);
  target.storage = sql_identifier(table_of(target).storage);
  const std::string alias = sql_.peek().is("VALUES") ? "" : sql_.alias();
  target.alias = sql_identifier(alias.empty() ? target.name.table : alias);
  return target;
}

void Script::changed(const Target& target, const std::string& sql, const char* key) {
  if (purpose_ == Purpose::Try) return;
  const std::int64_t rows = catalog_.warehouse().integer(sql);
  result_.dml = {{key, std::to_string(rows)}};
  catalog_.touch(table_of(target));
}

void Script::check_types(const Table& table, const std::vector<std::string>& columns,
                         const std::string& query, const Token& at) {
  const auto described =
      catalog_.warehouse().rows("SELECT column_name, column_type FROM (DESCRIBE " + query + ")");
  if (described.size() != columns.size()) {
    refuse_at(at, fmt::format("Inserted row has wrong column count; Has {}, expected {}", described.size(),
                              columns.size()));
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Field* field = find_field(table.fields, columns[i]);
    if (field == nullptr)
      refuse_at(at, "Column " + columns[i] + " is not present in table " + table.name.sql_text());
    const std::string type = described[i][1].value_or("");
    // The engine gives this type to literals of small numbers, which may be written for any number, and to
    // NULL.
    if (type == "INTEGER" || type == "\"NULL\"") continue;
    const Field given = field_of_stored(columns[i], type);
    const bool same_mode = (given.mode == Mode::Repeated) == (field->mode == Mode::Repeated);
    // Of a literal 1.5 BigQuery makes a NUMERIC; of a FLOAT64 it does not.
    const bool is_literal_decimal = query.rfind("VALUES ", 0) == 0 && given.kind == Kind::Float &&
                                    (field->kind == Kind::Numeric || field->kind == Kind::BigNumeric);
    if (same_mode && (is_literal_decimal || is_assignable(given.kind, field->kind))) continue;
    refuse_at(at, "Value has type " + standard_type(given) + " which cannot be inserted into column " +
                      field->name + ", which has type " + standard_type(*field));
  }
}

void Script::insert() {
  sql_.take_words({"INTO"});
  const Target into = target();
  const Table& table = table_of(into);
  const Token at = sql_.peek();
  std::vector<std::string> columns =
      sql_.peek().is("(") && !sql_.peek(1).is("SELECT") ? sql_.name_list() : names_of(table.fields);
  std::string query;
  if (sql_.take_words({"VALUES"})) {
    query = "VALUES ";
    std::string rows;
    do {
      std::string row;
      sql_.expect("(");
      do {
        row += (row.empty() ? "" : ", ") + sql_.expression();
      } while (sql_.take_words({","}));
      sql_.expect(")");
      rows += (rows.empty() ? "" : ", ") + ("(" + row + ")");
    } while (sql_.take_words({","}));
    query += rows;
  } else {
    query = sql_.query();
  }
  check_types(table, columns, query, at);
  std::string names = quoted_list(columns);
  std::string values = "*";
  const bool is_placed = std::find(columns.begin(), columns.end(), kPartitionTime) != columns.end();
  if (table.is_ingestion_partitioned() && !is_placed) {
    names += ", " + sql_identifier(kPartitionTime);
    values += ", " + partition_start(table, partition_at(table, catalog_.clock().now()));
  }
  changed(into,
          "INSERT INTO " + into.storage + " (" + names + ") SELECT " + values + " FROM (" + query + ") AS q",
          "insertedRowCount");
}

std::string Script::assignments(const Target& target, const std::string& from) {
  const Token at = sql_.peek();
  std::string sql;
  std::string values;
  std::vector<std::string> columns;
  do {
    std::string column = sql_.name();
    if (sql_.take_words({"."})) {
      if (sql_identifier(column) != target.alias) refuse_at(at, "weir-sandbox updates whole columns only");
      column = sql_.name();
    }
    sql_.expect("=");
    // In expression() the sign would be one of comparison; here the left side is gone already.
    const std::string value = sql_.expression();
    columns.push_back(column);
    values += (values.empty() ? "" : ", ") + value;
    sql += (sql.empty() ? "" : ", ") + sql_identifier(column) + " = " + value;
  } while (sql_.take_words({","}));
  check_types(table_of(target), columns, "SELECT " + values + " FROM " + from, at);
  return sql;
}

void Script::update() {
  const Target into = target();
  sql_.expect("SET");
  // The values may name tables of a FROM that comes later: they are checked by the engine.
  std::string sql;
  do {
    std::string column = sql_.name();
    if (sql_.take_words({"."})) column = sql_.name();
    sql_.expect("=");
    sql += (sql.empty() ? "" : ", ") + sql_identifier(column) + " = " + sql_.expression();
  } while (sql_.take_words({","}));
  std::string from;
  if (sql_.take_words({"FROM"})) from = " FROM " + sql_.from_item();
  if (!sql_.take_words({"WHERE"})) refuse_at(sql_.peek(), "UPDATE must have a WHERE clause");
  const std::string condition = sql_.expression();
  changed(into, "UPDATE " + into.storage + " AS " + into.alias + " SET " + sql + from + " WHERE " + condition,
          "updatedRowCount");
}

void Script::remove() {
  sql_.take_words({"FROM"});
  const Target from = target();
  if (!sql_.take_words({"WHERE"})) refuse_at(sql_.peek(), "DELETE must have a WHERE clause");
  const std::string condition = sql_.expression();
  changed(from, "DELETE FROM " + from.storage + " AS " + from.alias + " WHERE " + condition,
          "deletedRowCount");
}

void Script::truncate() {
  sql_.expect("TABLE");
  refuse_in_transaction("TRUNCATE TABLE");
  const Target from = target();
  changed(from, "DELETE FROM " + from.storage, "deletedRowCount");
}

void Script::check_one_match(const Target& target, const std::string& source, const std::string& condition) {
  if (purpose_ == Purpose::Try) return;
  const std::int64_t twice = catalog_.warehouse().integer(
      "SELECT count(*) FROM (SELECT 1 FROM " + target.storage + " AS " + target.alias + " JOIN " + source +
      " ON (" + condition + ") GROUP BY " + target.alias + ".rowid HAVING count(*) > 1)");
  if (twice > 0)
    throw Refusal{"invalidQuery", "UPDATE/MERGE must match at most one source row for each target row",
                  "query"};
}

std::string Script::merge_insert(const Target& target, const std::string& source) {
  const Table& table = table_of(target);
  const Token at = sql_.peek();
  std::vector<std::string> columns = names_of(table.fields);
  if (sql_.take_words({"ROW"})) {
    std::string values;
    for (const std::string& column : columns)
      values += (values.empty() ? "" : ", ") + alias_of(source) + "." + sql_identifier(column);
    check_types(table, columns, "SELECT " + values + " FROM " + source, at);
    return "INSERT (" + quoted_list(columns) + ") VALUES (" + values + ")";
  }
  if (sql_.peek().is("(")) columns = sql_.name_list();
  sql_.expect("VALUES");
  sql_.expect("(");
  std::string values;
  do {
    values += (values.empty() ? "" : ", ") + sql_.expression();
  } while (sql_.take_words({","}));
  sql_.expect(")");
  check_types(table, columns, "SELECT " + values + " FROM " + source, at);
  return "INSERT (" + quoted_list(columns) + ") VALUES (" + values + ")";
}

std::string Script::merge_clause(const Target& target, const std::string& source, bool& changes_matched) {
  sql_.expect("WHEN");
  const bool is_matched = !sql_.take_words({"NOT"});
  sql_.expect("MATCHED");
  const bool by_source = !is_matched && sql_.take_words({"BY", "SOURCE"});
  if (!is_matched && !by_source) sql_.take_words({"BY", "TARGET"});
  std::string sql = is_matched  ? " WHEN MATCHED"
                    : by_source ? " WHEN NOT MATCHED BY SOURCE"
                                : " WHEN NOT MATCHED BY TARGET";
  if (sql_.take_words({"AND"})) sql += " AND (" + sql_.expression() + ")";
  sql_.expect("THEN");
  const Token action = sql_.take();
  const bool fits =
      is_matched || by_source ? action.is("UPDATE") || action.is("DELETE") : action.is("INSERT");
  if (!fits) refuse_at(action, "Syntax error: Unexpected " + action.description());
  changes_matched = changes_matched || is_matched;
  if (action.is("DELETE")) return sql + " THEN DELETE";
  if (action.is("INSERT")) return sql + " THEN " + merge_insert(target, source);
  sql_.expect("SET");
  const std::string own = target.storage + " AS " + target.alias;
  return sql + " THEN UPDATE SET " + assignments(target, by_source ? own : own + ", " + source);
}

void Script::merge() {
  sql_.take_words({"INTO"});
  const Target into = target();
  sql_.expect("USING");
  std::string source = sql_.from_item();
  if (source.find(" AS \"") == std::string::npos || source.ends_with(')')) source += " AS \"_source\"";
  sql_.expect("ON");
  const std::string condition = sql_.expression();
  std::string clauses;
  bool changes_matched = false;
  while (sql_.peek().is("WHEN")) clauses += merge_clause(into, source, changes_matched);
  if (clauses.empty())
    refuse_at(sql_.peek(), "Syntax error: Expected keyword WHEN but got " + sql_.peek().description());
  if (changes_matched) check_one_match(into, source, condition);
  if (purpose_ == Purpose::Try) return;
  std::array<std::int64_t, 3> counts{};
  const std::string merge = "MERGE INTO " + into.storage + " AS " + into.alias + " USING " + source +
                            " ON (" + condition + ")" + clauses;
  for (const Row& row : catalog_.warehouse().rows(merge + " RETURNING CAST(merge_action AS VARCHAR)")) {
    const std::string action = row[0].value_or("");
    ++counts.at(action == "INSERT" ? 0 : action == "UPDATE" ? 1 : 2);
  }
  result_.dml = {{"insertedRowCount", std::to_string(counts[0])},
                 {"updatedRowCount", std::to_string(counts[1])},
                 {"deletedRowCount", std::to_string(counts[2])}};
  catalog_.touch(table_of(into));
}

}  // namespace weir::sandbox::bigquery
