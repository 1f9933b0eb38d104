// SPDX-License-Identifier: Apache-2.0
// The destination "postgres": tables in a PostgreSQL database. Used by the list of connectors.
// Thread-safe; loads may run side by side.
#pragma once

#include <memory>

#include "connectors/postgres/options.h"
#include "connectors/sdk/destination.h"
#include "io/environment.h"
#include "protocols/postgres/options.h"

namespace weir::postgres {

/// Does not connect yet. The environment outlives the destination.
std::unique_ptr<sdk::Destination> make_postgres_destination(const PostgresOptions& connection,
                                                            const DestinationOptions& options,
                                                            const io::Environment& environment);

}  // namespace weir::postgres
