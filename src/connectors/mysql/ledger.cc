// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/ledger.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "connectors/sql/ledger_entry.h"

namespace weir::mysql {
namespace {

constexpr const char* kCreate = R"(
CREATE TABLE IF NOT EXISTS {} (
  number BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  load_id VARCHAR(255) NOT NULL,
  pipeline VARCHAR(255) NOT NULL,
  `partition` VARCHAR(1024) NOT NULL,
  table_name VARCHAR(255) NOT NULL,
  rows_read BIGINT NOT NULL,
  rows_added BIGINT NOT NULL,
  rows_loaded BIGINT NOT NULL,
  rows_filtered BIGINT NOT NULL,
  rows_deduplicated BIGINT NOT NULL,
  rows_quarantined BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  `cursor` LONGTEXT NOT NULL,
  started_at DATETIME(6) NOT NULL,
  published_at DATETIME(6) NOT NULL,
  UNIQUE KEY (load_id, table_name),
  KEY (pipeline, `partition`(255))
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)";

constexpr const char* kColumns =
    "load_id, pipeline, `partition`, table_name, rows_read, rows_added, rows_loaded, rows_filtered, "
    "rows_deduplicated, rows_quarantined, fingerprint, content_hash, `cursor`, started_at, published_at";

std::string time_literal(Timestamp time) {
  char text[26];
  write_sql_timestamp(time, text);
  return literal(std::string_view(text, sizeof text));
}

}  // namespace

std::string Ledger::sql() const { return identifier(database_) + "._weir_loads"; }

Result<bool> Ledger::exists(Connection& connection) const {
  const auto rows = TRY(connection.execute(
      fmt::format("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME = "
                  "'_weir_loads'",
                  literal(database_))));
  return rows.integer(0, 0) > 0;
}

Result<void> Ledger::create(Connection& connection) const {
  if (TRY(exists(connection))) return {};
  TRY(connection.execute(fmt::format(kCreate, sql())).within("making the table _weir_loads"));
  return {};
}

Result<void> Ledger::write(Connection& connection, const model::LedgerEntry& entry) const {
  const auto& counts = entry.counts;
  std::vector<std::string> values;
  for (const auto& text : {entry.load_id, entry.pipeline, entry.partition, entry.table}) {
    values.push_back(literal(text));
  }
  for (const auto count :
       {counts.read, counts.added, counts.loaded, counts.filtered, counts.deduplicated, counts.quarantined}) {
    values.push_back(std::to_string(count));
  }
  for (const auto& text : {entry.fingerprint, entry.content_hash, entry.cursor})
    values.push_back(literal(text));
  values.push_back(time_literal(entry.started_at));
  values.push_back(time_literal(entry.published_at));
  TRY(connection.execute(fmt::format("INSERT INTO {} ({}) VALUES ({})", sql(), kColumns, join(values))));
  return {};
}

Result<bool> Ledger::was_published(Connection& connection, const std::string& load_id) const {
  const auto rows = TRY(
      connection.execute(fmt::format("SELECT COUNT(*) FROM {} WHERE load_id = {}", sql(), literal(load_id))));
  return rows.integer(0, 0) > 0;
}

Result<bool> Ledger::tells_of_rows(Connection& connection, const std::string& table) const {
  const auto rows = TRY(connection.execute(fmt::format(
      "SELECT COUNT(*) FROM {} WHERE table_name = {} AND rows_loaded > 0", sql(), literal(table))));
  return rows.integer(0, 0) > 0;
}

Result<std::vector<model::LedgerEntry>> Ledger::read(Connection& connection, const std::string& where) const {
  std::vector<model::LedgerEntry> entries;
  if (!TRY(exists(connection))) return entries;
  const auto rows = TRY(
      connection.execute(fmt::format("SELECT {} FROM {} WHERE {} ORDER BY number", kColumns, sql(), where)));
  for (std::size_t row = 0; row < rows.size(); ++row) entries.push_back(TRY(sql::ledger_entry(rows, row)));
  return entries;
}

Result<std::vector<model::LedgerEntry>> Ledger::newest(Connection& connection, const std::string& pipeline,
                                                       const std::string& partition) const {
  return read(connection,
              fmt::format("number IN (SELECT MAX(number) FROM {} WHERE pipeline = {} AND `partition` = {} "
                          "GROUP BY table_name)",
                          sql(), literal(pipeline), literal(partition)));
}

Result<std::vector<model::LedgerEntry>> Ledger::all(Connection& connection,
                                                    const std::string& pipeline) const {
  return read(connection, pipeline.empty() ? "TRUE" : "pipeline = " + literal(pipeline));
}

}  // namespace weir::mysql
