// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/names.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"

namespace weir::bigquery {
namespace {

constexpr std::size_t kLongestTableName = 1024;
/// Columns of the server's own begin like this.
constexpr std::array<std::string_view, 7> kReserved = {
    "_table_", "_file_", "_partition", "_row_timestamp", "__root__", "_colidentifier", "_change_"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Not the first byte of a character of several.
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

template <typename Allowed>
std::string replaced(std::string_view name, const Allowed& allowed) {
  std::string made;
  for (const char c : name) {
    if (allowed(c)) {
      made += c;
    } else if (!is_continuation(c)) {
      made += '_';
    }
  }
  return made;
}

std::string column_name(std::string_view name) {
  auto made = replaced(name, [](char c) { return is_letter(c) || is_digit(c); });
  if (made.empty() || is_digit(made.front())) made.insert(0, "_");
  const auto folded = lower(made);
  const bool is_reserved = std::any_of(kReserved.begin(), kReserved.end(),
                                       [&](std::string_view prefix) { return folded.starts_with(prefix); });
  return is_reserved ? "x" + made : made;
}

Failure not_taken(std::string_view what, std::string_view name, std::string_view table,
                  std::string_view other) {
  return fail(ErrorCode::InvalidConfig,
              "BigQuery takes no {} named {} (table {}); rename it to {}, or write names: replace", what,
              name, table, other);
}

}  // namespace

Result<std::string> table_name(const std::string& name, Names policy) {
  auto made = replaced(name, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
  if (made != name && policy == Names::Strict) return not_taken("table", name, name, made);
  if (made.size() <= kLongestTableName) return made;
  return fail(ErrorCode::InvalidConfig, "the table name {} has {} bytes, and BigQuery takes up to {}", name,
              name.size(), kLongestTableName);
}

Result<std::vector<std::string>> column_names(const model::Schema& schema, Names policy,
                                              const std::string& table) {
  std::vector<std::string> names;
  std::map<std::string, std::string> seen;  // lower case to the column as the rows name it
  for (const auto& column : schema.columns) {
    auto name = column_name(column.name);
    if (name != column.name && policy == Names::Strict) return not_taken("column", column.name, table, name);
    if (name.size() > kLongestColumnName) {
      return fail(ErrorCode::InvalidConfig,
                  "the column name {} of table {} has {} bytes, and BigQuery takes up to {}", name, table,
                  name.size(), kLongestColumnName);
    }
    const auto [other, is_new] = seen.emplace(lower(name), column.name);
    if (!is_new) {
      return fail(ErrorCode::InvalidConfig,
                  "columns {} and {} of table {} are the same to BigQuery, which would call both {}; rename "
                  "one of them",
                  other->second, column.name, table, name);
    }
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace weir::bigquery
