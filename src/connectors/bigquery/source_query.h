// SPDX-License-Identifier: Apache-2.0
// The SQL that reads a stream. Used by the source. Pure functions but describe_stream().
#pragma once

#include <string>
#include <vector>

#include "connectors/bigquery/source_options.h"
#include "model/partition.h"
#include "model/schema.h"
#include "protocols/google/bigquery_jobs.h"

namespace weir::bigquery {

/// SQL with what its parameters stand for.
struct BoundSql {
  std::string text;
  std::vector<google::BigQueryParameter> parameters;
};

/// Puts a partition's values into SQL in place of its placeholders: as a typed parameter where a value
/// stands alone, as text inside of quotes. Inside of backticks only letters, digits, _ and - are let in.
Result<BoundSql> bind_placeholders(std::string_view sql, const model::Partition& partition);
bool has_placeholders(std::string_view sql);

/// Whether the rows differ by partition.
bool is_partitioned(const SourceTableOptions& options);

/// "table", "dataset.table" or "project.dataset.table" as a name.
google::BigQueryTableName table_name(const std::string& text, const google::BigQueryPlace& place);

/// A stream, found out from the server.
struct Stream {
  std::vector<google::BigQueryField> fields;
  model::Schema schema;
  /// A whole table can be read without a query.
  enum class Kind { Table, Query } kind = Kind::Query;
  google::BigQueryTable table;       ///< of options.table
  std::vector<std::string> columns;  ///< of Kind::Table; empty: all
  BoundSql sql;                      ///< of Kind::Query
};

/// Asks the server for the columns and their types. Fails as the query would.
Result<Stream> describe_stream(google::BigQueryClient& client, const SourceTableOptions& options,
                               const model::Partition& partition);

/// SQL with one row: the number of rows of a stream, and the newest of its changes as text.
BoundSql changes_sql(const Stream& stream, const std::string& column);

}  // namespace weir::bigquery
