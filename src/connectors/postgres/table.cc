// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/table.h"

#include <algorithm>

#include "base/text.h"
#include "connectors/sql/placeholders.h"

namespace weir::postgres {
namespace {

// https://www.postgresql.org/docs/15/catalogs.html
constexpr const char* kTableByName = R"(
SELECT c.oid, c.relname, c.relkind, count(*) OVER (),
  EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid)
    OR EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND (indisunique OR indisexclusion))
    OR EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal)
    OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attnotnull AND NOT attisdropped AND attnum > 0)
    OR c.relkind = 'p',
  (SELECT conrelid::regclass::text FROM pg_constraint
   WHERE confrelid = c.oid AND contype = 'f' AND confdeltype IN ('c', 'n', 'd') LIMIT 1)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND lower(c.relname) = lower($2) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY c.relname = $2 DESC LIMIT 1)";

// Of a domain, the type below it is what counts.
constexpr const char* kColumnsOfTable = R"(
SELECT a.attname, a.attnotnull OR d.typnotnull, a.attgenerated <> '' OR a.attidentity = 'a',
  format_type(a.atttypid, a.atttypmod), t.oid, t.typarray, t.typname, t.typtype, t.typcategory,
  CASE WHEN d.typbasetype <> 0 THEN d.typtypmod ELSE a.atttypmod END, d.typbasetype <> 0
FROM pg_attribute a JOIN pg_type d ON d.oid = a.atttypid
JOIN pg_type t ON t.oid = CASE WHEN d.typbasetype <> 0 THEN d.typbasetype ELSE d.oid END
WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)";

constexpr const char* kIndexesOfTable = R"(
SELECT i.indexrelid, i.indisunique AND i.indimmediate, a.attname
FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(number, place), pg_attribute a
WHERE i.indrelid = $1 AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  AND k.place <= i.indnkeyatts AND a.attrelid = i.indrelid AND a.attnum = k.number
ORDER BY i.indexrelid, k.place)";

Result<void> read_columns(Connection& connection, const std::string& id, StoredTable& table) {
  const auto rows = TRY(connection.query(kColumnsOfTable, Parameters().text(id)));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    StoredColumn column;
    column.name = rows.text(row, 0);
    column.not_null = rows.boolean(row, 1);
    column.computed = rows.boolean(row, 2);
    column.type.declared = rows.text(row, 3);
    column.type.id = static_cast<std::uint32_t>(rows.integer(row, 4));
    column.type.array = static_cast<std::uint32_t>(rows.integer(row, 5));
    column.type.name = rows.text(row, 6);
    column.type.kind = rows.text(row, 7).front();
    column.type.category = rows.text(row, 8).front();
    column.type.modifier = static_cast<std::int32_t>(rows.integer(row, 9));
    if (rows.boolean(row, 10)) table.may_refuse = true;
    table.columns.push_back(std::move(column));
  }
  return {};
}

Result<void> read_indexes(Connection& connection, const std::string& id, StoredTable& table) {
  const auto rows = TRY(connection.query(kIndexesOfTable, Parameters().text(id)));
  std::vector<std::string> columns;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    columns.emplace_back(rows.text(row, 2));
    if (row + 1 < rows.size() && rows.text(row, 0) == rows.text(row + 1, 0)) continue;
    table.first_indexed.push_back(columns.front());
    if (rows.boolean(row, 1)) table.unique_keys.push_back(columns);
    columns.clear();
  }
  return {};
}

}  // namespace

std::string TableName::sql() const { return sql_identifier(schema) + "." + sql_identifier(table); }

TableName table_name(std::string_view name, const std::string& schema) {
  auto [first, second] = sql::split_name(name, schema);
  return {std::move(first), std::move(second)};
}

const StoredColumn* StoredTable::find(std::string_view column) const {
  const StoredColumn* like = nullptr;
  std::size_t alike = 0;
  for (const auto& stored : columns) {
    if (stored.name == column) return &stored;
    if (lower(stored.name) != lower(column)) continue;
    like = &stored;
    ++alike;
  }
  return alike == 1 ? like : nullptr;
}

bool StoredTable::has_unique_key(const std::vector<std::string>& key) const {
  return std::any_of(unique_keys.begin(), unique_keys.end(), [&](const auto& stored) {
    return stored.size() == key.size() && std::is_permutation(stored.begin(), stored.end(), key.begin());
  });
}

bool StoredTable::has_index_on(std::string_view column) const {
  return std::find(first_indexed.begin(), first_indexed.end(), column) != first_indexed.end();
}

Result<std::optional<StoredTable>> read_table(Connection& connection, const TableName& name) {
  const auto found = TRY(connection.query(kTableByName, Parameters().text(name.schema).text(name.table)));
  if (found.size() == 0) return std::optional<StoredTable>();
  StoredTable table;
  table.name = {name.schema, std::string(found.text(0, 1))};
  // Several names that differ in case only: none of them is meant.
  if (table.name != name && found.integer(0, 3) > 1) return std::optional<StoredTable>();
  table.kind = found.text(0, 2).front();
  table.may_refuse = found.boolean(0, 4);
  table.cascades_to = found.text(0, 5);
  const std::string id(found.text(0, 0));
  TRY(read_columns(connection, id, table));
  TRY(read_indexes(connection, id, table));
  return std::optional<StoredTable>(std::move(table));
}

}  // namespace weir::postgres
