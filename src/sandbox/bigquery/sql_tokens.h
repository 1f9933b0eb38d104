// SPDX-License-Identifier: Apache-2.0
// The words of GoogleSQL. Used by the translator. Values.
// https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/bigquery/refusal.h"

namespace weir::sandbox::bigquery {

struct Token {
  enum class Kind { Word, Quoted, Text, Bytes, Number, Parameter, Symbol, End };
  Kind kind = Kind::End;
  std::string text{};   ///< of literals and quoted names what they stand for
  std::string upper{};  ///< of words and symbols, to compare with
  int line = 1;
  int column = 1;

  bool is(std::string_view expected) const {
    return (kind == Kind::Word || kind == Kind::Symbol) && upper == expected;
  }
  bool is_name() const { return kind == Kind::Word || kind == Kind::Quoted; }
  /// "at [1:8]", as messages say it.
  std::string place() const;
  /// "keyword FROM", "identifier \"x\"", "end of script".
  std::string description() const;
};

/// The last token is an End. Throws Refusal.
std::vector<Token> tokenize(std::string_view sql);
/// Whether GoogleSQL reserves the word.
bool is_reserved(const std::string& upper);

[[noreturn]] void refuse_at(const Token& token, const std::string& message);

}  // namespace weir::sandbox::bigquery
