// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/sql_translator.h"

#include <array>

#include "base/text.h"
#include "protocols/google/encoding.h"
#include "sandbox/bigquery/sql_words.h"

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

}  // namespace weir::sandbox::bigquery
