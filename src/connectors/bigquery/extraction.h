// SPDX-License-Identifier: Apache-2.0
// The rows of a partition being read, stream after stream, and rows that were set aside. Used by the
// source; one thread.
#pragma once

#include <memory>
#include <vector>

#include "connectors/bigquery/dataset.h"
#include "connectors/bigquery/source_blocks.h"
#include "connectors/bigquery/source_options.h"
#include "connectors/bigquery/source_query.h"
#include "connectors/sdk/source.h"

namespace weir::bigquery {

struct StreamToRead {
  std::shared_ptr<const StreamFacts> facts;  // shared with the stream's blocks
  Stream stream;
};

/// A query runs when its first rows are asked for.
std::unique_ptr<sdk::Extraction> make_extraction(std::shared_ptr<Dataset> dataset,
                                                 const SourceOptions& options,
                                                 std::vector<StreamToRead> streams);
/// Streams with nothing to read in them.
std::unique_ptr<sdk::Extraction> make_replay(std::vector<std::shared_ptr<const StreamFacts>> streams,
                                             const std::vector<sdk::Reject>& rows);

}  // namespace weir::bigquery
