// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/source_options.h"

#include <fmt/format.h>

#include "model/time_zone.h"

namespace weir::mysql {
namespace {

template <typename Options>
void add_stream_fields(config::Spec<Options>& spec) {
  spec.field("table", &SourceTableOptions::table,
             "The table to read; in another database than the connection's it is written database.table.")
      .example("history")
      .field("query", &SourceTableOptions::query,
             "A query to read in place of a table. {{ partition.start }} and the other placeholders become "
             "values that the server compares; they stand without quotes.")
      .example("SELECT id, title FROM dashboard WHERE updated_at >= {{ partition.start }}")
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

void check_zone(const SourceOptions& options, const config::Node& node, config::Diagnostics& diagnostics) {
  const auto zone = model::TimeZone::find(options.datetime_zone);
  if (zone) return;
  const auto* place = node.find("datetime_zone");
  diagnostics.error(place == nullptr ? node.at() : place->at(), zone.error().message());
}

void add_value_fields(config::Spec<SourceOptions>& spec) {
  spec.field("readers", &SourceOptions::readers,
             "How many connections read the pieces of a large table side by side. More than one needs the "
             "right to LOCK TABLES: writers of these tables wait for the moment in which all connections "
             "begin their snapshot, so that it is the same one.")
      .range(1, 16)
      .choice("zero_dates", &SourceOptions::zero_dates,
              {{"null", ZeroDates::Null}, {"quarantine", ZeroDates::Reject}, {"text", ZeroDates::Text}},
              "What becomes of dates that no calendar has, such as 0000-00-00: null reads them as NULL, "
              "quarantine sets their row aside, text reads all columns of dates and times as text.")
      .field("tinyint1_as_bool", &SourceOptions::tinyint1_as_bool,
             "Whether TINYINT(1) columns hold booleans. Rows with another value than 0 and 1 are then set "
             "aside.")
      .field(
          "datetime_zone", &SourceOptions::datetime_zone,
          "The time zone of DATETIME columns, which the server does not know. TIMESTAMP columns need none.")
      .example("America/Vancouver")
      .choice("duplicate_columns", &SourceOptions::duplicate_columns,
              {{"error", DuplicateColumns::Error}, {"number", DuplicateColumns::Number}},
              "What happens when a query gives two columns of one name: an error, or the second `id` becomes "
              "`id_2`.");
}

}  // namespace

const config::Spec<SourceOptions>& source_spec() {
  static const auto spec = [] {
    auto made = config::Spec<SourceOptions>("mysql", "Rows of tables or queries, all from one snapshot.");
    add_stream_fields(made);
    add_value_fields(made);
    made.check(check_zone);
    return made;
  }();
  return spec;
}

const config::Spec<SourceTableOptions>& source_table_spec() {
  static const auto spec = [] {
    auto made = config::Spec<SourceTableOptions>("mysql", "A table or query that fills this table.");
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

}  // namespace weir::mysql
