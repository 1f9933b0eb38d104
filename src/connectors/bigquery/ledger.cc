// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/text.h"
#include "protocols/google/bigquery_query.h"
#include "protocols/google/bigquery_tables.h"

namespace weir::bigquery {
namespace {

using google::BigQueryField;
using google::BigQueryParameter;
using model::LedgerEntry;

struct LedgerColumn {
  const char* name;
  const char* type;
};
/// In the order in which entries are read and written. `sequence` tells which came first.
constexpr std::array<LedgerColumn, 15> kColumns = {{{"load_id", "STRING"},
                                                    {"pipeline", "STRING"},
                                                    {"partition", "STRING"},
                                                    {"table_name", "STRING"},
                                                    {"rows_read", "INT64"},
                                                    {"rows_added", "INT64"},
                                                    {"rows_loaded", "INT64"},
                                                    {"rows_filtered", "INT64"},
                                                    {"rows_deduplicated", "INT64"},
                                                    {"rows_quarantined", "INT64"},
                                                    {"fingerprint", "STRING"},
                                                    {"content_hash", "STRING"},
                                                    {"cursor", "STRING"},
                                                    {"started_at", "TIMESTAMP"},
                                                    {"published_at", "TIMESTAMP"}}};

std::string column_list() {
  std::string list;
  for (const auto& column : kColumns) list += (list.empty() ? "`" : ", `") + std::string(column.name) + "`";
  return list;
}

std::array<std::string, kColumns.size()> values_of(const LedgerEntry& entry) {
  const auto& counts = entry.counts;
  return {entry.load_id,
          entry.pipeline,
          entry.partition,
          entry.table,
          std::to_string(counts.read),
          std::to_string(counts.added),
          std::to_string(counts.loaded),
          std::to_string(counts.filtered),
          std::to_string(counts.deduplicated),
          std::to_string(counts.quarantined),
          entry.fingerprint,
          entry.content_hash,
          entry.cursor,
          sql_time(entry.started_at),
          sql_time(entry.published_at)};
}

Result<std::int64_t> number_at(const std::vector<std::optional<std::string>>& row, std::size_t column) {
  const auto text = column < row.size() ? row[column].value_or("") : "";
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return fail(ErrorCode::DataMismatch, "{} holds '{}' where a number should stand", kLedgerTable, text);
}

Result<LedgerEntry> entry_of(const std::vector<std::optional<std::string>>& row) {
  if (row.size() != kColumns.size()) {
    return fail(ErrorCode::DataMismatch, "{} gave {} columns in place of {}", kLedgerTable, row.size(),
                kColumns.size());
  }
  const auto text = [&](std::size_t column) { return row[column].value_or(""); };
  LedgerEntry entry;
  entry.load_id = text(0);
  entry.pipeline = text(1);
  entry.partition = text(2);
  entry.table = text(3);
  std::array<std::uint64_t, 6> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i] = static_cast<std::uint64_t>(TRY(number_at(row, i + 4)));
  }
  entry.counts = {counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
  entry.fingerprint = text(10);
  entry.content_hash = text(11);
  entry.cursor = text(12);
  entry.started_at = {TRY(number_at(row, 13))};
  entry.published_at = {TRY(number_at(row, 14))};
  return entry;
}

/// Whether a failure only says that there is no ledger yet.
bool is_missing(const Error& error) {
  return error.code() == ErrorCode::NotFound && error.message().find(kLedgerTable) != std::string::npos;
}

}  // namespace

Ledger::Ledger(google::BigQueryClient& client)
    : client_(client), name_{client.place().project, client.place().dataset, kLedgerTable} {}

Result<void> Ledger::create() const {
  google::BigQueryTable table{.name = name_, .fields = {{"sequence", "INT64"}}};
  for (const auto& column : kColumns) table.fields.push_back({column.name, column.type});
  table.description = "Every load of weir: one row for each table that it filled.";
  return google::BigQueryTables(client_).create(table);
}

void Ledger::add(Script& script, const LedgerEntry& entry, std::size_t number) const {
  const auto values = values_of(entry);
  std::string parameters;
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const auto name = fmt::format("e{}_{}", number, kColumns[i].name);
    script.set(name, kColumns[i].type, values[i]);
    parameters += ", @" + name;
  }
  script.add(
      fmt::format("INSERT INTO {0} (`sequence`, {1}) SELECT COALESCE(MAX(`sequence`), 0) + 1{2} FROM {0}",
                  name_.sql(), column_list(), parameters));
}

Result<bool> Ledger::has_any(const std::string& condition,
                             const std::vector<BigQueryParameter>& parameters) const {
  const auto rows = google::query_rows(
      client_, fmt::format("SELECT COUNT(*) AS `found` FROM {} WHERE {}", name_.sql(), condition),
      parameters);
  if (!rows && is_missing(rows.error())) return false;
  if (!rows) return Failure(Error(rows.error()).within("asking the ledger"));
  return rows->size() == 1 && TRY(number_at(rows->front(), 0)) > 0;
}

Result<bool> Ledger::was_published(const std::string& load_id) const {
  return has_any("`load_id` = @load_id", {{"load_id", "STRING", load_id}});
}

Result<bool> Ledger::tells_of_rows(const std::string& table) const {
  return has_any("`table_name` = @table_name AND `rows_loaded` > 0", {{"table_name", "STRING", table}});
}

Result<std::vector<LedgerEntry>> Ledger::read(const std::string& condition,
                                              const std::vector<BigQueryParameter>& parameters) const {
  std::vector<LedgerEntry> entries;
  const auto rows = google::query_rows(
      client_, fmt::format("SELECT {} FROM {}{} ORDER BY `sequence`", column_list(), name_.sql(), condition),
      parameters);
  if (!rows && is_missing(rows.error())) return entries;
  if (!rows) return Failure(Error(rows.error()).within("reading the ledger"));
  for (const auto& row : *rows) entries.push_back(TRY(entry_of(row)));
  return entries;
}

Result<std::vector<LedgerEntry>> Ledger::newest(const std::string& pipeline,
                                                const std::string& partition) const {
  auto entries = TRY(read(" WHERE `pipeline` = @pipeline AND `partition` = @partition",
                          {{"pipeline", "STRING", pipeline}, {"partition", "STRING", partition}}));
  std::map<std::string, std::size_t> last;
  for (std::size_t i = 0; i < entries.size(); ++i) last[entries[i].table] = i;
  std::vector<LedgerEntry> newest;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (last[entries[i].table] == i) newest.push_back(std::move(entries[i]));
  }
  return newest;
}

Result<std::vector<LedgerEntry>> Ledger::all(const std::string& pipeline) const {
  if (pipeline.empty()) return read("", {});
  return read(" WHERE `pipeline` = @pipeline", {{"pipeline", "STRING", pipeline}});
}

}  // namespace weir::bigquery
