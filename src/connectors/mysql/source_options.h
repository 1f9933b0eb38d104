// SPDX-License-Identifier: Apache-2.0
// What a pipeline says about the tables and queries that it reads from MySQL or MariaDB. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/spec.h"
#include "connectors/mysql/row_decoding.h"
#include "connectors/sql/stream_options.h"

namespace weir::mysql {

using SourceTableOptions = sql::StreamOptions;

/// What happens to a column whose name a query gives twice.
enum class DuplicateColumns {
  Error,
  Number,  ///< the second `id` becomes `id_2`
};

/// The options of a source; those of its only stream as well, when the pipeline has one table.
struct SourceOptions : SourceTableOptions {
  std::uint16_t readers = 1;
  ZeroDates zero_dates = ZeroDates::Null;
  bool tinyint1_as_bool = false;
  std::string datetime_zone = "UTC";
  DuplicateColumns duplicate_columns = DuplicateColumns::Error;
};

const config::Spec<SourceOptions>& source_spec();
const config::Spec<SourceTableOptions>& source_table_spec();

/// The streams of a source, in the order of the pipeline's tables. Problems go to `diagnostics`.
std::vector<SourceTableOptions> read_streams(const SourceOptions& options, const config::Node& node,
                                             const std::vector<config::Node>& tables,
                                             config::Diagnostics& diagnostics);

}  // namespace weir::mysql
