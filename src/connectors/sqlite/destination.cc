// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/destination.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "connectors/sdk/load_request.h"
#include "connectors/sqlite/file.h"
#include "connectors/sqlite/ledger.h"
#include "connectors/sqlite/load.h"
#include "connectors/sqlite/marks.h"
#include "connectors/sqlite/plan.h"
#include "connectors/sqlite/table.h"

namespace weir::sqlite {
namespace {

using model::WriteMode;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// A word that a shell takes as it is, or the same in quotes.
std::string shell_word(const std::string& text) {
  const auto harmless = [](char c) { return is_plain(c) || c == '/' || c == '.' || c == '-'; };
  if (!text.empty() && std::all_of(text.begin(), text.end(), harmless)) return text;
  return "'" + join(split(text, '\''), "'\\''") + "'";
}

std::string readable_identifier(const std::string& name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), is_plain) &&
                     (name.front() < '0' || name.front() > '9') &&
                     sqlite3_keyword_check(name.c_str(), static_cast<int>(name.size())) == 0;
  return plain ? name : sql_identifier(name);
}

class SqliteDestination final : public sdk::Destination {
 public:
  SqliteDestination(std::string path, std::string shown_path, const SqliteOptions& options)
      : file_(std::move(path), options), shown_path_(std::move(shown_path)) {}

  const sdk::DestinationCapabilities& capabilities() const override { return capabilities_; }

  Result<void> check() override {
    const std::lock_guard lock(file_.mutex);
    return file_.check();
  }

  Result<std::unique_ptr<sdk::Load>> begin(const sdk::LoadRequest& request) override {
    TRY(sdk::check_request(request, capabilities_));
    const std::lock_guard lock(file_.mutex);
    if (file_.load_under_way) {
      return fail(ErrorCode::Conflict, "a load into {} is under way; SQLite takes one at a time",
                  file_.path());
    }
    TRY(check_tables(request));
    return std::unique_ptr<sdk::Load>(std::make_unique<SqliteLoad>(file_, request));
  }

  Result<std::vector<model::LedgerEntry>> find_load(const std::string& pipeline,
                                                    const std::string& partition) override {
    const std::lock_guard lock(file_.mutex);
    auto* database = TRY(file_.existing());
    if (database == nullptr) return std::vector<model::LedgerEntry>();
    return newest_entries(*database, pipeline, partition, file_.open_load());
  }

  Result<std::vector<model::LedgerEntry>> ledger(const std::string& pipeline) override {
    const std::lock_guard lock(file_.mutex);
    auto* database = TRY(file_.existing());
    if (database == nullptr) return std::vector<model::LedgerEntry>();
    return all_entries(*database, pipeline, file_.open_load());
  }

  std::string query_hint(const std::string& table) const override {
    return fmt::format("sqlite3 {} {}", shell_word(shown_path_),
                       shell_word(fmt::format("SELECT * FROM {} LIMIT 10", readable_identifier(table))));
  }

 private:
  /// Finds out early what the transaction of the load would stumble over.
  Result<void> check_tables(const sdk::LoadRequest& request) {
    auto* database = TRY(file_.existing());
    if (database == nullptr) TRY(file_.check());
    for (const auto& target : request.tables) {
      std::optional<StoredTable> stored;
      if (database != nullptr) stored = TRY(read_table(*database, target.table));
      TRY(plan_table(stored, target, request.partition));
      if (stored) TRY(check_marks(*database, *stored, target, request.partition));
    }
    return {};
  }

  const sdk::DestinationCapabilities capabilities_{
      .write_modes = {WriteMode::Append, WriteMode::Replace, WriteMode::Merge, WriteMode::ReplacePartition},
      .resolves_keys = true,
      .concurrent_loads = false};
  DatabaseFile file_;
  std::string shown_path_;
};

}  // namespace

Result<std::unique_ptr<sdk::Destination>> make_sqlite_destination(const SqliteOptions& options,
                                                                  const std::string& project_folder) {
  if (options.path.empty()) {
    return fail(ErrorCode::InvalidConfig,
                "a connection of type sqlite needs a path, as in path: warehouse.db");
  }
  const auto shown = (std::filesystem::path(project_folder) / options.path).lexically_normal();
  std::error_code error;
  // Absolute, so that SQLite cannot take a name such as ":memory:" for something else.
  const auto path = std::filesystem::absolute(shown, error);
  if (error) return fail(ErrorCode::NotFound, "the current folder is gone: {}", error.message());
  return std::unique_ptr<sdk::Destination>(
      std::make_unique<SqliteDestination>(path.string(), shown.string(), options));
}

}  // namespace weir::sqlite
