// SPDX-License-Identifier: Apache-2.0
// The table _weir_loads: one row for each table of each published load. Used by the destination.
// Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "connectors/bigquery/script.h"
#include "model/load.h"
#include "protocols/google/bigquery_client.h"

namespace weir::bigquery {

inline constexpr const char* kLedgerTable = "_weir_loads";

class Ledger {
 public:
  explicit Ledger(google::BigQueryClient& client);

  const google::BigQueryTableName& name() const { return name_; }
  /// Makes the table unless it is there.
  Result<void> create() const;
  /// Adds the statement that writes an entry. `number` tells the entries of a script apart.
  void add(Script& script, const model::LedgerEntry& entry, std::size_t number) const;

  // Each finds nothing as long as there is no ledger.

  Result<bool> was_published(const std::string& load_id) const;
  /// Whether published loads have brought rows into a table.
  Result<bool> tells_of_rows(const std::string& table) const;
  /// The newest entry of each table of a pipeline's partition, in the order of their publication.
  Result<std::vector<model::LedgerEntry>> newest(const std::string& pipeline,
                                                 const std::string& partition) const;
  /// Oldest first; empty pipeline: of all pipelines.
  Result<std::vector<model::LedgerEntry>> all(const std::string& pipeline) const;

 private:
  Result<std::vector<model::LedgerEntry>> read(
      const std::string& condition, const std::vector<google::BigQueryParameter>& parameters) const;
  Result<bool> has_any(const std::string& condition,
                       const std::vector<google::BigQueryParameter>& parameters) const;

  google::BigQueryClient& client_;
  google::BigQueryTableName name_;
};

}  // namespace weir::bigquery
