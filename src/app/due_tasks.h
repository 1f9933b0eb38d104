// SPDX-License-Identifier: Apache-2.0
// What of several pipelines is to be loaded. One that cannot be planned does not keep the others from it.
// Used by run, also of an earlier job's file. One thread.
#pragma once

#include <vector>

#include "app/console.h"
#include "app/load_job.h"
#include "app/run_command.h"

namespace weir::app {

/// A pipeline of which nobody knows what is due.
struct PlanFailure {
  const execution::Pipeline* pipeline;
  Error error;
};

struct DueTasks {
  std::vector<LoadTask> tasks;
  std::vector<PlanFailure> failures;
};

/// Asks source, destination and state of each pipeline. A source that was lost meanwhile is asked anew where
/// a run would read it anew. Systems that could not be reached for one pipeline are not waited for again.
DueTasks due_tasks(const RunCommandOptions& options, const std::vector<execution::Pipeline>& pipelines,
                   Workspace& workspace, state::StateStore& state);

/// Says which pipelines could not be planned and why, for people or machines. The exit code of all:
/// `of_loads` is that of what was loaded.
ExitCode report_unplanned(const Console& console, const std::vector<PlanFailure>& failures,
                          ExitCode of_loads);

}  // namespace weir::app
