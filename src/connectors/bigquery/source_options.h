// SPDX-License-Identifier: Apache-2.0
// What a pipeline says about the tables and queries that it reads from BigQuery. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/spec.h"

namespace weir::bigquery {

/// A value that a query names as @name.
struct ParameterOptions {
  std::string name;
  std::string type = "STRING";
  std::string value;
};

/// One stream of rows: a table or a query.
struct SourceTableOptions {
  std::string table;
  std::string query;
  std::vector<ParameterOptions> parameters;
  std::vector<std::string> columns;
  std::string filter;
  std::string partition_column;
  std::string change_column;
};

enum class Transfer {
  Auto,    ///< as objects when there is a staging bucket and the rows are many
  Pages,   ///< page by page
  Export,  ///< as objects
};

/// The options of a source; those of its only stream as well, when the pipeline has one table.
struct SourceOptions : SourceTableOptions {
  Transfer transfer = Transfer::Auto;
  config::ByteSize export_above{std::uint64_t{256} << 20U};
  std::uint64_t page_rows = 50'000;
  std::optional<config::ByteSize> maximum_bytes_billed;
};

const config::Spec<SourceOptions>& source_spec();
const config::Spec<SourceTableOptions>& source_table_spec();

/// The streams of a source, in the order of the pipeline's tables. Problems go to `diagnostics`.
std::vector<SourceTableOptions> read_streams(const SourceOptions& options, const config::Node& node,
                                             const std::vector<config::Node>& tables,
                                             config::Diagnostics& diagnostics);

}  // namespace weir::bigquery
