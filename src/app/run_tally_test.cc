// SPDX-License-Identifier: Apache-2.0
#include "app/run_tally.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

state::Run run_of(const std::string& partition, state::RunState state) {
  state::Run run;
  run.run_id = "run of " + partition;
  run.pipeline = "requests";
  run.partition = partition;
  run.state = state;
  return run;
}

execution::RunOutcome loaded(const std::string& partition, std::uint64_t rows, std::uint64_t bytes) {
  execution::RunOutcome outcome;
  outcome.run = run_of(partition, state::RunState::Succeeded);
  outcome.run.bytes_read = bytes;
  model::RowCounts counts;
  counts.read = rows;
  counts.loaded = rows;
  outcome.run.counts["requests"] = counts;
  return outcome;
}

TEST(RunTally, keeps_what_a_run_has_read_when_it_comes_to_another_state) {
  RunTally tally(2, 0);
  tally.changed(run_of("2024-05-01", state::RunState::Extracting));
  tally.progressed(run_of("2024-05-01", state::RunState::Extracting), {.bytes_read = 9000, .rows_read = 700});
  tally.changed(run_of("2024-05-01", state::RunState::Staged));
  EXPECT_EQ(tally.state().rows, 700U);
  EXPECT_EQ(tally.state().bytes, 9000U);
  EXPECT_EQ(tally.state().partitions, (std::vector<std::string>{"2024-05-01"}));
}

TEST(RunTally, takes_the_bytes_that_were_read_where_nobody_knew_how_many_there_are) {
  RunTally tally(2, 0);
  tally.changed(run_of("a", state::RunState::Extracting));
  tally.finished(loaded("a", 700, 9000), 0);
  tally.finished(loaded("b", 50, 100), 400);
  EXPECT_EQ(tally.state().bytes, 9400U);
  EXPECT_EQ(tally.state().rows, 750U);
  EXPECT_EQ(tally.state().partitions_done, 2U);
  EXPECT_TRUE(tally.state().partitions.empty());
}

}  // namespace
}  // namespace weir::app
