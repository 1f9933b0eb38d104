// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/bigquery_schema.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace weir::google {

std::string bigquery_identifier(std::string_view name) { return "`" + std::string(name) + "`"; }

std::string BigQueryTableName::sql() const { return bigquery_identifier(shown()); }

const BigQueryField* BigQueryTable::find(std::string_view column) const {
  const auto wanted = lower(column);
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const BigQueryField& field) { return lower(field.name) == wanted; });
  return found == fields.end() ? nullptr : &*found;
}

std::string standard_type(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kSpellings = {{
      {"integer", "INT64"},
      {"int", "INT64"},
      {"smallint", "INT64"},
      {"bigint", "INT64"},
      {"tinyint", "INT64"},
      {"byteint", "INT64"},
      {"float", "FLOAT64"},
      {"boolean", "BOOL"},
      {"record", "STRUCT"},
      {"decimal", "NUMERIC"},
      {"bigdecimal", "BIGNUMERIC"},
      {"text", "STRING"},
  }};
  const auto wanted = lower(type);
  for (const auto& [other, standard] : kSpellings) {
    if (other == wanted) return std::string(standard);
  }
  std::string upper(type);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return upper;
}

}  // namespace weir::google
