// SPDX-License-Identifier: Apache-2.0
// Filters of text and yesno fields: "FOO%,-FOOD". Used by the queries. Pure.
// https://cloud.google.com/looker/docs/filter-expressions#string
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::sandbox::looker {

/// A text with wildcards, or a keyword.
struct TextPattern {
  enum class Kind { Text, Empty, Null };
  struct Piece {
    enum class Kind { Character, AnyCharacter, AnyText };
    Kind kind = Kind::Character;
    char character = 0;
  };

  Kind kind = Kind::Text;
  std::vector<Piece> pieces{};

  bool fits(std::optional<std::string_view> text) const;
};

/// One of the wanted patterns and none of the others; with only others, everything else.
struct TextFilter {
  std::vector<TextPattern> wanted, excluded;

  bool takes(std::optional<std::string_view> text) const;
};

Result<TextFilter> parse_text_filter(std::string_view expression);

struct FlagFilter {
  bool takes_yes = false, takes_no = false;
};

/// "Yes", "no", "TRUE", "Yes,No".
Result<FlagFilter> parse_flag_filter(std::string_view expression);

}  // namespace weir::sandbox::looker
