// SPDX-License-Identifier: Apache-2.0
// The source "postgres": tables and queries of a PostgreSQL database. Used by the list of connectors.
// Thread-safe.
#pragma once

#include <memory>
#include <vector>

#include "connectors/postgres/source_options.h"
#include "connectors/sdk/source.h"
#include "io/clock.h"
#include "io/environment.h"
#include "protocols/postgres/options.h"

namespace weir::postgres {

/// Does not connect yet. The environment and the clock outlive the source.
std::unique_ptr<sdk::Source> make_postgres_source(const PostgresOptions& connection,
                                                  const SourceOptions& options,
                                                  std::vector<SourceTableOptions> streams,
                                                  const io::Environment& environment, const io::Clock& clock);

}  // namespace weir::postgres
