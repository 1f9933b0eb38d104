// SPDX-License-Identifier: Apache-2.0
// The engine below the stand-in: SQL whose results are texts, transactions, files for Parquet. Used
// by this folder, by one thread at a time: whoever holds hold(). Failures are thrown as Refusal.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/database.h"
#include "sandbox/bigquery/schema.h"

namespace weir::sandbox::bigquery {

using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;

class Warehouse {
 public:
  /// In memory when `folder` is empty; else in a file there. Throws Refusal.
  explicit Warehouse(const std::string& folder);
  ~Warehouse();
  Warehouse(const Warehouse&) = delete;
  Warehouse& operator=(const Warehouse&) = delete;

  /// Everything below is for the holder of this lock.
  std::unique_lock<std::recursive_mutex> hold() { return std::unique_lock(mutex_); }

  void execute(const std::string& sql);
  /// Every column must be text.
  std::vector<Row> rows(const std::string& sql);
  std::int64_t integer(const std::string& sql);
  /// The columns of a query; refuses names and types that BigQuery has not.
  Fields describe(const std::string& query);
  engine::Appender append_to(const std::string& table);
  /// A name that no table has had.
  std::string fresh_name(const std::string& start);
  /// A path for a file that the engine reads or writes; the folder goes away at the end.
  std::string fresh_path(const std::string& suffix);

 private:
  std::recursive_mutex mutex_;
  std::string files_;
  std::optional<engine::Connection> connection_;
  std::uint64_t names_ = 0;
};

/// Rolled back unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Warehouse& warehouse);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Warehouse& warehouse_;
  bool is_open_ = true;
};

}  // namespace weir::sandbox::bigquery
