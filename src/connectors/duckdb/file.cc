// SPDX-License-Identifier: Apache-2.0
#include "connectors/duckdb/file.h"

#include <unistd.h>

#include <filesystem>

namespace weir::duckdb {
namespace {

namespace fs = std::filesystem;

Error explain(const Error& error, const std::string& path) {
  const auto& message = error.message();
  if (message.find("Could not set lock") != message.npos) {
    return {
        ErrorCode::Unavailable,
        fmt::format("'{}' is open in another process, and DuckDB lets only one in; close it and run again",
                    path)};
  }
  if (message.find("not a valid DuckDB database") != message.npos) {
    return {ErrorCode::InvalidConfig,
            fmt::format("'{}' is no DuckDB file; option path needs another one", path)};
  }
  return error.within("opening " + path);
}

}  // namespace

Result<engine::Connection> DatabaseFile::connect() {
  const std::lock_guard guard(mutex_);
  if (!database_) {
    engine::DatabaseOptions options;
    options.path = path_;
    options.memory_bytes = options_.memory.bytes;
    options.spill_folder = path_ + ".spill";
    options.file_access = engine::DatabaseOptions::FileAccess::Allowed;
    auto opened = engine::Database::open(options);
    if (!opened) return Failure(explain(opened.error(), path_));
    database_ = *std::move(opened);
  }
  return database_->connect();
}

Result<std::optional<engine::Connection>> DatabaseFile::connect_existing() {
  std::error_code ignored;
  if (!fs::exists(path_, ignored)) return std::optional<engine::Connection>();
  return std::optional(TRY(connect()));
}

Result<void> DatabaseFile::check() {
  if (TRY(connect_existing())) {
    if (::access(path_.c_str(), W_OK) == 0) return {};
    return fail(ErrorCode::PermissionDenied, "'{}' cannot be written; give this user the right to", path_);
  }
  const auto folder = fs::path(path_).parent_path();
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    return fail(ErrorCode::NotFound, "the folder '{}' does not exist; make it, or change option path",
                folder.string());
  }
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return fail(ErrorCode::PermissionDenied, "no file can be made in '{}'; give this user the right to",
              folder.string());
}

Result<void> DatabaseFile::enter_load() {
  const std::lock_guard guard(mutex_);
  if (load_under_way_) {
    return fail(ErrorCode::Conflict, "a load into '{}' is under way; one at a time is possible", path_);
  }
  load_under_way_ = true;
  return {};
}

void DatabaseFile::leave_load() {
  const std::lock_guard guard(mutex_);
  load_under_way_ = false;
}

std::string DatabaseFile::fresh_name(std::string_view prefix) {
  const std::lock_guard guard(mutex_);
  return fmt::format("{}_{}", prefix, ++names_);
}

}  // namespace weir::duckdb
