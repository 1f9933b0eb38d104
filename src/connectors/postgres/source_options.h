// SPDX-License-Identifier: Apache-2.0
// What a pipeline says about the tables and queries that it reads from PostgreSQL. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/spec.h"
#include "connectors/sql/stream_options.h"
#include "protocols/postgres/value_decoding.h"

namespace weir::postgres {

using SourceTableOptions = sql::StreamOptions;

/// The options of a source; those of its only stream as well, when the pipeline has one table.
struct SourceOptions : SourceTableOptions {
  std::uint16_t readers = 4;
  OutOfRange out_of_range = OutOfRange::Reject;
};

const config::Spec<SourceOptions>& source_spec();
const config::Spec<SourceTableOptions>& source_table_spec();

/// The streams of a source, in the order of the pipeline's tables. Problems go to `diagnostics`.
std::vector<SourceTableOptions> read_streams(const SourceOptions& options, const config::Node& node,
                                             const std::vector<config::Node>& tables,
                                             config::Diagnostics& diagnostics);

}  // namespace weir::postgres
