// SPDX-License-Identifier: Apache-2.0
// What sources of databases hand out: the rows of a snapshot, and rows that were set aside. Used by them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/sdk/source.h"
#include "connectors/sql/snapshot_reader.h"
#include "connectors/sql/stream.h"

namespace weir::sql {

std::unique_ptr<sdk::Extraction> extract(StreamList streams, std::unique_ptr<SnapshotReader> reader,
                                         std::vector<std::string> warnings);
std::unique_ptr<sdk::Extraction> extract_again(StreamList streams, const std::vector<sdk::Reject>& rows);

}  // namespace weir::sql
