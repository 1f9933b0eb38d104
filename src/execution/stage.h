// SPDX-License-Identifier: Apache-2.0
// Rows that a transform needs all at once (deduplicate, sql) wait here: in tables of the engine,
// which go to disk when they outgrow memory. Used by the runner on its own thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sdk/source.h"
#include "engine/database.h"
#include "execution/workers.h"
#include "execution/writer.h"
#include "transforms/program.h"

namespace weir::execution {

/// Whether a program has a step that cannot run block by block.
bool needs_stage(const transforms::Program& program);

class Stage {
 public:
  /// For rows that come out of the program's first segment, or of the source when that is no
  /// row-by-row segment. Replaces what an earlier stage left in the connection.
  static Result<Stage> open(Workers& workers);

  /// Adds rows; `reject_of` tells where each came from.
  Result<void> append(const model::BatchView& data, const Writer::RejectOf& origin_of);
  /// Runs the remaining segments and hands their rows to the writer.
  Result<void> finish(Writer& writer);

 private:
  Stage(Workers& workers, engine::Connection lookup)
      : connection_(workers.connection()), lookup_(std::move(lookup)), program_(workers.program()) {}

  Result<std::uint64_t> make_input(std::size_t segment);
  Result<void> materialise(std::size_t segment, Writer& writer);
  Result<void> quarantine_bad(std::size_t segment, Writer& writer);
  Result<void> stream_last(Writer& writer);
  Result<void> write_last(const transforms::Segment& segment, const model::BatchView& rows, Writer& writer);
  /// The quarantine entry of a row: its origin, or itself as JSON when an sql segment made it.
  Result<sdk::Reject> reject(const transforms::Segment& segment, const model::BatchView& rows,
                             std::size_t index, std::int64_t number, std::string reason);

  engine::Connection& connection_;
  engine::Connection lookup_;  ///< finds origins while connection_ streams
  const transforms::Program& program_;
  std::optional<engine::Appender> appender_;
  bool rows_are_original_ = true;  ///< no sql segment has made new ones
  std::int64_t next_row_ = 0;
  std::size_t first_ = 0;  ///< the first segment that works on the stage
};

}  // namespace weir::execution
