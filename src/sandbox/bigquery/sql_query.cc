// SPDX-License-Identifier: Apache-2.0
// The part of the translator that knows the clauses of a query.
#include "base/text.h"
#include "sandbox/bigquery/sql_translator.h"

namespace weir::sandbox::bigquery {
namespace {

// Places where the hidden column of a table must be left out of a star; known after FROM is read.
constexpr char kStarAlone = '\x01';
constexpr char kStarWithList = '\x02';

std::string with_stars(const std::string& sql, bool has_hidden) {
  std::string result;
  for (const char c : sql) {
    if (c != kStarAlone && c != kStarWithList) {
      result += c;
    } else if (has_hidden) {
      const std::string column = sql_identifier(kPartitionTime);
      result += c == kStarAlone ? " EXCLUDE (" + column + ")" : ", " + column;
    }
  }
  return result;
}

}  // namespace

std::string Translator::query() {
  const std::size_t outer = tables_with_.size();
  std::string sql = with();
  sql += query_body();
  while (peek().is("UNION") || peek().is("INTERSECT") || peek().is("EXCEPT")) {
    const Token set = take();
    if (!peek().is("ALL") && !peek().is("DISTINCT")) {
      refuse_at(peek(),
                "Syntax error: Expected keyword ALL or keyword DISTINCT but got " + peek().description());
    }
    const bool is_all = take().is("ALL");
    sql += " " + set.upper + (is_all ? " ALL " : " ");
    sql += query_body();
  }
  if (take_words({"ORDER", "BY"})) sql += " ORDER BY " + list_of_expressions();
  if (take_words({"LIMIT"})) {
    sql += " LIMIT " + primary();
    if (take_words({"OFFSET"})) sql += " OFFSET " + primary();
  }
  tables_with_.resize(outer);
  return sql;
}

std::string Translator::with() {
  if (!take_words({"WITH"})) return {};
  const bool is_recursive = take_words({"RECURSIVE"});
  std::string sql;
  do {
    const std::string table = name();
    if (is_recursive) tables_with_.push_back(lower(table));
    expect("AS");
    expect("(");
    sql += (sql.empty() ? "" : ", ") + sql_identifier(table) + " AS (" + query() + ")";
    expect(")");
    tables_with_.push_back(lower(table));
  } while (take_words({","}));
  return (is_recursive ? "WITH RECURSIVE " : "WITH ") + sql + " ";
}

std::string Translator::query_body() {
  if (!take_words({"("})) return select();
  const std::string inner = query();
  expect(")");
  return "(" + inner + ")";
}

std::string Translator::select() {
  const bool outer_hidden = has_hidden_;
  has_hidden_ = false;
  expect("SELECT");
  std::string sql = "SELECT";
  if (take_words({"DISTINCT"})) sql += " DISTINCT";
  take_words({"ALL"});
  if (peek().is("AS")) refuse_at(peek(), "weir-sandbox serves no SELECT AS STRUCT or AS VALUE");
  sql += " " + select_list();
  if (take_words({"FROM"})) sql += " FROM " + from();
  if (take_words({"WHERE"})) sql += " WHERE " + expression();
  if (take_words({"GROUP", "BY"})) sql += " GROUP BY " + list_of_expressions();
  if (take_words({"HAVING"})) sql += " HAVING " + expression();
  if (take_words({"QUALIFY"})) sql += " QUALIFY " + expression();
  if (take_words({"WINDOW"})) {
    do {
      sql += " WINDOW " + sql_identifier(name());
      expect("AS");
      sql += " AS " + parenthesized();
      if (peek().is(",")) refuse_at(peek(), "weir-sandbox serves one named window");
    } while (take_words({","}));
  }
  sql = with_stars(sql, has_hidden_);
  has_hidden_ = outer_hidden;
  return sql;
}

std::string Translator::select_list() {
  std::string sql;
  do {
    // BigQuery allows a comma behind the last column.
    if (peek().is("FROM") && !sql.empty()) break;
    std::string item;
    std::size_t ahead = 0;
    while (peek(ahead).is_name() && peek(ahead + 1).is(".")) ahead += 2;
    if (peek(ahead).is("*")) {
      for (; ahead > 0; ahead -= 2) {
        item += sql_identifier(take().text) + ".";
        take();
      }
      item += star();
    } else {
      item = expression();
    }
    sql += (sql.empty() ? "" : ", ") + item;
  } while (take_words({","}));
  return sql;
}

std::string Translator::star() {
  expect("*");
  std::string sql = "*";
  if (take_words({"EXCEPT"})) {
    std::string names;
    for (const std::string& column : name_list())
      names += (names.empty() ? "" : ", ") + sql_identifier(column);
    sql += " EXCLUDE (" + names + kStarWithList + ")";
  } else {
    sql += kStarAlone;
  }
  if (take_words({"REPLACE"})) {
    std::string items;
    expect("(");
    do {
      items += (items.empty() ? "" : ", ") + expression();
    } while (take_words({","}));
    expect(")");
    sql += " REPLACE (" + items + ")";
  }
  return sql;
}

std::string Translator::list_of_expressions() {
  std::string sql = expression();
  while (take_words({","})) sql += ", " + expression();
  return sql;
}

std::string Translator::join_word() {
  for (const std::string_view side : {"LEFT", "RIGHT", "FULL"}) {
    if (peek().is(side) && !peek(1).is("(")) {
      take();
      take_words({"OUTER"});
      expect("JOIN");
      return std::string(side) + " JOIN ";
    }
  }
  if (take_words({"CROSS", "JOIN"})) return "CROSS JOIN ";
  if (take_words({"INNER", "JOIN"}) || take_words({"JOIN"})) return "JOIN ";
  return {};
}

std::string Translator::from() {
  std::string sql = from_item();
  while (true) {
    if (take_words({","})) {
      sql += ", " + from_item();
      continue;
    }
    const std::string join = join_word();
    if (join.empty()) return sql;
    const std::string item = from_item();
    sql += " " + join + item;
    if (take_words({"ON"})) {
      sql += " ON " + expression();
    } else if (take_words({"USING"})) {
      std::string names;
      for (const std::string& column : name_list())
        names += (names.empty() ? "" : ", ") + sql_identifier(column);
      sql += " USING (" + names + ")";
    } else if (join != "CROSS JOIN " && item.rfind("(SELECT unnest(", 0) == 0) {
      sql += " ON TRUE";  // the elements of a row's list need no condition
    }
  }
}

std::string Translator::from_item() {
  if (take_words({"UNNEST"})) {
    expect("(");
    const std::string list = expression();
    expect(")");
    std::string element = alias();
    if (peek().is("WITH")) refuse_at(peek(), "weir-sandbox serves no UNNEST WITH OFFSET");
    if (element.empty()) element = "f0_";
    const std::string quoted = sql_identifier(element);
    return "(SELECT unnest(" + list + ") AS " + quoted + ") AS " + quoted;
  }
  if (peek().is("(")) {
    const bool is_query = is_query_ahead();
    take();
    const std::string inner = is_query ? query() : from();
    expect(")");
    const std::string shown = alias();
    return "(" + inner + ")" + (shown.empty() ? "" : " AS " + sql_identifier(shown));
  }
  return table_item();
}

std::string Translator::table_item() {
  const Token at = peek();
  const std::string text = path();
  const std::string shown = alias();
  if (peek().is("FOR") || peek().is("TABLESAMPLE") || peek().is("PIVOT")) {
    refuse_at(peek(), "weir-sandbox serves no " + peek().upper + " behind a table");
  }
  const std::string short_name = text.substr(text.rfind('.') + 1);
  const std::string as = " AS " + sql_identifier(shown.empty() ? short_name : shown);
  const bool is_with = std::find(tables_with_.begin(), tables_with_.end(), lower(text)) != tables_with_.end();
  if (is_with) return sql_identifier(text) + as;
  if (const auto information = scope_.information(text, at)) return *information + as;
  const Table& table = scope_.table(scope_.table_name(text, at), at);
  if (table.is_ingestion_partitioned()) has_hidden_ = true;
  return sql_identifier(table.storage) + as;
}

}  // namespace weir::sandbox::bigquery
