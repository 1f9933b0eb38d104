// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/source_options.h"

#include "model/time_zone.h"

namespace weir::mysql {
namespace {

constexpr sql::StreamWords kWords = {
    "another database than the connection's it is written database.table.",
    "SELECT id, title FROM dashboard WHERE updated_at >= {{ partition.start }}"};

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
    sql::add_stream_fields(made, kWords);
    add_value_fields(made);
    made.check(check_zone);
    return made;
  }();
  return spec;
}

const config::Spec<SourceTableOptions>& source_table_spec() {
  static const auto spec = [] {
    auto made = config::Spec<SourceTableOptions>("mysql", "A table or query that fills this table.");
    sql::add_stream_fields(made, kWords);
    return made;
  }();
  return spec;
}

std::vector<SourceTableOptions> read_streams(const SourceOptions& options, const config::Node& node,
                                             const std::vector<config::Node>& tables,
                                             config::Diagnostics& diagnostics) {
  return sql::read_streams(source_table_spec(), options, node, tables, diagnostics);
}

}  // namespace weir::mysql
