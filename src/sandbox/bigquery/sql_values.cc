// SPDX-License-Identifier: Apache-2.0
// The values of GoogleSQL that have a grammar of their own: CASE, casts, parts and lengths of time, arrays,
// structures, typed literals, calls of functions.
#include "base/text.h"
#include "sandbox/bigquery/sql_functions.h"
#include "sandbox/bigquery/sql_translator.h"
#include "sandbox/bigquery/sql_words.h"

namespace weir::sandbox::bigquery {

std::string Translator::case_expression() {
  expect("CASE");
  std::string sql = "CASE";
  if (!peek().is("WHEN")) sql += " " + expression();
  while (!take_words({"END"})) {
    const Token token = take();
    if (!token.is("WHEN") && !token.is("THEN") && !token.is("ELSE"))
      refuse_at(token, "Syntax error: Unexpected " + token.description());
    sql += " " + token.upper + " " + expression();
  }
  is_after_value_ = true;
  return sql + " END";
}

std::string Translator::cast(bool is_safe) {
  take();
  expect("(");
  std::string value;
  while (!peek().is("AS")) {
    if (is_end() || peek().is(")"))
      refuse_at(peek(), "Syntax error: Expected keyword AS but got " + peek().description());
    append_part(value, primary());
  }
  expect("AS");
  const Field field = type();
  if (peek().is("FORMAT")) refuse_at(peek(), "weir-sandbox serves no CAST with FORMAT");
  expect(")");
  is_after_value_ = true;
  return (is_safe ? "TRY_CAST(" : "CAST(") + value + " AS " + stored_type(field) + ")";
}

std::string Translator::extract() {
  take();
  expect("(");
  const Token part = take();
  expect("FROM");
  const std::string value = expression();
  expect(")");
  is_after_value_ = true;
  if (part.is("DATE")) return "CAST(" + value + " AS DATE)";
  if (part.is("TIME")) return "CAST(" + value + " AS TIME)";
  if (part.is("DAYOFWEEK")) return "(date_part('dayofweek', " + value + ") + 1)";
  constexpr std::array<std::string_view, 13> kParts = {
      "YEAR",    "QUARTER", "MONTH",     "DAY",         "HOUR",        "MINUTE", "SECOND",
      "ISOYEAR", "ISOWEEK", "DAYOFYEAR", "MILLISECOND", "MICROSECOND", "WEEK"};
  if (!holds(kParts, part.upper) || part.is("WEEK")) refuse_at(part, "weir-sandbox extracts no " + part.text);
  if (part.is("MILLISECOND") || part.is("MICROSECOND")) {
    return "(date_part('" + lower(part.upper) + "', " + value + ") % " +
           (part.is("MILLISECOND") ? "1000" : "1000000") + ")";
  }
  return "date_part('" + (part.is("ISOWEEK") ? std::string("week") : lower(part.upper)) + "', " + value + ")";
}

std::string Translator::interval() {
  take();
  const std::string count = primary();
  std::string value = count;
  if (value == "-") value += primary();
  const Token part = take();
  constexpr std::array<std::string_view, 9> kParts = {
      "MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"};
  if (part.is("QUARTER")) return "((" + value + ") * 3 * INTERVAL '1 month')";
  if (!holds(kParts, part.upper))
    refuse_at(part, "A valid date part name is required but found " + part.text);
  is_after_value_ = true;
  return "((" + value + ") * INTERVAL '1 " + lower(part.upper) + "')";
}

std::string Translator::array() {
  std::string element;
  if (take_words({"ARRAY"})) {
    if (peek().is("(")) return "ARRAY" + parenthesized();
    if (take_words({"<"})) {
      Field field = type();
      field.mode = Mode::Repeated;
      element = stored_type(field);
      expect(">");
    }
  }
  expect("[");
  std::string items;
  while (!peek().is("]")) {
    if (!items.empty()) expect(",");
    items += (items.empty() ? "" : ", ") + expression();
  }
  expect("]");
  is_after_value_ = true;
  // A blank in front, so that it is not taken for a subscript.
  return element.empty() ? " [" + items + "]" : "CAST([" + items + "] AS " + element + ")";
}

std::string Translator::structure() {
  const Token at = take();
  std::vector<std::string> names;
  if (peek().is("<")) {
    --at_;
    for (const Field& field : type().fields) names.push_back(field.name);
  }
  expect("(");
  std::string parts;
  std::size_t index = 0;
  while (!peek().is(")")) {
    if (index > 0) expect(",");
    std::string value;
    const std::size_t first = at_;
    while (!peek().is(",") && !peek().is(")") && !peek().is("AS")) {
      if (is_end()) refuse_at(peek(), "Syntax error: Expected \")\" but got " + peek().description());
      append_part(value, primary());
    }
    const bool is_column = at_ - first == 1 && tokens_[first].is_name();
    std::string field = index < names.size() ? names[index] : is_column ? tokens_[first].text : "";
    if (take_words({"AS"})) field = name();
    if (field.empty())
      refuse_at(tokens_[first], "weir-sandbox serves STRUCT with a name for each field only");
    parts += (parts.empty() ? "" : ", ") + sql_identifier(field) + " := " + value;
    ++index;
  }
  expect(")");
  if (index == 0) refuse_at(at, "weir-sandbox serves no empty STRUCT");
  is_after_value_ = true;
  return "struct_pack(" + parts + ")";
}

std::string Translator::subscript() {
  expect("[");
  std::string index;
  const Token kind = peek();
  if ((kind.is("OFFSET") || kind.is("SAFE_OFFSET") || kind.is("ORDINAL") || kind.is("SAFE_ORDINAL")) &&
      peek(1).is("(")) {
    take();
    expect("(");
    index = "(" + expression() + ")";
    if (kind.upper.ends_with("OFFSET")) index += " + 1";
    expect(")");
  } else {
    index = "(" + expression() + ") + 1";  // of an array: from 0
  }
  expect("]");
  is_after_value_ = true;
  return "[" + index + "]";
}

std::string Translator::typed_literal() {
  if (peek(1).kind != Token::Kind::Text) return {};
  constexpr std::array<std::string_view, 8> kTypes = {"DATE",    "TIME",       "DATETIME", "TIMESTAMP",
                                                      "NUMERIC", "BIGNUMERIC", "JSON",     "DECIMAL"};
  if (!holds(kTypes, peek().upper)) return {};
  Field field;
  field.kind = kind_of(take().text);
  is_after_value_ = true;
  return "CAST(" + sql_literal(take().text) + " AS " + stored_type(field) + ")";
}

std::string Translator::now(const Token& token) {
  std::string zone;
  if (take_words({"("})) {
    if (!peek().is(")")) zone = expression();
    expect(")");
  }
  const std::string time =
      "CAST(" + sql_literal(to_string(scope_.catalog().clock().now())) + " AS TIMESTAMP WITH TIME ZONE)";
  is_after_value_ = true;
  if (token.is("CURRENT_TIMESTAMP")) return time;
  const std::string local = zone.empty() ? time : "timezone(" + zone + ", " + time + ")";
  if (token.is("CURRENT_DATE")) return "CAST(" + local + " AS DATE)";
  return "CAST(" + local + (token.is("CURRENT_TIME") ? " AS TIME)" : " AS TIMESTAMP)");
}

std::string Translator::argument() {
  // A list of arguments may hold ORDER BY, LIMIT and so on behind the values of an aggregate.
  std::string sql = expression();
  while (peek().is("ORDER") || peek().is("LIMIT")) {
    const Token clause = take();
    if (clause.is("LIMIT")) refuse_at(clause, "weir-sandbox serves no LIMIT inside of a function");
    sql += " ORDER " + expression();
  }
  return sql;
}

std::string Translator::call(const Token& function) {
  const Token at = function;
  std::vector<std::string> arguments;
  std::vector<std::string> words;
  expect("(");
  while (!peek().is(")")) {
    if (!arguments.empty()) expect(",");
    const Token first = peek();
    if (is_query_ahead() && !peek().is("("))
      refuse_at(first, "Syntax error: Unexpected keyword " + first.upper);
    arguments.push_back(argument());
    words.push_back(first.text);
  }
  expect(")");
  is_after_value_ = true;
  auto sql = function_sql(at.upper, arguments, words);
  if (!sql) refuse_at(at, "Function not found: " + at.upper);
  return *std::move(sql);
}

}  // namespace weir::sandbox::bigquery
