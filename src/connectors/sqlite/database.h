// SPDX-License-Identifier: Apache-2.0
// A SQLite connection and its statements, closed by themselves. Used inside this folder only; one
// thread at a time, which SqliteDestination's lock sees to.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace weir::sqlite {

/// A prepared statement. Columns count from 0, parameters from 1, as in SQLite.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  sqlite3_stmt* handle() const { return statement_.get(); }
  /// Copies the text.
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, std::int64_t number);
  /// Whether there is a row to look at.
  Result<bool> step();
  /// Runs a statement that yields no rows, and makes it ready for the next run.
  Result<void> run();
  std::string text(int column) const;
  std::int64_t integer(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// What open() does when there is no file.
enum class MissingFile { Create, Fail };

class Database {
 public:
  static Result<Database> open(const std::string& path, MissingFile missing,
                               std::chrono::milliseconds busy_timeout);

  Result<Statement> prepare(const std::string& sql);
  /// Runs one or more statements.
  Result<void> execute(const std::string& sql);
  /// The first column of the first row; empty text without one.
  Result<std::string> value(const std::string& sql);
  /// Ends an open transaction without a trace of it. Does nothing when there is none.
  void roll_back();
  bool in_transaction() const;
  sqlite3* handle() const { return database_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit Database(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace weir::sqlite
