// SPDX-License-Identifier: Apache-2.0
// Runs the workers of one extraction: they take blocks in turn, decode and transform them side by
// side, and the calling thread receives the results in the order of the input.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/write_buffer.h"
#include "connectors/sdk/source.h"
#include "execution/worked_rows.h"
#include "model/batch.h"

namespace weir::execution {

/// Rows as the bytes that the destination makes of them.
struct EncodedRows {
  bool is_block = false;  ///< all rows of the block are here
  std::uint64_t rows = 0;
  WriteBuffer bytes;
};

/// A block with its rows before and after the transforms.
struct WorkedBlock {
  WorkedBlock(std::size_t stream_number, const model::Schema& schema) : stream(stream_number), rows(schema) {}

  std::size_t stream;
  std::uint64_t bytes_read = 0;  ///< of the input, up to the end of this block
  std::unique_ptr<sdk::Block> block;
  model::Batch rows;                 ///< as decoded
  std::vector<sdk::Reject> rejects;  ///< could not be decoded
  std::vector<WorkedRows> chunks;    ///< data columns, then the row column and the error column
  EncodedRows encoded;               ///< the same
};

/// What a worker does with its decoded rows: fills `chunks`. One per worker, called by its thread.
using Work = std::function<Result<void>(WorkedBlock&)>;
/// Receives the blocks in order, on the calling thread.
using Deliver = std::function<Result<void>(WorkedBlock&)>;

/// Works off the whole extraction with one thread for each element of `workers`. Memory is bounded:
/// at most kBlocksAhead blocks wait for delivery. Ends early, with its error, when anything fails,
/// and with Cancelled soon after `cancelled` is set.
Result<void> work_off(sdk::Extraction& extraction, const std::vector<Work>& workers, const Deliver& deliver,
                      const std::atomic<bool>& cancelled);

inline constexpr std::size_t kBlocksAhead = 8;

}  // namespace weir::execution
