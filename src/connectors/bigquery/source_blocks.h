// SPDX-License-Identifier: Apache-2.0
// Blocks of rows as BigQuery sent them, and of lines that were set aside. Used by the source. Workers
// decode blocks side by side.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/bigquery/row_decoder.h"
#include "connectors/sdk/source.h"

namespace weir::bigquery {

/// What the blocks of a stream have in common.
struct StreamFacts {
  std::size_t number = 0;
  std::string input;  ///< the name of its stamp
  model::Schema schema;
  std::vector<google::BigQueryField> fields;
};

/// Rows of a stream, each a piece of a text that several blocks share.
struct RawRows {
  std::shared_ptr<const std::string> text;  // shared by the blocks that a page or piece is cut into
  std::vector<std::string_view> rows;
  RowForm form = RowForm::Page;
  std::uint64_t first_row = 1;  ///< the number of the first in the stream, from 1
};

std::unique_ptr<sdk::Block> make_block(std::shared_ptr<const StreamFacts> facts, RawRows rows);
/// Rows that were set aside, by their lines.
std::unique_ptr<sdk::Block> make_replay_block(std::shared_ptr<const StreamFacts> facts,
                                              std::vector<sdk::Reject> rows);

}  // namespace weir::bigquery
