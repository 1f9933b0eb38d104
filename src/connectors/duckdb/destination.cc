// SPDX-License-Identifier: Apache-2.0
#include "connectors/duckdb/destination.h"

#include <filesystem>

#include "base/text.h"
#include "connectors/duckdb/destination_internal.h"
#include "connectors/duckdb/ledger.h"
#include "connectors/duckdb/load.h"
#include "connectors/sdk/load_request.h"

namespace weir::duckdb {
namespace {

using model::WriteMode;

/// The same in single quotes for a shell.
std::string shell_word(const std::string& text) { return "'" + join(split(text, '\''), "'\\''") + "'"; }

}  // namespace

DuckdbDestination::DuckdbDestination(std::shared_ptr<DatabaseFile> file) : file_(std::move(file)) {
  capabilities_.write_modes = {WriteMode::Append, WriteMode::Replace, WriteMode::Merge,
                               WriteMode::ReplacePartition};
  capabilities_.resolves_keys = true;
}

Result<void> DuckdbDestination::check() { return file_->check(); }

Result<std::unique_ptr<sdk::Load>> DuckdbDestination::begin(const sdk::LoadRequest& request) {
  TRY(sdk::check_request(request, capabilities_));
  return DuckdbLoad::begin(*file_, request);
}

Result<std::vector<model::LedgerEntry>> DuckdbDestination::find_load(const std::string& pipeline,
                                                                     const std::string& partition) {
  auto connection = TRY(file_->connect_existing());
  if (!connection) return std::vector<model::LedgerEntry>();
  return newest_entries(*connection, pipeline, partition);
}

Result<std::vector<model::LedgerEntry>> DuckdbDestination::ledger(const std::string& pipeline) {
  auto connection = TRY(file_->connect_existing());
  if (!connection) return std::vector<model::LedgerEntry>();
  return all_entries(*connection, pipeline);
}

std::string DuckdbDestination::query_hint(const std::string& table) const {
  return fmt::format("duckdb {} -c {}", shell_word(file_->path()),
                     shell_word(fmt::format("SELECT * FROM {} LIMIT 10", sql_identifier(table))));
}

Result<std::unique_ptr<sdk::Destination>> make_duckdb_destination(const DuckdbOptions& options,
                                                                  const std::string& project_folder) {
  if (options.path.empty()) {
    return fail(ErrorCode::InvalidConfig,
                "a connection of type duckdb needs a path, as in path: warehouse.duckdb");
  }
  const auto path = (std::filesystem::path(project_folder) / options.path).lexically_normal();
  return std::unique_ptr<sdk::Destination>(
      std::make_unique<DuckdbDestination>(std::make_shared<DatabaseFile>(path.string(), options)));
}

}  // namespace weir::duckdb
