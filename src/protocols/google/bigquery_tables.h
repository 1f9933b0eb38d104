// SPDX-License-Identifier: Apache-2.0
// Tables of BigQuery: looked at, made, extended and removed. Used by the connector. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/google/bigquery_client.h"
#include "protocols/google/bigquery_schema.h"

namespace weir::google {

class BigQueryTables {
 public:
  explicit BigQueryTables(BigQueryClient& client) : client_(client) {}

  /// Nothing when there is no such table; NotFound when its dataset is missing.
  Result<std::optional<BigQueryTable>> find(const BigQueryTableName& name);
  /// Makes a table; one that is there already stays as it is.
  Result<void> create(const BigQueryTable& table);
  /// Adds columns that the table does not have yet. All else of its schema stays as it is.
  Result<void> add_columns(const BigQueryTableName& name, const std::vector<BigQueryField>& fields);
  /// A table that is not there counts as removed.
  Result<void> remove(const BigQueryTableName& name);
  /// The names of the dataset's tables that begin with `prefix`.
  Result<std::vector<std::string>> list(const std::string& prefix);

 private:
  Result<void> add_columns_once(const BigQueryTableName& name, const std::vector<BigQueryField>& fields);

  BigQueryClient& client_;
};

}  // namespace weir::google
