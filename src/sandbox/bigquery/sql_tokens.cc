// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/sql_tokens.h"

#include <algorithm>
#include <array>

#include "base/result.h"
#include "base/text.h"

namespace weir::sandbox::bigquery {
namespace {

// https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#reserved_keywords
constexpr std::array<std::string_view, 96> kReserved = {
    "ALL",      "AND",     "ANY",      "ARRAY",     "AS",        "ASC",         "ASSERT_ROWS_MODIFIED",
    "AT",       "BETWEEN", "BY",       "CASE",      "CAST",      "COLLATE",     "CONTAINS",
    "CREATE",   "CROSS",   "CUBE",     "CURRENT",   "DEFAULT",   "DEFINE",      "DESC",
    "DISTINCT", "ELSE",    "END",      "ENUM",      "ESCAPE",    "EXCEPT",      "EXCLUDE",
    "EXISTS",   "EXTRACT", "FALSE",    "FETCH",     "FOLLOWING", "FOR",         "FROM",
    "FULL",     "GROUP",   "GROUPING", "GROUPS",    "HASH",      "HAVING",      "IF",
    "IGNORE",   "IN",      "INNER",    "INTERSECT", "INTERVAL",  "INTO",        "IS",
    "JOIN",     "LATERAL", "LEFT",     "LIKE",      "LIMIT",     "LOOKUP",      "MERGE",
    "NATURAL",  "NEW",     "NO",       "NOT",       "NULL",      "NULLS",       "OF",
    "ON",       "OR",      "ORDER",    "OUTER",     "OVER",      "PARTITION",   "PRECEDING",
    "PROTO",    "QUALIFY", "RANGE",    "RECURSIVE", "RESPECT",   "RIGHT",       "ROLLUP",
    "ROWS",     "SELECT",  "SET",      "SOME",      "STRUCT",    "TABLESAMPLE", "THEN",
    "TO",       "TREAT",   "TRUE",     "UNBOUNDED", "UNION",     "UNNEST",      "USING",
    "WHEN",     "WHERE",   "WINDOW",   "WITH",      "WITHIN"};

constexpr std::array<std::string_view, 6> kWideSymbols = {"<=", ">=", "<>", "!=", "||", "=>"};

bool is_word_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_word_byte(char c) { return is_word_start(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; }

void append_code_point(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6U));
    out += static_cast<char>(0x80 | (code & 0x3FU));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12U));
    out += static_cast<char>(0x80 | ((code >> 6U) & 0x3FU));
    out += static_cast<char>(0x80 | (code & 0x3FU));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18U));
    out += static_cast<char>(0x80 | ((code >> 12U) & 0x3FU));
    out += static_cast<char>(0x80 | ((code >> 6U) & 0x3FU));
    out += static_cast<char>(0x80 | (code & 0x3FU));
  }
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view sql) : sql_(sql) {}

  std::vector<Token> all() {
    std::vector<Token> tokens;
    while (true) {
      skip_blank();
      tokens.push_back(next());
      if (tokens.back().kind == Token::Kind::End) return tokens;
    }
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }
  bool starts(std::string_view text) const { return sql_.substr(at_, text.size()) == text; }

  void advance(std::size_t count = 1) {
    for (; count > 0 && at_ < sql_.size(); --count, ++at_) {
      ++column_;
      if (sql_[at_] == '\n') {
        ++line_;
        column_ = 1;
      }
    }
  }

  void skip_blank() {
    while (at_ < sql_.size()) {
      if (std::isspace(static_cast<unsigned char>(peek())) != 0) {
        advance();
      } else if (starts("--") || peek() == '#') {
        while (at_ < sql_.size() && peek() != '\n') advance();
      } else if (starts("/*")) {
        const std::size_t end = sql_.find("*/", at_ + 2);
        if (end == std::string_view::npos) refuse_at(here(), "Syntax error: Unclosed comment");
        advance(end + 2 - at_);
      } else {
        return;
      }
    }
  }

  Token here() const { return {Token::Kind::Symbol, {}, {}, line_, column_}; }

  Token next() {
    Token token = here();
    if (at_ >= sql_.size()) {
      token.kind = Token::Kind::End;
      return token;
    }
    if (is_text_start()) return text_token(token);
    const char c = peek();
    if (is_word_start(c)) return word(token);
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 ||
        (c == '.' && std::isdigit(static_cast<unsigned char>(peek(1))) != 0)) {
      return number(token);
    }
    if (c == '`') return quoted(token);
    if (c == '@') return parameter(token);
    const auto wide = std::find_if(kWideSymbols.begin(), kWideSymbols.end(),
                                   [this](std::string_view symbol) { return starts(symbol); });
    token.text = wide != kWideSymbols.end() ? std::string(*wide) : std::string(1, c);
    token.upper = token.text;
    advance(token.text.size());
    return token;
  }

  Token word(Token token) {
    token.kind = Token::Kind::Word;
    while (is_word_byte(peek())) {
      token.text += peek();
      advance();
    }
    token.upper = token.text;
    std::transform(token.upper.begin(), token.upper.end(), token.upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return token;
  }

  Token number(Token token) {
    token.kind = Token::Kind::Number;
    const bool is_hex = starts("0x") || starts("0X");
    while (true) {
      const char c = peek();
      const bool is_sign =
          (c == '+' || c == '-') && !is_hex && (token.text.ends_with('e') || token.text.ends_with('E'));
      if (!is_word_byte(c) && c != '.' && !is_sign) break;
      token.text += c;
      advance();
    }
    return token;
  }

  Token quoted(Token token) {
    token.kind = Token::Kind::Quoted;
    advance();
    while (peek() != '`') {
      if (at_ >= sql_.size() || peek() == '\n') refuse_at(token, "Syntax error: Unclosed identifier literal");
      if (peek() == '\\') advance();
      token.text += peek();
      advance();
    }
    advance();
    if (token.text.empty()) refuse_at(token, "Syntax error: Invalid empty identifier");
    return token;
  }

  Token parameter(Token token) {
    token.kind = Token::Kind::Parameter;
    advance();
    if (peek() == '@') refuse_at(token, "System variables are not served by weir-sandbox");
    while (is_word_byte(peek())) {
      token.text += peek();
      advance();
    }
    return token;
  }

  bool is_text_start() const {
    std::size_t prefix = 0;
    while (prefix < 2 && std::string_view("rRbB").find(peek(prefix)) != std::string_view::npos &&
           peek(prefix) != '\0')
      ++prefix;
    return peek(prefix) == '\'' || peek(prefix) == '"';
  }

  Token text_token(Token token) {
    token.kind = Token::Kind::Text;
    bool is_raw = false;
    for (; peek() != '\'' && peek() != '"'; advance()) {
      if (std::toupper(static_cast<unsigned char>(peek())) == 'R') is_raw = true;
      if (std::toupper(static_cast<unsigned char>(peek())) == 'B') token.kind = Token::Kind::Bytes;
    }
    const std::string one(1, peek());
    const std::string end = starts(one + one + one) ? one + one + one : one;
    advance(end.size());
    while (!starts(end)) {
      if (at_ >= sql_.size() || (peek() == '\n' && end.size() == 1))
        refuse_at(token, "Syntax error: Unclosed string literal");
      if (peek() == '\\' && !is_raw) {
        escape(token);
      } else {
        token.text += peek();
        if (peek() == '\\') {  // raw: the next byte belongs to it, even a quote
          advance();
          token.text += peek();
        }
        advance();
      }
    }
    advance(end.size());
    return token;
  }

  void escape(Token& token) {
    constexpr std::string_view kNames = "abfnrtv\\?\"'`";
    constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\?\"'`";
    advance();
    const std::size_t known = kNames.find(peek());
    if (known != std::string_view::npos && peek() != '\0') {
      token.text += kBytes[known];
      advance();
      return;
    }
    std::size_t digits = 0;
    int base = 16;
    if (peek() == 'x' || peek() == 'X') digits = 2;
    if (peek() == 'u') digits = 4;
    if (peek() == 'U') digits = 8;
    if (digits > 0) advance();
    if (digits == 0 && peek() >= '0' && peek() <= '7') {
      digits = 3;
      base = 8;
    }
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < digits; ++i, advance()) {
      const int digit = hex_digit(peek());
      if (digit < 0 || digit >= base) refuse_at(token, "Syntax error: Illegal escape sequence");
      code = code * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
    }
    if (digits == 0) refuse_at(token, "Syntax error: Illegal escape sequence: \\" + std::string(1, peek()));
    if (token.kind == Token::Kind::Bytes) {
      token.text += static_cast<char>(code);
    } else {
      append_code_point(token.text, code);
    }
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace

std::string Token::place() const { return fmt::format("at [{}:{}]", line, column); }

std::string Token::description() const {
  switch (kind) {
    case Kind::Word:
      return is_reserved(upper) ? "keyword " + upper : "identifier \"" + text + "\"";
    case Kind::Quoted:
      return "identifier `" + text + "`";
    case Kind::Text:
    case Kind::Bytes:
      return "string literal \"" + text + "\"";
    case Kind::Number:
      return "number \"" + text + "\"";
    case Kind::Parameter:
      return "\"@\"";
    case Kind::Symbol:
      return "\"" + text + "\"";
    case Kind::End:
      return "end of script";
  }
  return {};
}

std::vector<Token> tokenize(std::string_view sql) { return Tokenizer(sql).all(); }

bool is_reserved(const std::string& upper) {
  return std::find(kReserved.begin(), kReserved.end(), upper) != kReserved.end();
}

void refuse_at(const Token& token, const std::string& message) {
  throw Refusal{"invalidQuery", message + " " + token.place(), "query"};
}

}  // namespace weir::sandbox::bigquery
