// SPDX-License-Identifier: Apache-2.0
// What a source hands out: the rows of a snapshot, and rows that were set aside. Used by the source.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/mysql/sessions.h"
#include "connectors/mysql/snapshot.h"
#include "connectors/mysql/source_blocks.h"
#include "connectors/mysql/source_pieces.h"
#include "connectors/sdk/source.h"

namespace weir::mysql {

using StreamList = std::vector<std::shared_ptr<const StreamFacts>>;

std::unique_ptr<sdk::Extraction> extract(std::shared_ptr<Sessions> sessions, Snapshot snapshot,
                                         StreamList streams, std::vector<Piece> pieces);
std::unique_ptr<sdk::Extraction> extract_again(StreamList streams, const std::vector<sdk::Reject>& rows);

}  // namespace weir::mysql
