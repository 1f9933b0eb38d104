// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/source_options.h"

#include <fmt/format.h>

namespace weir::bigquery {
namespace {

const config::Spec<ParameterOptions>& parameter_spec() {
  static const auto spec =
      config::Spec<ParameterOptions>("parameter", "A value that the query names as @name.")
          .field("name", &ParameterOptions::name, "Its name, without the @.")
          .required()
          .example("country")
          .field("type", &ParameterOptions::type, "Its type in BigQuery: STRING, INT64, DATE, TIMESTAMP, …")
          .field("value", &ParameterOptions::value, "The value; may hold placeholders of the partition.")
          .required()
          .example("CA");
  return spec;
}

template <typename Options>
void add_stream_fields(config::Spec<Options>& spec) {
  spec.field("table", &SourceTableOptions::table,
             "The table to read; in another dataset than the connection's it is written dataset.table or "
             "project.dataset.table.")
      .example("run_googleapis_com_requests")
      .field("query", &SourceTableOptions::query,
             "A query to read in place of a table. {{ partition.start }} and the other placeholders become "
             "typed parameters; they stand without quotes.")
      .example("SELECT id, title FROM usage.posts WHERE changed >= {{ partition.start }}")
      .list("parameters", &SourceTableOptions::parameters, parameter_spec(),
            "Values that the query names as @name.")
      .field("columns", &SourceTableOptions::columns, "The table's columns to read. Not given: all.")
      .example("[insertId, timestamp]")
      .field("filter", &SourceTableOptions::filter,
             "A condition on the table's rows, as after WHERE; may have placeholders as a query may.")
      .example("severity = 'ERROR'")
      .field("partition_column", &SourceTableOptions::partition_column,
             "The column of dates or times by which a partition's rows are found in the table.")
      .example("timestamp")
      .field("change_column", &SourceTableOptions::change_column,
             "A column of the table or query that changes whenever a row does, such as updated_at. Its "
             "newest value and the number of rows tell whether a partition must be loaded again. Not given: "
             "a partition that is over is taken to stay as it is.");
}

void check_stream(const SourceTableOptions& options, const config::Node& node,
                  config::Diagnostics& diagnostics) {
  if (options.table.empty() == options.query.empty()) {
    diagnostics.error(node.at(), "say what to read: either `table` or `query`");
  }
  // They stand in backticks in SQL.
  const auto check_name = [&](const char* option, const std::string& name) {
    if (name.find_first_of("`\\\n") == std::string::npos) return;
    const auto* place = node.find(option);
    diagnostics.error(place == nullptr ? node.at() : place->at(),
                      fmt::format("'{}' is no name: it stands without backticks and backslashes", name));
  };
  check_name("table", options.table);
  check_name("partition_column", options.partition_column);
  check_name("change_column", options.change_column);
  for (const auto& column : options.columns) check_name("columns", column);
  if (options.query.empty()) return;
  const auto only_tables = [&](const char* option, bool given) {
    if (!given) return;
    const auto* place = node.find(option);
    diagnostics.error(place == nullptr ? node.at() : place->at(),
                      fmt::format("`{}` goes with `table`; with a query, say it in the query", option));
  };
  only_tables("columns", !options.columns.empty());
  only_tables("filter", !options.filter.empty());
  only_tables("partition_column", !options.partition_column.empty());
}

}  // namespace

const config::Spec<SourceOptions>& source_spec() {
  static const auto spec = [] {
    auto made = config::Spec<SourceOptions>("bigquery", "Rows of tables or queries.");
    add_stream_fields(made);
    made.choice("transfer", &SourceOptions::transfer,
                {{"auto", Transfer::Auto}, {"pages", Transfer::Pages}, {"export", Transfer::Export}},
                "How rows come: page by page, or exported into the connection's staging bucket and read from "
                "there, which is faster for many. auto exports what is larger than export_above, when there "
                "is a bucket.")
        .field("export_above", &SourceOptions::export_above, "Size from which transfer: auto exports.")
        .field("page_rows", &SourceOptions::page_rows,
               "Rows of a page, at most; BigQuery sends about 10 MB at a time in any case.")
        .range(1, 1'000'000)
        .field("maximum_bytes_billed", &SourceOptions::maximum_bytes_billed,
               "A query that would read more than this fails before it costs anything.")
        .example("100 GB");
    return made;
  }();
  return spec;
}

const config::Spec<SourceTableOptions>& source_table_spec() {
  static const auto spec = [] {
    auto made = config::Spec<SourceTableOptions>("bigquery", "A table or query that fills this table.");
    add_stream_fields(made);
    return made;
  }();
  return spec;
}

std::vector<SourceTableOptions> read_streams(const SourceOptions& options, const config::Node& node,
                                             const std::vector<config::Node>& tables,
                                             config::Diagnostics& diagnostics) {
  if (tables.empty()) {
    check_stream(options, node, diagnostics);
    return {static_cast<const SourceTableOptions&>(options)};
  }
  if (!options.table.empty() || !options.query.empty()) {
    diagnostics.error(node.at(), "with `tables`, each table says itself what to read");
  }
  std::vector<SourceTableOptions> streams;
  for (const auto& table : tables) {
    streams.push_back(source_table_spec().read(table, diagnostics));
    check_stream(streams.back(), table, diagnostics);
  }
  return streams;
}

}  // namespace weir::bigquery
