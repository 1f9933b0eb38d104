// SPDX-License-Identifier: Apache-2.0
// DatabaseFile: the DuckDB file behind a destination, opened when it is first needed. Used by the
// destination and its loads, and by their tests, which look at it through connections of their own.
// Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "connectors/duckdb/destination.h"
#include "engine/database.h"

namespace weir::duckdb {

class DatabaseFile {
 public:
  DatabaseFile(std::string path, DuckdbOptions options)
      : path_(std::move(path)), options_(std::move(options)) {}

  const std::string& path() const { return path_; }
  /// A connection; makes the file when it is missing.
  Result<engine::Connection> connect();
  /// A connection, or nothing when there is no file yet.
  Result<std::optional<engine::Connection>> connect_existing();
  /// Whether the file can be opened, or made.
  Result<void> check();

  /// Takes the place of the one load that may be under way; Conflict when it is taken.
  Result<void> enter_load();
  void leave_load();
  /// A name that no statement has used yet.
  std::string fresh_name(std::string_view prefix);

 private:
  std::string path_;
  DuckdbOptions options_;
  std::mutex mutex_;
  std::optional<engine::Database> database_;
  bool load_under_way_ = false;
  int names_ = 0;
};

}  // namespace weir::duckdb
