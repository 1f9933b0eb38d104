// SPDX-License-Identifier: Apache-2.0
// The table _weir_loads: one row for each table of each published load. Used inside this folder only.
#pragma once

#include <string>
#include <vector>

#include "model/load.h"
#include "protocols/postgres/connection.h"

namespace weir::redshift {

class Ledger {
 public:
  explicit Ledger(const std::string& schema);

  /// The ledger's name in SQL.
  const std::string& table() const { return table_; }
  Result<void> create(postgres::Connection& connection) const;
  Result<void> add(postgres::Connection& connection, const model::LedgerEntry& entry) const;
  // Each finds nothing as long as there is no ledger.

  Result<bool> was_published(postgres::Connection& connection, const std::string& load_id) const;
  /// Whether published loads have brought rows into a table.
  Result<bool> tells_of_rows(postgres::Connection& connection, const std::string& table) const;
  /// The newest entry of each table of a pipeline's partition, in the order of their publication.
  Result<std::vector<model::LedgerEntry>> newest(postgres::Connection& connection,
                                                 const std::string& pipeline,
                                                 const std::string& partition) const;
  /// Oldest first; empty pipeline: of all pipelines.
  Result<std::vector<model::LedgerEntry>> all(postgres::Connection& connection,
                                              const std::string& pipeline) const;

 private:
  Result<std::vector<model::LedgerEntry>> read(postgres::Connection& connection, const std::string& sql,
                                               const postgres::Parameters& parameters) const;

  std::string table_;
};

}  // namespace weir::redshift
