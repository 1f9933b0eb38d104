// SPDX-License-Identifier: Apache-2.0
// Blocks of rows as the server sent them, and of lines that were set aside. Used inside this folder
// only. Workers decode blocks side by side.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/mysql/raw_rows.h"
#include "connectors/mysql/row_decoding.h"
#include "connectors/sdk/source.h"

namespace weir::mysql {

/// What the blocks of a stream have in common.
struct StreamFacts {
  std::size_t number = 0;
  std::string input;  ///< the name of its stamp
  model::Schema schema;
  RowShape shape;
};

/// Rows of a result. `first_row` counts the stream's rows from 1.
std::unique_ptr<sdk::Block> make_block(std::shared_ptr<const StreamFacts> facts, RawRows rows,
                                       std::uint64_t first_row);
/// Rows that were set aside, by their lines.
std::unique_ptr<sdk::Block> make_replay_block(std::shared_ptr<const StreamFacts> facts,
                                              std::vector<sdk::Reject> rows);

}  // namespace weir::mysql
