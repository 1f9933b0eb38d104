// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/ledger.h"

#include <fmt/format.h>

namespace weir::sqlite {
namespace {

// Table names are compared as SQLite does, so that a change of case in the pipeline loses nothing.
constexpr const char* kCreate = R"(
CREATE TABLE IF NOT EXISTS _weir_loads (
  load_id TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  partition TEXT NOT NULL,
  table_name TEXT NOT NULL COLLATE NOCASE,
  rows_read INTEGER NOT NULL,
  rows_added INTEGER NOT NULL,
  rows_loaded INTEGER NOT NULL,
  rows_filtered INTEGER NOT NULL,
  rows_deduplicated INTEGER NOT NULL,
  rows_quarantined INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  cursor TEXT NOT NULL,
  started_at TIMESTAMP NOT NULL,
  published_at TIMESTAMP NOT NULL,
  PRIMARY KEY (load_id, table_name)
);
CREATE INDEX IF NOT EXISTS _weir_loads_by_partition ON _weir_loads (pipeline, partition, table_name);
)";

constexpr const char* kColumns =
    "load_id, pipeline, partition, table_name, rows_read, rows_added, rows_loaded, rows_filtered, "
    "rows_deduplicated, rows_quarantined, fingerprint, content_hash, cursor, started_at, published_at";

std::string sql_time(Timestamp time) {
  char text[26];
  write_sql_timestamp(time, text);
  return {text, sizeof text};
}

Result<Timestamp> read_time(const std::string& text) {
  const auto time = parse_timestamp(text);
  if (!time) return fail(ErrorCode::DataMismatch, "_weir_loads holds '{}' where a time should stand", text);
  return *time;
}

Result<model::LedgerEntry> read_entry(const Statement& row) {
  const auto count = [&](int column) { return static_cast<std::uint64_t>(row.integer(column)); };
  model::LedgerEntry entry;
  entry.load_id = row.text(0);
  entry.pipeline = row.text(1);
  entry.partition = row.text(2);
  entry.table = row.text(3);
  entry.counts = {count(4), count(5), count(6), count(7), count(8), count(9)};
  entry.fingerprint = row.text(10);
  entry.content_hash = row.text(11);
  entry.cursor = row.text(12);
  entry.started_at = TRY(read_time(row.text(13)));
  entry.published_at = TRY(read_time(row.text(14)));
  return entry;
}

Result<bool> has_ledger(Database& database) {
  return !TRY(database.value("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = '_weir_loads'"))
              .empty();
}

Result<std::vector<model::LedgerEntry>> read_entries(Statement& statement) {
  std::vector<model::LedgerEntry> entries;
  while (TRY(statement.step())) entries.push_back(TRY(read_entry(statement)));
  return entries;
}

}  // namespace

Result<void> create_ledger(Database& database) { return database.execute(kCreate); }

Result<void> write_entry(Database& database, const model::LedgerEntry& entry) {
  const auto& counts = entry.counts;
  auto insert = TRY(database.prepare(
      fmt::format("INSERT INTO _weir_loads ({}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", kColumns)));
  int parameter = 0;
  for (const auto& text : {entry.load_id, entry.pipeline, entry.partition, entry.table}) {
    insert.bind(++parameter, text);
  }
  for (const auto count :
       {counts.read, counts.added, counts.loaded, counts.filtered, counts.deduplicated, counts.quarantined}) {
    insert.bind(++parameter, static_cast<std::int64_t>(count));
  }
  for (const auto& text : {entry.fingerprint, entry.content_hash, entry.cursor, sql_time(entry.started_at),
                           sql_time(entry.published_at)}) {
    insert.bind(++parameter, text);
  }
  return insert.run();
}

Result<bool> was_published(Database& database, const std::string& load_id) {
  if (!TRY(has_ledger(database))) return false;
  auto found = TRY(database.prepare("SELECT 1 FROM _weir_loads WHERE load_id = ?"));
  found.bind(1, load_id);
  return found.step();
}

Result<bool> tells_of_rows(Database& database, const std::string& table) {
  if (!TRY(has_ledger(database))) return false;
  auto found = TRY(database.prepare("SELECT 1 FROM _weir_loads WHERE table_name = ? AND rows_loaded > 0"));
  found.bind(1, table);
  return found.step();
}

// The row number tells the order of publication: only one load at a time gets into the file.
Result<std::vector<model::LedgerEntry>> newest_entries(Database& database, const std::string& pipeline,
                                                       const std::string& partition,
                                                       const std::string& open_load) {
  if (!TRY(has_ledger(database))) return std::vector<model::LedgerEntry>();
  auto found = TRY(database.prepare(
      fmt::format("SELECT {} FROM _weir_loads WHERE rowid IN (SELECT max(rowid) FROM _weir_loads WHERE "
                  "pipeline = ? AND partition = ? AND load_id <> ? GROUP BY table_name) ORDER BY rowid",
                  kColumns)));
  found.bind(1, pipeline).bind(2, partition).bind(3, open_load);
  return read_entries(found);
}

Result<std::vector<model::LedgerEntry>> all_entries(Database& database, const std::string& pipeline,
                                                    const std::string& open_load) {
  if (!TRY(has_ledger(database))) return std::vector<model::LedgerEntry>();
  auto found = TRY(database.prepare(fmt::format(
      "SELECT {} FROM _weir_loads WHERE (?1 = '' OR pipeline = ?1) AND load_id <> ?2 ORDER BY rowid",
      kColumns)));
  found.bind(1, pipeline).bind(2, open_load);
  return read_entries(found);
}

}  // namespace weir::sqlite
