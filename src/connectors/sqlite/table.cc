// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/table.h"

#include <sqlite3.h>

#include <algorithm>

#include "base/text.h"

namespace weir::sqlite {
namespace {

// See https://www.sqlite.org/pragma.html#pragma_table_xinfo
constexpr std::int64_t kGeneratedVirtual = 2;
constexpr std::int64_t kGeneratedStored = 3;

Result<void> read_columns(Database& database, StoredTable& table) {
  auto columns =
      TRY(database.prepare("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid"));
  columns.bind(1, table.name);
  std::vector<std::pair<std::int64_t, std::string>> primary;
  while (TRY(columns.step())) {
    const auto hidden = columns.integer(3);
    table.columns.push_back(
        {columns.text(0), columns.text(1), hidden == kGeneratedVirtual || hidden == kGeneratedStored});
    if (columns.integer(2) > 0) primary.emplace_back(columns.integer(2), columns.text(0));
  }
  // An INTEGER PRIMARY KEY is the table itself and stands in no list of indexes.
  if (primary.empty()) return {};
  std::sort(primary.begin(), primary.end());
  table.first_indexed.push_back(primary.front().second);
  auto& key = table.unique_keys.emplace_back();
  for (auto& [position, name] : primary) key.push_back(std::move(name));
  return {};
}

Result<void> read_indexes(Database& database, StoredTable& table) {
  auto indexes =
      TRY(database.prepare("SELECT l.name, l.\"unique\", i.name FROM pragma_index_list(?) l, "
                           "pragma_index_xinfo(l.name) i WHERE l.partial = 0 AND i.key = 1 "
                           "ORDER BY l.seq, i.seqno"));
  indexes.bind(1, table.name);
  std::string current;
  std::vector<std::string> columns;
  bool unique = false;
  const auto finish = [&] {
    if (columns.empty()) return;
    table.first_indexed.push_back(columns.front());
    if (unique) table.unique_keys.push_back(columns);
    columns.clear();
  };
  while (TRY(indexes.step())) {
    if (indexes.text(0) != current) finish();
    current = indexes.text(0);
    unique = indexes.integer(1) == 1;
    columns.push_back(indexes.text(2));  // empty for an expression, which matches no column
  }
  finish();
  return {};
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sqlite3_strnicmp(a.data(), b.data(), static_cast<int>(a.size())) == 0;
}

const StoredColumn* StoredTable::find(std::string_view column) const {
  for (const auto& stored : columns) {
    if (same_name(stored.name, column)) return &stored;
  }
  return nullptr;
}

bool StoredTable::has_unique_key(const std::vector<std::string>& key) const {
  return std::any_of(unique_keys.begin(), unique_keys.end(), [&](const auto& stored) {
    return stored.size() == key.size() && std::all_of(key.begin(), key.end(), [&](const auto& column) {
             return std::any_of(stored.begin(), stored.end(),
                                [&](const auto& other) { return same_name(column, other); });
           });
  });
}

bool StoredTable::has_index_on(std::string_view column) const {
  return std::any_of(first_indexed.begin(), first_indexed.end(),
                     [&](const auto& first) { return same_name(first, column); });
}

Result<std::optional<StoredTable>> read_table(Database& database, const std::string& name) {
  auto found =
      TRY(database.prepare("SELECT name, type, strict FROM pragma_table_list WHERE schema = 'main' AND "
                           "name = ? COLLATE NOCASE"));
  found.bind(1, name);
  if (!TRY(found.step())) return std::optional<StoredTable>();
  StoredTable table;
  table.name = found.text(0);
  table.is_table = found.text(1) != "view";
  table.strict = found.integer(2) == 1;
  TRY(read_columns(database, table));
  TRY(read_indexes(database, table));
  return std::optional<StoredTable>(std::move(table));
}

}  // namespace weir::sqlite
