// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/source_options.h"

namespace weir::postgres {
namespace {

constexpr sql::StreamWords kWords = {"another schema than the connection's it is written schema.table.",
                                     "SELECT id, title FROM posts WHERE changed >= {{ partition.start }}"};

}  // namespace

const config::Spec<SourceOptions>& source_spec() {
  static const auto spec = [] {
    auto made = config::Spec<SourceOptions>("postgres", "Rows of tables or queries, all from one snapshot.");
    sql::add_stream_fields(made, kWords);
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

}  // namespace weir::postgres
