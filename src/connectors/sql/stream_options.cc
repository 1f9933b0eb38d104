// SPDX-License-Identifier: Apache-2.0
#include "connectors/sql/stream_options.h"

#include <fmt/format.h>

#include "connectors/sql/placeholders.h"

namespace weir::sql {
namespace {

void check_stream(const StreamOptions& options, const config::Node& node, config::Diagnostics& diagnostics) {
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

bool is_partitioned(const StreamOptions& options) {
  return !options.partition_column.empty() || has_placeholders(options.query) ||
         has_placeholders(options.filter);
}

std::vector<StreamOptions> read_streams(const config::Spec<StreamOptions>& spec, const StreamOptions& options,
                                        const config::Node& node, const std::vector<config::Node>& tables,
                                        config::Diagnostics& diagnostics) {
  if (tables.empty()) {
    check_stream(options, node, diagnostics);
    return {options};
  }
  if (!options.table.empty() || !options.query.empty()) {
    diagnostics.error(node.at(), "with `tables`, each table says itself what to read");
  }
  std::vector<StreamOptions> streams;
  for (const auto& table : tables) {
    streams.push_back(spec.read(table, diagnostics));
    check_stream(streams.back(), table, diagnostics);
  }
  return streams;
}

}  // namespace weir::sql
