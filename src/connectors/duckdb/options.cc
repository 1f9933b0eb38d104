// SPDX-License-Identifier: Apache-2.0
#include "connectors/duckdb/destination.h"

namespace weir::duckdb {

const config::Spec<DuckdbOptions>& duckdb_spec() {
  static const auto spec =
      config::Spec<DuckdbOptions>("duckdb", "A DuckDB database file, loaded with one transaction a load.")
          .field("path", &DuckdbOptions::path, "Database file, relative to the project; made when missing.")
          .required()
          .example("warehouse.duckdb")
          .field("memory", &DuckdbOptions::memory, "Memory for DuckDB's buffers; more goes to disk.");
  return spec;
}

}  // namespace weir::duckdb
