// SPDX-License-Identifier: Apache-2.0
// Countries by their ISO 3166-1 code: English name, continent, membership of the European Union.
// Pure.
#pragma once

#include <span>
#include <string_view>

namespace weir::geocoding {

struct Country {
  std::string_view code;       ///< two capital letters
  std::string_view continent;  ///< "AF", "AN", "AS", "EU", "NA", "OC" or "SA"
  std::string_view name;       ///< the short English name
};

/// Null for a code that is none.
const Country* find_country(std::string_view code);
bool is_in_european_union(std::string_view code);
/// "North America" for "NA"; empty for a code that is none.
std::string_view continent_name(std::string_view code);
/// All countries, ordered by code.
std::span<const Country> countries();

}  // namespace weir::geocoding
