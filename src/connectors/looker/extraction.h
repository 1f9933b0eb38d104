// SPDX-License-Identifier: Apache-2.0
// What the source hands out: the rows of one partition, read ahead by a thread of its own. Used by the
// source.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/looker/fetcher.h"
#include "connectors/sdk/source.h"

namespace weir::looker {

/// The session is shared by all extractions of a source. `warnings` are known beforehand.
std::unique_ptr<sdk::Extraction> extract(std::shared_ptr<Session> session, const RunOptions& options,
                                         std::vector<FetchTask> tasks,
                                         std::vector<std::shared_ptr<const StreamFacts>> facts,
                                         std::vector<std::string> warnings);

}  // namespace weir::looker
