// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/ledger.h"

#include <fmt/format.h>

#include "connectors/redshift/catalog.h"
#include "connectors/sql/ledger_entry.h"

namespace weir::redshift {
namespace {

using model::LedgerEntry;
using postgres::Connection;
using postgres::Parameters;

constexpr std::string_view kNoSuchTable = "42P01";
constexpr std::string_view kNoSuchSchema = "3F000";

constexpr const char* kCreate = R"(
CREATE TABLE IF NOT EXISTS {} (
  "sequence" BIGINT IDENTITY(1, 1),
  "load_id" VARCHAR(256) NOT NULL,
  "pipeline" VARCHAR(1024) NOT NULL,
  "partition" VARCHAR(4096) NOT NULL,
  "table_name" VARCHAR(512) NOT NULL,
  "rows_read" BIGINT NOT NULL,
  "rows_added" BIGINT NOT NULL,
  "rows_loaded" BIGINT NOT NULL,
  "rows_filtered" BIGINT NOT NULL,
  "rows_deduplicated" BIGINT NOT NULL,
  "rows_quarantined" BIGINT NOT NULL,
  "fingerprint" VARCHAR(4096) NOT NULL,
  "content_hash" VARCHAR(256) NOT NULL,
  "cursor" VARCHAR(65535) NOT NULL,
  "started_at" TIMESTAMP NOT NULL,
  "published_at" TIMESTAMP NOT NULL
))";

constexpr const char* kColumns =
    R"("load_id", "pipeline", "partition", "table_name", "rows_read", "rows_added", "rows_loaded", )"
    R"("rows_filtered", "rows_deduplicated", "rows_quarantined", "fingerprint", "content_hash", "cursor", )"
    R"("started_at", "published_at")";

std::string sql_time(Timestamp time) {
  char text[26];
  write_sql_timestamp(time, text);
  return {text, sizeof text};
}

/// Whether a failure only says that there is no ledger yet.
bool is_missing(const Connection& connection) {
  const auto& state = connection.last_failure().sqlstate;
  return state == kNoSuchTable || state == kNoSuchSchema;
}

}  // namespace

Ledger::Ledger(const std::string& schema) : table_(qualified(schema, "_weir_loads")) {}

Result<void> Ledger::create(Connection& connection) const {
  TRY(connection.execute(fmt::format(kCreate, table_)));
  return {};
}

Result<void> Ledger::add(Connection& connection, const LedgerEntry& entry) const {
  const auto& counts = entry.counts;
  Parameters values;
  values.text(entry.load_id).text(entry.pipeline).text(entry.partition).text(entry.table);
  for (const auto count :
       {counts.read, counts.added, counts.loaded, counts.filtered, counts.deduplicated, counts.quarantined}) {
    values.integer(static_cast<std::int64_t>(count));
  }
  values.text(entry.fingerprint).text(entry.content_hash).text(entry.cursor);
  values.text(sql_time(entry.started_at)).text(sql_time(entry.published_at));
  TRY(connection.query(
      fmt::format("INSERT INTO {} ({}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
                  "$12, $13, $14, $15)",
                  table_, kColumns),
      values));
  return {};
}

Result<bool> Ledger::was_published(Connection& connection, const std::string& load_id) const {
  Parameters values;
  values.text(load_id);
  auto found =
      connection.query(fmt::format("SELECT 1 FROM {} WHERE \"load_id\" = $1 LIMIT 1", table_), values);
  if (!found && is_missing(connection)) return false;
  return TRY(std::move(found)).size() > 0;
}

Result<bool> Ledger::tells_of_rows(Connection& connection, const std::string& table) const {
  Parameters values;
  values.text(table);
  auto found = connection.query(
      fmt::format("SELECT 1 FROM {} WHERE lower(\"table_name\") = lower($1) AND \"rows_loaded\" > 0 LIMIT 1",
                  table_),
      values);
  if (!found && is_missing(connection)) return false;
  return TRY(std::move(found)).size() > 0;
}

Result<std::vector<LedgerEntry>> Ledger::read(Connection& connection, const std::string& sql,
                                              const Parameters& parameters) const {
  std::vector<LedgerEntry> entries;
  const auto rows = connection.query(sql, parameters);
  if (!rows && is_missing(connection)) return entries;
  if (!rows) return Failure(rows.error());
  for (std::size_t row = 0; row < rows->size(); ++row) entries.push_back(TRY(sql::ledger_entry(*rows, row)));
  return entries;
}

// Redshift hands the numbers of an IDENTITY out without holes of order inside one INSERT only, so the
// time of publication comes first.
Result<std::vector<LedgerEntry>> Ledger::newest(Connection& connection, const std::string& pipeline,
                                                const std::string& partition) const {
  Parameters values;
  values.text(pipeline).text(partition);
  return read(
      connection,
      fmt::format("SELECT {0} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY \"table_name\" ORDER BY "
                  "\"published_at\" DESC, \"sequence\" DESC) AS place FROM {1} WHERE \"pipeline\" = $1 AND "
                  "\"partition\" = $2) newest WHERE place = 1 ORDER BY \"published_at\", \"sequence\"",
                  kColumns, table_),
      values);
}

Result<std::vector<LedgerEntry>> Ledger::all(Connection& connection, const std::string& pipeline) const {
  Parameters values;
  values.text(pipeline);
  return read(
      connection,
      fmt::format("SELECT {} FROM {} WHERE $1 IN ('', \"pipeline\") ORDER BY \"published_at\", \"sequence\"",
                  kColumns, table_),
      values);
}

}  // namespace weir::redshift
