// SPDX-License-Identifier: Apache-2.0
// The table _weir_loads: one row for each table of each published load. Used inside this folder only.
#pragma once

#include <string>
#include <vector>

#include "model/load.h"
#include "protocols/mysql/connection.h"

namespace weir::mysql {

class Ledger {
 public:
  explicit Ledger(std::string database) : database_(std::move(database)) {}

  /// Its name for SQL.
  std::string sql() const;
  /// Makes the table when there is none; commits.
  Result<void> create(Connection& connection) const;
  Result<bool> exists(Connection& connection) const;
  Result<void> write(Connection& connection, const model::LedgerEntry& entry) const;
  /// Whether a load of this id was published.
  Result<bool> was_published(Connection& connection, const std::string& load_id) const;
  /// Whether published loads have brought rows into a table.
  Result<bool> tells_of_rows(Connection& connection, const std::string& table) const;
  /// The newest entry of each table of a pipeline's partition, in the order of their publication.
  Result<std::vector<model::LedgerEntry>> newest(Connection& connection, const std::string& pipeline,
                                                 const std::string& partition) const;
  /// Oldest first; empty pipeline: of all pipelines.
  Result<std::vector<model::LedgerEntry>> all(Connection& connection, const std::string& pipeline) const;

 private:
  Result<std::vector<model::LedgerEntry>> read(Connection& connection, const std::string& where) const;

  std::string database_;
};

}  // namespace weir::mysql
