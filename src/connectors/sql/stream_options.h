// SPDX-License-Identifier: Apache-2.0
// What a pipeline says about the tables and queries that it reads from a database. Used by the connectors of
// databases, whose options add to it. Values.
#pragma once

#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/spec.h"

namespace weir::sql {

/// One stream of rows: a table or a query.
struct StreamOptions {
  std::string table;
  std::string query;
  std::vector<std::string> columns;
  std::string filter;
  std::string partition_column;
  std::string change_column;
};

/// Whether the rows differ by partition.
bool is_partitioned(const StreamOptions& options);

/// What the descriptions of the options say of one database.
struct StreamWords {
  const char* elsewhere;  ///< how a table of another schema or database is named
  const char* query;      ///< an example
};

/// Adds the options of a stream to those of a source or of one of its tables.
template <typename Options>
void add_stream_fields(config::Spec<Options>& spec, const StreamWords& words) {
  spec.field("table", &StreamOptions::table, std::string("The table to read; in ") + words.elsewhere)
      .example("history")
      .field("query", &StreamOptions::query,
             "A query to read in place of a table. {{ partition.start }} and the other placeholders become "
             "values that the server compares; they stand without quotes.")
      .example(words.query)
      .field("columns", &StreamOptions::columns, "The table's columns to read. Not given: all.")
      .example("[id, created_at]")
      .field("filter", &StreamOptions::filter,
             "A condition on the table's rows, as after WHERE; may have placeholders as a query may.")
      .example("status = 'complete'")
      .field("partition_column", &StreamOptions::partition_column,
             "The column of time by which a partition's rows are found in the table.")
      .example("completed_at")
      .field("change_column", &StreamOptions::change_column,
             "A column of the table or query that changes whenever a row does, such as updated_at. Its "
             "newest value and the number of rows tell whether a partition must be loaded again. Not given: "
             "a partition that is over is taken to stay as it is.");
}

/// The streams of a source, in the order of the pipeline's tables; `options` are those of its only stream
/// when it has no tables. Problems go to `diagnostics`.
std::vector<StreamOptions> read_streams(const config::Spec<StreamOptions>& spec, const StreamOptions& options,
                                        const config::Node& node, const std::vector<config::Node>& tables,
                                        config::Diagnostics& diagnostics);

}  // namespace weir::sql
