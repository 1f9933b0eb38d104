// SPDX-License-Identifier: Apache-2.0
// What Runner::preview() shows: the first rows as they would reach the destination. Used by the
// preview command.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/sdk/source.h"
#include "model/batch.h"
#include "model/schema.h"
#include "transforms/program.h"

namespace weir::execution {

struct PreviewLimits {
  std::size_t table = 0;  ///< its number in the pipeline
  std::uint64_t rows = 10;
  /// How much input is looked at, so that a preview is quick however large the partition is.
  std::size_t blocks = 4;
};

/// Receives rows with their schema; at most PreviewLimits::rows in all.
using ShowRows = std::function<Result<void>(const model::Schema& schema, const model::BatchView& rows)>;

struct PreviewOutcome {
  model::Schema schema;
  std::uint64_t read = 0;  ///< rows of the input that were looked at
  std::uint64_t shown = 0;
  std::vector<sdk::Reject> bad;  ///< rows that would go to quarantine, the first few
  bool whole_input = false;      ///< nothing was left unread
  std::vector<std::string> notes;
};

}  // namespace weir::execution
