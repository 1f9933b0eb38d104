// SPDX-License-Identifier: Apache-2.0
#include "execution/runner.h"

#include <utility>

#include "execution/attempt.h"

namespace weir::execution {

model::RowCounts RunOutcome::counts() const {
  model::RowCounts sum;
  for (const auto& [table, counts] : run.counts) sum += counts;
  return sum;
}

RunOutcome Runner::run(const model::Partition& partition, const RunOptions& options, Observer& observer) {
  Attempt attempt(*this, partition, options, observer);
  return attempt.load();
}

RunOutcome Runner::replay(const model::Partition& partition, const std::vector<sdk::Reject>& rows,
                          Observer& observer) {
  Attempt attempt(*this, partition,
                  {.trigger = state::Trigger::Replay, .loaded = RunOptions::Loaded::LoadAgain}, observer);
  return attempt.replay(rows);
}

Result<transforms::Program> Runner::program(const model::Partition& partition) {
  const auto inputs = TRY(pipeline_.source->inputs(partition));
  auto extraction = TRY(pipeline_.source->open(partition, inputs));
  return TRY(workers_for(extraction->schema()))->program();
}

/// Compiles once for each input schema; pipelines with declared columns have only one.
Result<Workers*> Runner::workers_for(const model::Schema& input) {
  if (workers_ != nullptr && workers_->input() == input) return workers_.get();
  workers_.reset();
  transforms::ProgramContext context;
  context.input = input;
  context.key = pipeline_.target.key;
  // A merge replaces the rows of a known key, so it cannot leave them out as well.
  context.destination_resolves_keys = pipeline_.destination->capabilities().resolves_keys &&
                                      pipeline_.target.write != model::WriteMode::Merge;
  context.partition_column = pipeline_.partitions.column;
  context.refuse_outside_window = pipeline_.source->partitions_inputs();
  workers_ = TRY(Workers::create(pipeline_, services_.folder + "/spill", context, services_.workers));
  return workers_.get();
}

}  // namespace weir::execution
