// SPDX-License-Identifier: Apache-2.0
#include "app/run_tally.h"

namespace weir::app {

RunTally::RunTally(std::size_t partitions, std::uint64_t bytes) {
  done_.partitions_total = partitions;
  done_.bytes_total = bytes;
}

RunTally::Underway& RunTally::of(const state::Run& run) {
  auto& underway = underway_[run.run_id];
  underway.pipeline = run.pipeline;
  underway.partition = run.partition;
  return underway;
}

void RunTally::changed(const state::Run& run) {
  if (!state::is_final(run.state)) of(run);
}

void RunTally::progressed(const state::Run& run, const execution::Progress& progress) {
  of(run).progress = progress;
}

void RunTally::finished(const execution::RunOutcome& outcome, std::uint64_t bytes) {
  underway_.erase(outcome.run.run_id);
  ++done_.partitions_done;
  done_.bytes += bytes > 0 ? bytes : outcome.run.bytes_read;
  if (outcome.run.state == state::RunState::Succeeded) done_.rows += outcome.counts().read;
  if (outcome.run.state == state::RunState::Failed) ++done_.failed;
}

terminal::ProgressState RunTally::state() const {
  auto sum = done_;
  for (const auto& [id, run] : underway_) {
    sum.rows += run.progress.rows_read;
    sum.bytes += run.progress.bytes_read;
    sum.pipeline = run.pipeline;
    sum.partitions.push_back(run.partition);
  }
  return sum;
}

}  // namespace weir::app
