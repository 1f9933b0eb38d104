// SPDX-License-Identifier: Apache-2.0
// The destination "bigquery": tables of a dataset. Used by the list of connectors. Thread-safe; one load
// at a time.
#pragma once

#include <memory>

#include "connectors/bigquery/dataset.h"
#include "connectors/bigquery/options.h"
#include "connectors/sdk/destination.h"

namespace weir::bigquery {

/// Sends nothing yet.
std::unique_ptr<sdk::Destination> make_bigquery_destination(std::shared_ptr<Dataset> dataset,
                                                            const DestinationOptions& options);

}  // namespace weir::bigquery
