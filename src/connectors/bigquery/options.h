// SPDX-License-Identifier: Apache-2.0
// The options of a connection of type bigquery and of a pipeline's destination on it. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/spec.h"
#include "protocols/google/bigquery_options.h"

namespace weir::bigquery {

/// A bucket where rows wait for load jobs, and where large results are exported to.
struct StagingOptions {
  std::string connection;
  std::string prefix = "weir-staging";
};

struct ConnectionOptions : google::BigQueryOptions {
  std::optional<StagingOptions> staging;
};

/// What becomes of names that BigQuery does not take.
enum class Names {
  Replace,  ///< each character that is not allowed becomes an underscore, and the run says so
  Strict,   ///< the load fails and names them
};

/// What a new column for JSON is.
enum class JsonColumns {
  String,  ///< the text stays as it is
  Json,    ///< BigQuery's own type, which keeps neither blanks nor the order of keys
};

/// What becomes of rows that BigQuery refuses although weir found nothing wrong with them.
enum class RefusedRows {
  Quarantine,  ///< they are set aside as they were staged, and the others are loaded
  Fail,        ///< the load fails and names them
};

enum class PartitionUnit { Hour, Day, Month, Year };

/// How new tables are partitioned.
struct PartitioningOptions {
  std::string column;
  PartitionUnit by = PartitionUnit::Day;
  std::optional<config::Duration> expiration;
  bool require_filter = false;
};

/// A column of new tables whose type is given.
struct ColumnOptions {
  std::string name;
  std::string type;
  std::string mode = "NULLABLE";
  std::string description;
};

struct DestinationOptions {
  std::vector<ColumnOptions> schema;
  std::optional<PartitioningOptions> partitioning;
  std::vector<std::string> clustering;
  Names names = Names::Replace;
  JsonColumns json_columns = JsonColumns::String;
  RefusedRows refused_rows = RefusedRows::Quarantine;
  config::ByteSize part_size{std::uint64_t{16} << 20U};
};

const config::Spec<ConnectionOptions>& connection_spec();
const config::Spec<DestinationOptions>& destination_spec();

}  // namespace weir::bigquery
