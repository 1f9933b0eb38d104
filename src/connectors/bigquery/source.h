// SPDX-License-Identifier: Apache-2.0
// The source "bigquery": tables and queries of BigQuery. Used by the list of connectors. Thread-safe.
#pragma once

#include <memory>
#include <vector>

#include "connectors/bigquery/dataset.h"
#include "connectors/bigquery/source_options.h"
#include "connectors/sdk/source.h"

namespace weir::bigquery {

/// Sends nothing yet.
std::unique_ptr<sdk::Source> make_bigquery_source(std::shared_ptr<Dataset> dataset,
                                                  const SourceOptions& options,
                                                  std::vector<SourceTableOptions> streams);

}  // namespace weir::bigquery
