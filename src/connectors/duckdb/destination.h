// SPDX-License-Identifier: Apache-2.0
// The `duckdb` destination: a DuckDB file as the warehouse. Used by app through the factory, by one
// thread at a time but for the thread-safe beginning and ending of loads.
#pragma once

#include <memory>
#include <string>

#include "config/spec.h"
#include "connectors/sdk/destination.h"

namespace weir::duckdb {

struct DuckdbOptions {
  std::string path;
  config::ByteSize memory{256U << 20};
};

const config::Spec<DuckdbOptions>& duckdb_spec();

/// A relative path in the options is meant inside `project_folder`. Opens nothing yet: the file is
/// opened when it is first needed and stays open, for other processes closed, as long as the
/// destination lives.
Result<std::unique_ptr<sdk::Destination>> make_duckdb_destination(const DuckdbOptions& options,
                                                                  const std::string& project_folder);

}  // namespace weir::duckdb
