// SPDX-License-Identifier: Apache-2.0
#include "connectors/duckdb/ledger.h"

#include "base/text.h"

namespace weir::duckdb {
namespace {

// `position` tells the order of publication: load ids sort by the time at which loads began.
constexpr const char* kCreate = R"(
CREATE SEQUENCE IF NOT EXISTS _weir_loads_position;
CREATE TABLE IF NOT EXISTS _weir_loads (
  load_id VARCHAR NOT NULL,
  pipeline VARCHAR NOT NULL,
  partition VARCHAR NOT NULL,
  table_name VARCHAR NOT NULL,
  rows_read BIGINT NOT NULL,
  rows_added BIGINT NOT NULL,
  rows_loaded BIGINT NOT NULL,
  rows_filtered BIGINT NOT NULL,
  rows_deduplicated BIGINT NOT NULL,
  rows_quarantined BIGINT NOT NULL,
  fingerprint VARCHAR NOT NULL,
  content_hash VARCHAR NOT NULL,
  cursor VARCHAR NOT NULL,
  started_at TIMESTAMP NOT NULL,
  published_at TIMESTAMP NOT NULL,
  position BIGINT NOT NULL DEFAULT nextval('_weir_loads_position')
);
)";

constexpr const char* kColumns =
    "load_id, pipeline, partition, table_name, rows_read, rows_added, rows_loaded, rows_filtered, "
    "rows_deduplicated, rows_quarantined, fingerprint, content_hash, cursor, started_at, published_at";

Result<bool> has_ledger(engine::Connection& connection) {
  return TRY(connection.query_integer(
             "SELECT count(*) FROM duckdb_tables() WHERE table_name = '_weir_loads' AND NOT temporary")) > 0;
}

model::LedgerEntry entry_at(const model::BatchView& batch, std::size_t row) {
  const auto text = [&](std::size_t column) { return std::string(batch.columns[column].text(row)); };
  const auto number = [&](std::size_t column) { return batch.columns[column].at<std::int64_t>(row); };
  const auto count = [&](std::size_t column) { return static_cast<std::uint64_t>(number(column)); };
  model::LedgerEntry entry;
  entry.load_id = text(0);
  entry.pipeline = text(1);
  entry.partition = text(2);
  entry.table = text(3);
  entry.counts = {count(4), count(5), count(6), count(7), count(8), count(9)};
  entry.fingerprint = text(10);
  entry.content_hash = text(11);
  entry.cursor = text(12);
  entry.started_at = {number(13)};
  entry.published_at = {number(14)};
  return entry;
}

Result<std::vector<model::LedgerEntry>> read_entries(engine::Connection& connection,
                                                     const std::string& rest) {
  std::vector<model::LedgerEntry> entries;
  if (!TRY(has_ledger(connection))) return entries;
  auto rows = TRY(connection.query(fmt::format("SELECT {} FROM _weir_loads {}", kColumns, rest)));
  while (const auto batch = TRY(rows.next())) {
    for (std::size_t row = 0; row < batch->rows; ++row) entries.push_back(entry_at(*batch, row));
  }
  return entries;
}

}  // namespace

Result<void> create_ledger(engine::Connection& connection) { return connection.execute(kCreate); }

Result<bool> was_published(engine::Connection& connection, const std::string& load_id) {
  return TRY(connection.query_integer(
             fmt::format("SELECT count(*) FROM _weir_loads WHERE load_id = {}", sql_literal(load_id)))) > 0;
}

Result<bool> tells_of_rows(engine::Connection& connection, const std::string& table) {
  return TRY(connection.query_integer(fmt::format(
             "SELECT count(*) FROM _weir_loads WHERE lower(table_name) = lower({}) AND rows_loaded > 0",
             sql_literal(table)))) > 0;
}

Result<void> write_entry(engine::Connection& connection, const model::LedgerEntry& entry) {
  const auto& counts = entry.counts;
  return connection.execute(
      fmt::format("INSERT INTO _weir_loads ({}) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, "
                  "make_timestamp({}), "
                  "make_timestamp({}))",
                  kColumns, sql_literal(entry.load_id), sql_literal(entry.pipeline),
                  sql_literal(entry.partition), sql_literal(entry.table), counts.read, counts.added,
                  counts.loaded, counts.filtered, counts.deduplicated, counts.quarantined,
                  sql_literal(entry.fingerprint), sql_literal(entry.content_hash), sql_literal(entry.cursor),
                  entry.started_at.micros, entry.published_at.micros));
}

Result<std::vector<model::LedgerEntry>> newest_entries(engine::Connection& connection,
                                                       const std::string& pipeline,
                                                       const std::string& partition) {
  // A partition has few entries, and a query that finds the newest takes longer than to read them.
  std::vector<model::LedgerEntry> newest;
  for (auto& entry :
       TRY(read_entries(connection, fmt::format("WHERE pipeline = {} AND partition = {} ORDER BY position",
                                                sql_literal(pipeline), sql_literal(partition))))) {
    std::erase_if(newest, [&](const auto& older) { return lower(older.table) == lower(entry.table); });
    newest.push_back(std::move(entry));
  }
  return newest;
}

Result<std::vector<model::LedgerEntry>> all_entries(engine::Connection& connection,
                                                    const std::string& pipeline) {
  const auto filter =
      pipeline.empty() ? std::string() : fmt::format("WHERE pipeline = {} ", sql_literal(pipeline));
  return read_entries(connection, filter + "ORDER BY position");
}

}  // namespace weir::duckdb
