// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/warehouse.h"

#include <cstdlib>
#include <filesystem>

#include "base/text.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::uint64_t kMemory = 512'000'000;

[[noreturn]] void give_up(const Error& error) { throw Refusal{"invalidQuery", error.message()}; }

template <typename T>
T value_of(Result<T> result) {
  if (!result.ok()) give_up(result.error());
  return *std::move(result);
}

std::string make_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "weir-sandbox-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw Refusal{"internalError", "no folder can be made for files: " + pattern};
  return pattern;
}

}  // namespace

Warehouse::Warehouse(const std::string& folder) : files_(make_folder()) {
  engine::DatabaseOptions options;
  if (!folder.empty()) options.path = folder + "/bigquery.duckdb";
  options.memory_bytes = kMemory;
  options.spill_folder = files_;
  options.threads = 2;
  // Parquet is read and written as files of our own; what users write never becomes SQL unseen.
  options.file_access = engine::DatabaseOptions::FileAccess::Allowed;
  connection_ = value_of(value_of(engine::Database::open(options)).connect());
  execute("SET default_null_order = 'nulls_first_on_asc_last_on_desc'");  // as BigQuery sorts
}

Warehouse::~Warehouse() {
  connection_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(files_, ignored);
}

void Warehouse::execute(const std::string& sql) {
  const auto done = connection_->execute(sql);
  if (!done.ok()) give_up(done.error());
}

std::vector<Row> Warehouse::rows(const std::string& sql) {
  auto result = value_of(connection_->query(sql));
  std::vector<Row> rows;
  while (true) {
    const auto batch = value_of(result.next());
    if (!batch) return rows;
    for (std::size_t row = 0; row < batch->rows; ++row) {
      Row& cells = rows.emplace_back();
      for (const model::ColumnView& column : batch->columns) {
        cells.push_back(column.is_null(row) ? Cell() : Cell(column.text(row)));
      }
    }
  }
}

std::int64_t Warehouse::integer(const std::string& sql) { return value_of(connection_->query_integer(sql)); }

Fields Warehouse::describe(const std::string& query) {
  Fields fields;
  for (const Row& row : rows("SELECT column_name, column_type FROM (DESCRIBE " + query + ")")) {
    fields.push_back(field_of_stored(row[0].value_or(""), row[1].value_or("")));
  }
  return fields;
}

engine::Appender Warehouse::append_to(const std::string& table) {
  return value_of(connection_->append_to(table));
}

std::string Warehouse::fresh_name(const std::string& start) { return start + "_" + std::to_string(++names_); }

std::string Warehouse::fresh_path(const std::string& suffix) {
  return files_ + "/" + fresh_name("file") + suffix;
}

Transaction::Transaction(Warehouse& warehouse) : warehouse_(warehouse) {
  warehouse_.execute("BEGIN TRANSACTION");
}

Transaction::~Transaction() {
  if (!is_open_) return;
  try {
    warehouse_.execute("ROLLBACK");
  } catch (const Refusal&) {
    // The engine has rolled back already, when the failure itself ended the transaction.
  }
}

void Transaction::commit() {
  warehouse_.execute("COMMIT");
  is_open_ = false;
}

}  // namespace weir::sandbox::bigquery
