// SPDX-License-Identifier: Apache-2.0
// Small helpers of those who put SQL together from words. Used by sql_translator.cc and sql_values.cc.
// Pure functions.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace weir::sandbox::bigquery {

template <std::size_t Size>
bool holds(const std::array<std::string_view, Size>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Puts a part behind others, with a blank unless it belongs to the one before.
inline void append_part(std::string& sql, const std::string& part) {
  const bool sticks = sql.empty() || part == "." || sql.back() == '.' || part.front() == '[';
  sql += (sticks ? "" : " ") + part;
}

}  // namespace weir::sandbox::bigquery
