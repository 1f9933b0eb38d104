// SPDX-License-Identifier: Apache-2.0
// What a pipeline says about the queries that it runs at a Looker instance. Values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/spec.h"
#include "protocols/looker/run_query.h"

namespace weir::looker {

/// The model of Looker's own usage.
inline constexpr std::string_view kSystemActivity = "system__activity";

/// One query, which gives one stream of rows.
struct QueryOptions {
  std::string model;  ///< empty: the source's, or System Activity
  std::string explore;
  std::vector<std::string> fields;
  std::vector<std::string> views;
  std::map<std::string, std::string> filters;
  std::vector<std::string> sorts;
  std::int64_t limit = 50'000;
  std::string partition_field;
  std::map<std::string, std::string> types;
  std::string read_at;
};

/// What the columns are called.
enum class ColumnNames {
  Short,  ///< created_time; user_name of a joined view
  Full,   ///< history.created_time
  Label,  ///< History Created Time
};

enum class Values {
  Typed,      ///< numbers, times and booleans
  AsWritten,  ///< as Looker writes them: times and yesno are text
};

/// The options of a source; those of its only query as well, when the pipeline has one table.
struct SourceOptions : QueryOptions {
  ColumnNames names = ColumnNames::Short;
  Values values = Values::Typed;
  RunMode run = RunMode::Inline;
  config::Duration task_timeout{std::chrono::minutes(30)};
};

const config::Spec<SourceOptions>& source_spec();
const config::Spec<QueryOptions>& source_table_spec();

/// The queries of a source, in the order of the pipeline's tables. Problems go to `diagnostics`.
std::vector<QueryOptions> read_queries(const SourceOptions& options, const config::Node& node,
                                       const std::vector<config::Node>& tables,
                                       config::Diagnostics& diagnostics);

}  // namespace weir::looker
