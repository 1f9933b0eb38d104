// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/sql_translator.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "protocols/google/encoding.h"
#include "sandbox/bigquery/sql_functions.h"

namespace weir::sandbox::bigquery {
namespace {

/// Words that begin another clause; an expression ends before them.
constexpr std::array<std::string_view, 22> kStops = {
    "FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "WINDOW", "ORDER", "LIMIT", "UNION", "INTERSECT", "EXCEPT",
    "JOIN", "INNER", "CROSS", "FULL",   "ON",      "USING",  "WHEN",  "SET",   "THEN",  "ELSE",      "END"};

/// Words that stay as they are inside of expressions.
constexpr std::array<std::string_view, 42> kPlain = {
    "ALL",      "AND",    "AS",      "ASC",     "BETWEEN",   "BY",        "CURRENT",   "DEFAULT",   "DESC",
    "DISTINCT", "ESCAPE", "EXCLUDE", "EXISTS",  "FALSE",     "FOLLOWING", "IGNORE",    "IN",        "IS",
    "LIKE",     "NOT",    "NULL",    "NULLS",   "OR",        "OVER",      "PARTITION", "PRECEDING", "RANGE",
    "RESPECT",  "ROLLUP", "ROWS",    "TRUE",    "UNBOUNDED", "CUBE",      "GROUPING",  "ANY",       "SOME",
    "NO",       "OF",     "COLLATE", "LATERAL", "GROUPS",    "TO"};

template <std::size_t Size>
bool holds(const std::array<std::string_view, Size>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Puts a part behind others, with a blank unless it belongs to the one before.
void append_part(std::string& sql, const std::string& part) {
  const bool sticks = sql.empty() || part == "." || sql.back() == '.' || part.front() == '[';
  sql += (sticks ? "" : " ") + part;
}

std::string bytes_literal(const std::string& bytes) {
  return "from_base64(" + sql_literal(google::base64(bytes)) + ")";
}

}  // namespace

bool Translator::take_words(std::initializer_list<std::string_view> words) {
  std::size_t ahead = 0;
  for (const std::string_view word : words) {
    if (!peek(ahead++).is(word)) return false;
  }
  at_ += words.size();
  return true;
}

void Translator::expect(std::string_view word) {
  if (take_words({word})) return;
  const bool is_symbol = std::isalpha(static_cast<unsigned char>(word.front())) == 0;
  refuse_at(peek(), "Syntax error: Expected " +
                        (is_symbol ? "\"" + std::string(word) + "\"" : "keyword " + std::string(word)) +
                        " but got " + peek().description());
}

std::string Translator::name() {
  const Token& token = take();
  if (token.kind == Token::Kind::Quoted || (token.kind == Token::Kind::Word && !is_reserved(token.upper)))
    return token.text;
  refuse_at(token, "Syntax error: Unexpected " + token.description());
}

std::string Translator::path() {
  std::string text = name();
  while (peek().is(".") || (peek().is("-") && peek(1).kind != Token::Kind::Symbol)) {
    // Names of projects may hold dashes without being quoted.
    text += take().text;
    text += peek().kind == Token::Kind::Number || peek().kind == Token::Kind::Word ? take().text : name();
  }
  return text;
}

std::string Translator::alias() {
  if (take_words({"AS"})) return name();
  const bool is_name =
      peek().kind == Token::Kind::Quoted || (peek().kind == Token::Kind::Word && !is_reserved(peek().upper));
  return is_name ? name() : "";
}

std::vector<std::string> Translator::name_list() {
  std::vector<std::string> names;
  expect("(");
  do {
    names.push_back(name());
  } while (take_words({","}));
  expect(")");
  return names;
}

Field Translator::type() {
  Field field;
  const Token& token = take();
  if (token.is("ARRAY")) {
    expect("<");
    field = type();
    if (field.mode == Mode::Repeated) refuse_at(token, "Arrays of arrays are not supported");
    field.mode = Mode::Repeated;
    expect(">");
    return field;
  }
  if (token.is("STRUCT")) {
    field.kind = Kind::Record;
    expect("<");
    do {
      const bool is_named = peek(1).is_name() || peek(1).is("ARRAY") || peek(1).is("STRUCT");
      const std::string child_name = is_named ? name() : "_field_" + std::to_string(field.fields.size() + 1);
      Field child = type();
      child.name = child_name;
      field.fields.push_back(std::move(child));
    } while (take_words({","}));
    expect(">");
    return field;
  }
  try {
    field.kind = kind_of(token.text);
  } catch (const Refusal& refusal) {
    if (refusal.reason == "notImplemented") throw;
    refuse_at(token, "Type not found: " + token.text);
  }
  if (take_words({"("})) {  // a length or a precision
    while (!take_words({")"})) take();
  }
  return field;
}

bool Translator::is_query_ahead() const {
  std::size_t ahead = 0;
  while (peek(ahead).is("(")) ++ahead;
  return peek(ahead).is("SELECT") || peek(ahead).is("WITH");
}

std::string Translator::expression() {
  std::string sql;
  is_after_value_ = false;
  while (true) {
    const Token& token = peek();
    const bool ends = is_end() || token.is(",") || token.is(")") || token.is("]") ||
                      (token.kind == Token::Kind::Word && holds(kStops, token.upper)) ||
                      ((token.is("LEFT") || token.is("RIGHT")) && !peek(1).is("("));
    // The frame of IS DISTINCT FROM is no clause.
    const bool is_distinct_from = token.is("FROM") && at_ > 0 && tokens_[at_ - 1].is("DISTINCT");
    if (is_distinct_from) {
      take();
      sql += " FROM";
      continue;
    }
    if (ends) break;
    append_part(sql, primary());
  }
  if (sql.empty()) refuse_at(peek(), "Syntax error: Unexpected " + peek().description());
  is_after_value_ = true;
  return sql;
}

std::string Translator::primary() {
  const Token& token = peek();
  switch (token.kind) {
    case Token::Kind::Text:
      is_after_value_ = true;
      return sql_literal(take().text);
    case Token::Kind::Bytes:
      return bytes_literal(take().text);
    case Token::Kind::Number: {
      const std::string text = take().text;
      const bool is_float = text.find_first_of(".eE") != std::string::npos && text.rfind("0x", 0) != 0;
      return is_float && text.find_first_of("eE") == std::string::npos ? text + "e0" : text;
    }
    case Token::Kind::Parameter: {
      const Token at = take();
      is_after_value_ = true;
      return scope_.parameter(at.text, at);
    }
    case Token::Kind::Quoted:
      is_after_value_ = true;
      if (peek(1).is("(")) refuse_at(token, "Function not found: `" + token.text + "`");
      return sql_identifier(take().text);
    case Token::Kind::Word:
      return word_primary();
    default:
      break;
  }
  if (token.is("(")) return parenthesized();
  if (token.is("[")) return is_after_value_ ? subscript() : array();
  if (token.is("?")) {
    const Token at = take();
    return scope_.parameter("", at);
  }
  constexpr std::array<std::string_view, 19> kSymbols = {
      "+", "-", "*", "/", "=", "<", ">", "<=", ">=", "<>", "!=", "||", ".", "|", "&", "^", "~", "=>", "%"};
  if (!holds(kSymbols, token.upper) || token.is("=>") || token.is("%")) {
    refuse_at(token, "Syntax error: Unexpected " + token.description());
  }
  is_after_value_ = false;
  return take().text;
}

std::string Translator::word_primary() {
  const Token token = peek();
  const bool is_member = at_ > 0 && tokens_[at_ - 1].is(".");
  if (!is_member) {
    if (token.is("CASE")) return case_expression();
    if (token.is("CAST") || token.is("SAFE_CAST")) return cast(token.is("SAFE_CAST"));
    if (token.is("EXTRACT")) return extract();
    if (token.is("INTERVAL")) return interval();
    if (token.is("ARRAY")) return array();
    if (token.is("STRUCT")) return structure();
    if (token.is("CURRENT_TIMESTAMP") || token.is("CURRENT_DATE") || token.is("CURRENT_DATETIME") ||
        token.is("CURRENT_TIME"))
      return now(take());
    const std::string literal = typed_literal();
    if (!literal.empty()) return literal;
    if (peek(1).is("(") && !holds(kPlain, token.upper)) return call(take());
    if (is_reserved(token.upper)) return keyword();
    if (token.is("_PARTITIONDATE")) {
      take();
      is_after_value_ = true;
      return "CAST(" + sql_identifier(kPartitionTime) + " AS DATE)";
    }
    if (token.is("ROW") && at_ > 0 && tokens_[at_ - 1].is("CURRENT")) return take().upper;
    if ((token.is("FIRST") || token.is("LAST")) && at_ > 0 && tokens_[at_ - 1].is("NULLS"))
      return take().upper;
  }
  take();
  is_after_value_ = true;
  return sql_identifier(token.text);
}

std::string Translator::keyword() {
  const Token token = take();
  is_after_value_ = token.is("NULL") || token.is("TRUE") || token.is("FALSE") || token.is("END");
  if (token.is("IN") && peek().is("UNNEST")) {
    take();
    expect("(");
    const std::string list = expression();
    expect(")");
    return "IN (SELECT unnest(" + list + "))";
  }
  if (!holds(kPlain, token.upper)) refuse_at(token, "Syntax error: Unexpected " + token.description());
  return token.upper;
}

std::string Translator::parenthesized() {
  expect("(");
  if (is_query_ahead()) {
    const std::string inner = query();
    expect(")");
    is_after_value_ = true;
    return "(" + inner + ")";
  }
  std::string sql = "(";
  while (!peek().is(")")) {
    if (is_end()) refuse_at(peek(), "Syntax error: Expected \")\" but got " + peek().description());
    if (peek().is(",")) {
      take();
      sql += ", ";
    } else if (peek().is("ORDER")) {
      take();
      sql += " ORDER ";
    } else {
      sql += expression();
    }
  }
  expect(")");
  is_after_value_ = true;
  return sql + ")";
}

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
