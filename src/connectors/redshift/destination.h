// SPDX-License-Identifier: Apache-2.0
// The destination "redshift": tables of a schema, loaded by COPY from S3. Used by the list of
// connectors. Thread-safe; one load at a time.
#pragma once

#include <memory>

#include "connectors/redshift/options.h"
#include "connectors/redshift/warehouse.h"
#include "connectors/sdk/destination.h"

namespace weir::redshift {

/// Reaches nothing yet. A load must not outlive the destination that began it.
std::unique_ptr<sdk::Destination> make_redshift_destination(std::unique_ptr<Warehouse> warehouse,
                                                            const DestinationOptions& options);

}  // namespace weir::redshift
