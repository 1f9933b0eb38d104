// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/source_options.h"

#include <fmt/format.h>

namespace weir::postgres {
namespace {

template <typename Options>
void add_stream_fields(config::Spec<Options>& spec) {
  spec.field("table", &SourceTableOptions::table,
             "The table to read; in another schema than the connection's it is written schema.table.")
      .example("history")
      .field("query", &SourceTableOptions::query,
             "A query to read in place of a table. {{ partition.start }} and the other placeholders become "
             "values that the server compares; they stand without quotes.")
      .example("SELECT id, title FROM posts WHERE changed >= {{ partition.start }}")
      .field("columns", &SourceTableOptions::columns, "The table's columns to read. Not given: all.")
      .example("[id, created_at]")
      .field("filter", &SourceTableOptions::filter,
             "A condition on the table's rows, as after WHERE; may have placeholders as a query may.")
      .example("status = 'complete'")
      .field("partition_column", &SourceTableOptions::partition_column,
             "The column of time by which a partition's rows are found in the table.")
      .example("completed_at")
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
    auto made = config::Spec<SourceOptions>("postgres", "Rows of tables or queries, all from one snapshot.");
    add_stream_fields(made);
    made.field("readers", &SourceOptions::readers,
               "How many connections read the pieces of a large table side by side.")
        .range(1, 16)
        .choice("out_of_range", &SourceOptions::out_of_range,
                {{"quarantine", OutOfRange::Reject}, {"null", OutOfRange::Null}},
                "What happens to infinite times and those outside the years 0 to 9999: quarantine sets their "
                "row aside, null reads them as NULL.");
    return made;
  }();
  return spec;
}

const config::Spec<SourceTableOptions>& source_table_spec() {
  static const auto spec = [] {
    auto made = config::Spec<SourceTableOptions>("postgres", "A table or query that fills this table.");
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

}  // namespace weir::postgres
