// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace weir::mysql {
namespace {

bool same_name(std::string_view left, std::string_view right) { return lower(left) == lower(right); }

std::string of_table(const TableName& name) {
  return fmt::format("TABLE_SCHEMA = {} AND TABLE_NAME = {}", literal(name.database), literal(name.table));
}

Result<void> read_columns(Connection& connection, StoredTable& table) {
  const auto rows = TRY(connection.execute(fmt::format(
      "SELECT COLUMN_NAME, LOWER(DATA_TYPE), COLUMN_TYPE, COALESCE(DATETIME_PRECISION, 0), "
      "GENERATION_EXPRESSION IS NOT NULL AND GENERATION_EXPRESSION <> '' FROM information_schema.COLUMNS "
      "WHERE {} ORDER BY ORDINAL_POSITION",
      of_table(table.name))));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    StoredColumn column;
    column.name = rows.text(row, 0);
    column.type = {std::string(rows.text(row, 1)), std::string(rows.text(row, 2)),
                   static_cast<int>(rows.integer(row, 3))};
    column.computed = rows.text(row, 4) == "1";
    table.columns.push_back(std::move(column));
  }
  return {};
}

Result<void> read_indexes(Connection& connection, StoredTable& table) {
  const auto rows = TRY(connection.execute(
      fmt::format("SELECT INDEX_NAME, NON_UNIQUE, COALESCE(COLUMN_NAME, ''), SUB_PART IS NOT NULL FROM "
                  "information_schema.STATISTICS WHERE {} ORDER BY INDEX_NAME, SEQ_IN_INDEX",
                  of_table(table.name))));
  std::vector<std::string> columns;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    // A part of a column is no name that a key could have.
    columns.push_back(std::string(rows.text(row, 2)) + (rows.text(row, 3) == "1" ? "(part)" : ""));
    if (row + 1 < rows.size() && rows.text(row, 0) == rows.text(row + 1, 0)) continue;
    table.first_indexed.push_back(columns.front());
    if (rows.text(row, 1) == "0") table.unique_keys.push_back(columns);
    columns.clear();
  }
  return {};
}

}  // namespace

const StoredColumn* StoredTable::find(std::string_view column) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const auto& stored) { return same_name(stored.name, column); });
  return found == columns.end() ? nullptr : &*found;
}

bool StoredTable::has_unique_key(const std::vector<std::string>& key) const {
  return std::any_of(unique_keys.begin(), unique_keys.end(), [&](const auto& stored) {
    return stored.size() == key.size() &&
           std::is_permutation(stored.begin(), stored.end(), key.begin(), same_name);
  });
}

bool StoredTable::has_index_on(std::string_view column) const {
  return std::any_of(first_indexed.begin(), first_indexed.end(),
                     [&](const auto& indexed) { return same_name(indexed, column); });
}

Result<std::optional<StoredTable>> read_table(Connection& connection, const TableName& name) {
  const auto found = TRY(connection.execute(fmt::format(
      "SELECT TABLE_TYPE, COALESCE(ENGINE, '') FROM information_schema.TABLES WHERE {}", of_table(name))));
  if (found.size() == 0) return std::optional<StoredTable>();
  StoredTable table;
  table.name = name;
  table.kind = found.text(0, 0);
  table.engine = found.text(0, 1);
  TRY(read_columns(connection, table));
  TRY(read_indexes(connection, table));
  return std::optional<StoredTable>(std::move(table));
}

}  // namespace weir::mysql
