// SPDX-License-Identifier: Apache-2.0
// SQLite in our words, for this folder only: errors as Results, statements prepared once and kept.
// Not thread-safe by itself; Connection adds the lock.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weir::state {

/// A prepared statement that starts over when it goes out of scope. Binds its parameters in order.
class Statement {
 public:
  Statement(sqlite3_stmt* statement, const std::string& path) : statement_(statement), path_(path) {}
  Statement(Statement&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)), path_(other.path_), bound_(other.bound_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Bound text must live until the statement has run.
  Statement& bind(std::string_view text);
  Statement& bind(const std::string& text) { return bind(std::string_view(text)); }
  Statement& bind(std::string&& temporary) = delete;
  Statement& bind(const char* text) { return bind(std::string_view(text)); }
  Statement& bind(std::int64_t number);
  Statement& bind(std::optional<std::int64_t> number);

  /// True when there is a row to read.
  Result<bool> step();
  /// For statements without rows. The statement can be bound and run again.
  Result<void> run();

  std::string text(int column) const;
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  sqlite3_stmt* statement_;
  const std::string& path_;
  int bound_ = 0;
};

class Database {
 public:
  /// Opens or creates the file; waits up to ten seconds for other processes' writes.
  static Result<Database> open(const std::string& path);

  const std::string& path() const { return *path_; }
  Result<void> execute(const std::string& sql);
  /// The statement of an SQL text; it must not be in use already.
  Result<Statement> prepare(const char* sql);
  Result<std::int64_t> number(const std::string& sql);
  std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  /// Runs `work` in a write transaction; a failure takes all of it back.
  Result<void> transaction(const std::function<Result<void>()>& work);

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  std::unique_ptr<std::string> path_;  // its address is handed to statements
  std::unique_ptr<sqlite3, Close> handle_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> statements_;
};

/// The one connection that a store's views share.
struct Connection {
  explicit Connection(Database opened) : database(std::move(opened)) {}

  std::mutex mutex;
  Database database;
};

/// What an SQLite error means for the user of the state file.
Failure state_failure(sqlite3* handle, const std::string& path);

}  // namespace weir::state
