// SPDX-License-Identifier: Apache-2.0
// Queries and expressions of GoogleSQL as the engine says them. What is not known here is refused:
// names are always quoted, functions come from a table, so nothing else of the engine's SQL can be
// reached. Used by sql_script.h. One thread. Refuses by throwing Refusal.
#pragma once

#include <string>
#include <vector>

#include "sandbox/bigquery/sql_scope.h"

namespace weir::sandbox::bigquery {

class Translator {
 public:
  Translator(std::vector<Token> tokens, SqlScope& scope) : tokens_(std::move(tokens)), scope_(scope) {}

  // The cursor, for whoever reads statements.
  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& take() { return tokens_[at_ < tokens_.size() - 1 ? at_++ : at_]; }
  /// Takes the words when all of them come next.
  bool take_words(std::initializer_list<std::string_view> words);
  void expect(std::string_view word);
  bool is_end() const { return peek().kind == Token::Kind::End || peek().is(";"); }
  const std::vector<Token>& tokens() const { return tokens_; }
  SqlScope& scope() { return scope_; }

  /// SELECT …, WITH …, or one in parentheses.
  std::string query();
  /// Up to a comma, a closing parenthesis or a word that begins another clause.
  std::string expression();
  /// What can stand behind FROM: a table, a query in parentheses, UNNEST; with its alias.
  std::string from_item();
  /// A name without dots, unquoted.
  std::string name();
  /// "p.d.t", as tables are named.
  std::string path();
  /// An alias with or without AS; empty when there is none.
  std::string alias();
  /// "(a, b)" as unquoted names.
  std::vector<std::string> name_list();
  /// A type of CAST or of a column.
  Field type();

 private:
  std::string query_body();
  std::string select();
  std::string select_list();
  std::string star();
  std::string from();
  std::string table_item();
  std::string join_word();
  std::string with();
  std::string list_of_expressions();
  std::string primary();
  std::string word_primary();
  std::string keyword();
  std::string parenthesized();
  std::string case_expression();
  std::string cast(bool is_safe);
  std::string extract();
  std::string interval();
  std::string array();
  std::string structure();
  std::string subscript();
  std::string call(const Token& function);
  std::string argument();
  std::string typed_literal();
  std::string now(const Token& token);
  bool is_query_ahead() const;

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  SqlScope& scope_;
  std::vector<std::string> tables_with_;  ///< names of WITH, in lower case
  bool has_hidden_ = false;               ///< the FROM being read shows a hidden partition column
  bool is_after_value_ = false;           ///< a value was read, so that [ is a subscript
};

}  // namespace weir::sandbox::bigquery
