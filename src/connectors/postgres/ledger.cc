// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/ledger.h"

#include <fmt/format.h>

#include "base/text.h"
#include "connectors/postgres/locks.h"
#include "connectors/sql/ledger_entry.h"
#include "protocols/postgres/options.h"

namespace weir::postgres {
namespace {

constexpr const char* kCreate = R"(
CREATE TABLE IF NOT EXISTS {} (
  number bigint GENERATED ALWAYS AS IDENTITY,
  load_id text NOT NULL,
  pipeline text NOT NULL,
  partition text NOT NULL,
  table_name text NOT NULL,
  rows_read bigint NOT NULL,
  rows_added bigint NOT NULL,
  rows_loaded bigint NOT NULL,
  rows_filtered bigint NOT NULL,
  rows_deduplicated bigint NOT NULL,
  rows_quarantined bigint NOT NULL,
  fingerprint text NOT NULL,
  content_hash text NOT NULL,
  cursor text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  published_at timestamp with time zone NOT NULL,
  PRIMARY KEY (load_id, table_name)
);
CREATE INDEX IF NOT EXISTS _weir_loads_by_partition ON {} (pipeline, partition, table_name))";

constexpr const char* kColumns =
    "load_id, pipeline, partition, table_name, rows_read, rows_added, rows_loaded, rows_filtered, "
    "rows_deduplicated, rows_quarantined, fingerprint, content_hash, cursor, started_at, published_at";

// The same with the times in the one form that is read back.
constexpr const char* kShown =
    "load_id, pipeline, partition, table_name, rows_read, rows_added, rows_loaded, rows_filtered, "
    "rows_deduplicated, rows_quarantined, fingerprint, content_hash, cursor, started_at AT TIME ZONE 'UTC', "
    "published_at AT TIME ZONE 'UTC'";

}  // namespace

std::string Ledger::sql() const { return sql_identifier(schema_) + "._weir_loads"; }

Result<bool> Ledger::exists(Connection& connection) const {
  const auto rows = TRY(connection.query("SELECT to_regclass($1) IS NOT NULL", Parameters().text(sql())));
  return rows.boolean(0, 0);
}

Result<void> Ledger::create(Connection& connection) const {
  if (TRY(exists(connection))) return {};
  TRY(connection.execute("BEGIN"));
  auto made = lock(connection, LockMode::Exclusive, "weir ledger " + sql());
  // Two sessions that make it at once would stumble over each other in spite of IF NOT EXISTS.
  if (made) {
    auto created = connection.execute(fmt::format(kCreate, sql(), sql()));
    if (!created) made = Failure(std::move(created).error());
  }
  if (!made) {
    connection.roll_back();
    return std::move(made).within("making the table _weir_loads");
  }
  TRY(connection.execute("COMMIT"));
  return {};
}

Result<void> Ledger::write(Connection& connection, const model::LedgerEntry& entry) const {
  const auto& counts = entry.counts;
  Parameters values;
  for (const auto& text : {entry.load_id, entry.pipeline, entry.partition, entry.table}) values.text(text);
  for (const auto count :
       {counts.read, counts.added, counts.loaded, counts.filtered, counts.deduplicated, counts.quarantined}) {
    values.integer(static_cast<std::int64_t>(count));
  }
  for (const auto& text : {entry.fingerprint, entry.content_hash, entry.cursor, to_string(entry.started_at),
                           to_string(entry.published_at)}) {
    values.text(text);
  }
  TRY(connection.query(
      fmt::format(
          "INSERT INTO {} ({}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
          sql(), kColumns),
      values));
  return {};
}

Result<bool> Ledger::was_published(Connection& connection, const std::string& load_id) const {
  const auto rows = TRY(connection.query(
      fmt::format("SELECT EXISTS (SELECT FROM {} WHERE load_id = $1)", sql()), Parameters().text(load_id)));
  return rows.boolean(0, 0);
}

Result<bool> Ledger::tells_of_rows(Connection& connection, const std::string& table) const {
  if (!TRY(exists(connection))) return false;
  const auto rows = TRY(connection.query(
      fmt::format("SELECT EXISTS (SELECT FROM {} WHERE lower(table_name) = lower($1) AND rows_loaded > 0)",
                  sql()),
      Parameters().text(table)));
  return rows.boolean(0, 0);
}

Result<std::vector<model::LedgerEntry>> Ledger::read(Connection& connection, const std::string& from,
                                                     const Parameters& parameters) const {
  std::vector<model::LedgerEntry> entries;
  if (!TRY(exists(connection))) return entries;
  const auto rows =
      TRY(connection.query(fmt::format("SELECT {} FROM {} ORDER BY number", kShown, from), parameters));
  for (std::size_t row = 0; row < rows.size(); ++row) entries.push_back(TRY(sql::ledger_entry(rows, row)));
  return entries;
}

Result<std::vector<model::LedgerEntry>> Ledger::newest(Connection& connection, const std::string& pipeline,
                                                       const std::string& partition) const {
  return read(
      connection,
      fmt::format("(SELECT DISTINCT ON (lower(table_name)) * FROM {} WHERE pipeline = $1 AND partition = "
                  "$2 ORDER BY lower(table_name), number DESC) AS newest",
                  sql()),
      Parameters().text(pipeline).text(partition));
}

Result<std::vector<model::LedgerEntry>> Ledger::all(Connection& connection,
                                                    const std::string& pipeline) const {
  return read(connection, fmt::format("{} WHERE $1 = '' OR pipeline = $1", sql()),
              Parameters().text(pipeline));
}

}  // namespace weir::postgres
